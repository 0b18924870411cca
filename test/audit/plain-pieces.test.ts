/** What is cut without the lexer is cut exactly as the lexer's tokens say; what is not plain is not cut at all. */

import { describe, expect, test } from 'vitest';
import { plainPieces } from '../../src/audit/plain-pieces.ts';
import { lexedPieces, readSql } from '../../src/audit/sql-reading.ts';
import { systemPrincipal } from '../../src/model/principal.ts';
import { fingerprint, scan } from '../../src/sql/parser.ts';
import { readCorpus } from '../sql/corpus/corpus.ts';
import { createRandom } from '../sql/oracle/random.ts';

/** Undefined where the lexer gives up. */
const lexed = async (sql: string) => {
  try {
    return lexedPieces(sql, await scan(sql));
  } catch {
    return undefined;
  }
};

describe('the corpora', () => {
  const cases = [...readCorpus('reads'), ...readCorpus('refused')].filter(
    ({ sql }) => sql.length < 8192 && !/\0|\p{Surrogate}/u.test(sql),
  );

  test('are cut as the lexer cuts them, and most of them without it', async () => {
    let plain = 0;
    for (const { name, sql } of cases) {
      const pieces = plainPieces(sql);
      if (pieces === undefined) continue;
      const expected = await lexed(sql);
      if (expected !== undefined) expect(pieces, name).toEqual(expected);
      plain += 1;
    }
    expect(plain).toBeGreaterThan(cases.length / 2);
  });
});

describe('fingerprints', () => {
  const others = [
    ['7', '7.5', "'zz'"],
    ['99999999999', '.5', "''"],
  ] as const;

  test('of texts that differ in constants alone are those the grammar gives', async () => {
    let compared = 0;
    for (const { name, sql } of readCorpus('reads')) {
      const pieces = plainPieces(sql);
      if (pieces === undefined || (await readSql(sql, systemPrincipal)) === undefined) continue;
      for (const [integer, decimal, string] of others) {
        const other = pieces
          .map(({ kind, text }) => {
            if (kind !== 'literal') return text;
            return text.startsWith("'") ? string : text.includes('.') ? decimal : integer;
          })
          .join('');
        const expected = await fingerprint(other).catch(() => undefined);
        if (expected === undefined) continue;
        expect((await readSql(other, systemPrincipal))?.fingerprint, name).toBe(expected);
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(400);
  });
});

test.each([
  `SELECT E'a\\'b'`,
  `SELECT e'a'`,
  `SELECT B'01'`,
  `SELECT x'1f'`,
  `SELECT N'a'`,
  `SELECT U&'a'`,
  `SELECT U&"a"`,
  `SELECT a&'b'`,
  `SELECT 'a'\n'b'`,
  `SELECT 'a' 'b'`,
  'SELECT $$a$$',
  'SELECT $a$b$a$',
  'SELECT 1 -- a',
  'SELECT /* a */ 1',
  `SELECT 'a`,
  'SELECT "a',
  'SELECT 1e5',
  'SELECT 0x1f',
  'SELECT 1_000',
  'SELECT 1.',
  'SELECT 1a',
  'SELECT $1a',
  'SELECT \\x',
  'SELECT\u00001',
  `SELECT é'a'`,
  `SELECT _'a'`,
  `SELECT $1'a'`,
])('%s is left to the lexer', (sql) => {
  expect(plainPieces(sql)).toBeUndefined();
});

test('texts put together at random are cut as the lexer cuts them, or not at all', async () => {
  const seed = 20260727;
  const random = createRandom(seed);
  const parts = [
    `'a'`,
    `'it''s'`,
    `''`,
    '"b"',
    '"b""c"',
    'c',
    'E',
    'é',
    '$1',
    '1',
    '1.5',
    '.5',
    '.',
    '-',
    '/',
    '*',
    '&',
    '|',
    '||',
    '::',
    '$',
    'u',
    '\n',
    ' ',
    '\t',
    '(',
    ']',
    ',',
    ';',
    '=',
    '<',
    '~',
    '\u00a0',
    '1e',
    'x9',
  ];
  let cut = 0;
  for (let round = 0; round < 4000; round++) {
    const sql = Array.from({ length: 1 + random.below(7) }, () => random.pick(parts)).join('');
    const pieces = plainPieces(sql);
    const expected = pieces === undefined ? undefined : await lexed(sql);
    if (pieces === undefined || expected === undefined) continue;
    expect(pieces, `seed ${seed}: ${JSON.stringify(sql)}`).toEqual(expected);
    cut += 1;
  }
  expect(cut).toBeGreaterThan(300);
});
