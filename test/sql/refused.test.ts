/** Every attack that the gate itself can see is refused by it, with its code; the others are statements it admits and later rooms refuse. */

import { describe, expect, test } from 'vitest';
import { errorTable, Refusal } from '../../src/model/errors.ts';
import { parseStatement } from '../../src/sql/parse-statement.ts';
import { databaseFor, readCorpus, requestFor } from './corpus/corpus.ts';

const cases = readCorpus('refused');
const attempt = (one: (typeof cases)[number]) =>
  parseStatement(requestFor(one), databaseFor(one)).then(
    () => 'admitted',
    (thrown: unknown) => thrown,
  );

test('the corpus has at least 150 attacks, each with a code of the table', () => {
  expect(cases.length).toBeGreaterThanOrEqual(150);
  expect(cases.filter((one) => !(one.expect in errorTable)).map((one) => one.name)).toEqual([]);
});

describe('the gate', () => {
  test.each(cases.filter((one) => one.stage === 'gate').map((one) => [one.name, one] as const))(
    'refuses %s',
    async (_, one) => {
      const refusal = await attempt(one);
      expect(refusal).toBeInstanceOf(Refusal);
      if (!(refusal instanceof Refusal)) return;
      expect(refusal.code).toBe(one.expect);
      expect(refusal.hint).toMatch(/\.$/);
      expect(refusal.message.length).toBeLessThan(250);
      if (refusal.position !== undefined) expect(refusal.position).toBeLessThanOrEqual([...one.sql].length + 1);
    },
  );

  test.each(cases.filter((one) => one.stage !== 'gate').map((one) => [one.name, one] as const))(
    'leaves %s to names and policy',
    async (_, one) => {
      expect(await attempt(one)).toBe('admitted');
    },
  );
});
