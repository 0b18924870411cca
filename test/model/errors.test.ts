import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { asBrokerError, errorTable, Failure, Refusal } from '../../src/model/errors.ts';

describe('the table of codes', () => {
  const rows = [
    ...readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8').matchAll(
      /^\| `(\w+)` \| (\w+) \| (\w+) \| (.*) \|$/gm,
    ),
  ];

  test('is the same in the documentation and in the code', () => {
    const documented = Object.fromEntries(
      rows.map(([, code, stage, kind, meaning]) => [code, { stage, kind, meaning }]),
    );
    expect(documented).toEqual(errorTable);
  });

  test('names each code once, in the order of the corridor', () => {
    expect(rows.map(([, code]) => code)).toEqual(Object.keys(errorTable));
  });
});

describe('anything thrown', () => {
  test('that is known stays itself', () => {
    const refusal = new Refusal('POLICY_DENIED', 'No.');
    expect(asBrokerError(refusal)).toBe(refusal);
  });

  test.each([
    ['an error', new Error('host=db.internal password=hunter2')],
    ['a text', 'hunter2'],
    ['nothing', undefined],
  ])('that is %s becomes INTERNAL and says nothing of itself', (_, thrown) => {
    const error = asBrokerError(thrown);
    expect(error).toBeInstanceOf(Failure);
    expect({ code: error.code, message: error.message, hint: error.hint }).toEqual({
      code: 'INTERNAL',
      message: 'The broker met an internal fault.',
      hint: undefined,
    });
    expect(error.cause).toBe(thrown);
  });
});

test('the runbook has a section for each code, in order, with a first command, a cure, and what happens meanwhile', () => {
  const runbook = readFileSync(new URL('../../docs/RUNBOOK.md', import.meta.url), 'utf8');
  const sections = [...runbook.matchAll(/^## (\w+)\n([\s\S]*?)(?=^## |$(?![\s\S]))/gm)];
  expect(sections.map(([, code]) => code)).toEqual(Object.keys(errorTable));
  const incomplete = sections.filter(
    ([, , body]) => !['**First:**', '**Cure:**', '**Meanwhile:**'].every((word) => body?.includes(word)),
  );
  expect(incomplete.map(([, code]) => code)).toEqual([]);
});
