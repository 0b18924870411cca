/** PostgreSQL's own analysed tree names exactly the relations, columns and functions we name, and RowDescription is as predicted. */

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCorpus } from '../corpus/corpus.ts';
import { StatementGenerator } from './generator.ts';
import { compareReadings, type Verdict } from './reading-oracle.ts';
import { type OracleDatabase, oracleDatabase } from './support.ts';
import { traps, writes } from './traps.ts';

const seed = 20_260_101;
const generated = 500;

let own: OracleDatabase;
let corpus: OracleDatabase;

beforeAll(async () => {
  own = await oracleDatabase(new URL('./schema.sql', import.meta.url), ['public', 'shop']);
  corpus = await oracleDatabase(new URL('../corpus/schema.sql', import.meta.url), ['public']);
});
afterAll(async () => {
  await own?.database.drop();
  await corpus?.database.drop();
});

/** Row types are read by our rule alone; what is called only when a value arrives stands in no tree. */
const same = (verdict: Verdict) =>
  verdict.is === 'same' ? [] : verdict.is === 'refused' ? [verdict.because] : verdict.differences;

describe('every trap is read as PostgreSQL reads it', () => {
  test.each(traps.map((trap) => [trap.name, trap] as const))('%s', async (_, { sql }) => {
    expect(same(await compareReadings(own, sql))).toEqual([]);
  });
});

describe('every write is read as PostgreSQL reads it', () => {
  test.each(writes.map((trap) => [trap.name, trap] as const))('%s', async (_, { sql }) => {
    expect(same(await compareReadings(own, sql, { writes: true }))).toEqual([]);
  });
});

describe('every read of the corpus is read as PostgreSQL reads it', () => {
  const reads = readCorpus('reads').filter(({ parameters }) => parameters.style === 'positional');
  // EXPLAIN's options stand between the two readings where they are written in a form of their own
  test.each(reads.map((one) => [one.name, one] as const))('%s', async (_, { sql }) => {
    expect(same(await compareReadings(corpus, sql))).toEqual([]);
  });
});

test('every everyday statement is read as PostgreSQL reads it', async () => {
  const statements = readFileSync(new URL('./everyday.sql', import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('--'));
  expect(statements.length).toBeGreaterThan(120);
  const different: { sql: string; found: readonly string[] }[] = [];
  for (const sql of statements) {
    const found = same(await compareReadings(own, sql));
    if (found.length > 0) different.push({ sql, found });
  }
  expect(different).toEqual([]);
});

test(`${generated} generated statements are read as PostgreSQL reads them (seed ${seed})`, async () => {
  const generator = new StatementGenerator(own.catalog, seed);
  const different: { sql: string; differences: readonly string[] }[] = [];
  let compared = 0;
  for (let tried = 0; compared < generated && tried < generated * 3; tried += 1) {
    const sql = generator.next();
    const verdict = await compareReadings(own, sql);
    if (verdict.is === 'different') different.push({ sql, differences: verdict.differences });
    if (verdict.is !== 'refused') compared += 1;
  }
  expect(different).toEqual([]);
  expect(compared).toBe(generated);
}, 120_000);
