/** Statements broken at random: what PostgreSQL still reads, we read alike, and nothing but a refusal ever comes of the rest. */

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Refusal } from '../../../src/model/errors.ts';
import { readAgainst } from './our-reading.ts';
import { createRandom } from './random.ts';
import { compareReadings } from './reading-oracle.ts';
import { type OracleDatabase, oracleDatabase } from './support.ts';
import { traps } from './traps.ts';

const seed = 20_260_103;
const mutants = 2500;

let own: OracleDatabase;

beforeAll(async () => {
  own = await oracleDatabase(new URL('./schema.sql', import.meta.url), ['public', 'shop']);
});
afterAll(() => own?.database.drop());

const everyday = readFileSync(new URL('./everyday.sql', import.meta.url), 'utf8')
  .split('\n')
  .slice(1)
  .filter(Boolean);
const originals = [...everyday, ...traps.map(({ sql }) => sql)];
const tokensOf = (sql: string) => sql.match(/'(?:[^']|'')*'|"(?:[^"]|"")*"|[\w$]+|\s+|::|./gu) ?? [];
const allTokens = originals.flatMap(tokensOf).filter((token) => token.trim() !== '');

test(`${mutants} mutants end alike or in a refusal (seed ${seed})`, async () => {
  const { pick, below } = createRandom(seed);
  const wrong: { sql: string; what: unknown }[] = [];
  let alike = 0;
  for (let made = 0; made < mutants; made += 1) {
    const tokens = [...tokensOf(pick(originals))];
    for (let changes = 0; changes <= below(2); changes += 1)
      tokens.splice(below(tokens.length), below(3), ...(below(2) === 0 ? [pick(allTokens)] : []));
    const sql = tokens.join('');
    await readAgainst(own.catalog, sql).catch((thrown: unknown) => {
      if (!(thrown instanceof Refusal)) wrong.push({ sql, what: thrown });
    });
    if (!/^\s*(select|with|values|table)\b/i.test(sql) || /\b(into|for|insert|update|delete)\b/i.test(sql)) continue;
    const verdict = await compareReadings(own, sql);
    if (verdict.is === 'different') wrong.push({ sql, what: verdict.differences });
    if (verdict.is === 'same') alike += 1;
  }
  expect(wrong).toEqual([]);
  expect(alike).toBeGreaterThan(mutants / 10);
}, 240_000);
