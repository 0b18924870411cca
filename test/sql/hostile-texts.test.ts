/** Texts made to hold the parser up, to break it, or to find an answer that is neither a statement nor a Refusal. */

import { describe, expect, test } from 'vitest';
import { fixedStatements } from '../../src/catalog/fixed-statements.ts';
import { Refusal } from '../../src/model/errors.ts';
import { parseStatement } from '../../src/sql/parse-statement.ts';
import { fingerprint, parseTree, scan } from '../../src/sql/parser.ts';
import { createPositions } from '../../src/sql/positions.ts';
import { longText } from '../../src/sql/read-tree.ts';
import { openStatement } from '../../src/sql/statement.ts';
import { checkText, maxCommentOpeners, maxNesting, maxOperatorRun } from '../../src/sql/text-limits.ts';
import { databaseFor, readCorpus, requestFor } from './corpus/corpus.ts';

const read = { intent: 'read', action: 'select', parameters: { style: 'positional', values: [] } } as const;
const gate = (sql: string) => parseStatement(requestFor({ ...read, sql }), databaseFor(read));
const outcome = (sql: string) =>
  gate(sql).then(
    () => 'admitted',
    (thrown: unknown) => (thrown instanceof Refusal ? thrown.code : thrown),
  );

/** Shapes that are quadratic in the lexer, deep in the grammar, or wide in the tree, filled up to 32 KiB. */
const shapes: Record<string, (bytes: number) => string> = {
  'comment openers': (n) => '/*'.repeat(n / 2),
  'comment openers within the cap, long': (n) =>
    `SELECT 1 ${'/*'.repeat(199)}${'/'.repeat(500)} ${'*/'.repeat(199)} ${' '.repeat(n - 2000)}`,
  'operator characters': (n) => `SELECT 1 ${'+-'.repeat(n / 2 - 10)}1`,
  'operator runs at the cap': (n) =>
    `SELECT 1 ${`${'+-'.repeat(maxOperatorRun / 2)}1 `.repeat((n - 20) / (maxOperatorRun + 2))}`,
  'operators and openers': (n) => `SELECT 1 ${'@/*'.repeat(n / 3 - 10)}`,
  'dollar quotes': (n) => `SELECT ${'$a$ $b$ '.repeat(n / 8 - 10)}`,
  'dollar signs': (n) => `SELECT ${'$'.repeat(n - 10)}`,
  quotes: (n) => `SELECT ${"'".repeat(n - 10)}`,
  'string continuations': (n) => `SELECT ${"'a'\n".repeat(n / 4 - 10)}`,
  'strings before comments': (n) => `SELECT ${"'a' --\n".repeat(n / 7 - 10)}`,
  'unicode escapes': (n) => `SELECT U&'${'\\0061'.repeat(n / 5 - 10)}'`,
  parentheses: (n) => `SELECT ${'('.repeat(n / 2 - 10)}1${')'.repeat(n / 2 - 10)}`,
  'parentheses at the cap': () => `SELECT ${'('.repeat(maxNesting)}1${')'.repeat(maxNesting)}`,
  brackets: (n) => `SELECT ARRAY${'['.repeat(n / 2 - 10)}1${']'.repeat(n / 2 - 10)}`,
  subscripts: (n) => `SELECT a${'[1]'.repeat(n / 3 - 10)}`,
  not: (n) => `SELECT ${'NOT '.repeat(n / 4 - 10)}true`,
  minus: (n) => `SELECT ${'- '.repeat(n / 2 - 10)}a`,
  casts: (n) => `SELECT 1${'::int'.repeat(n / 5 - 10)}`,
  collations: (n) => `SELECT a${' COLLATE x'.repeat(n / 10 - 10)}`,
  case: (n) => `SELECT ${'CASE WHEN a THEN '.repeat(n / 24)}1${' END'.repeat(n / 24)}`,
  'field selections': (n) => `SELECT (a)${'.b'.repeat(n / 2 - 10)}`,
  unions: (n) => `SELECT 1${' UNION SELECT 1'.repeat(n / 15 - 2)}`,
  joins: (n) => `SELECT 1 FROM a${' NATURAL JOIN a'.repeat(n / 15 - 2)}`,
  'cross items': (n) => `SELECT 1 FROM a${',a'.repeat(n / 2 - 10)}`,
  constants: (n) => `SELECT ${'1,'.repeat(n / 2 - 10)}1`,
  conditions: (n) => `SELECT 1 WHERE ${'a=1 OR '.repeat(n / 7 - 10)}a`,
  sums: (n) => `SELECT ${'a+'.repeat(n / 2 - 10)}a`,
  'grouping sets': (n) => `SELECT 1 GROUP BY ${'CUBE(a),'.repeat(n / 8 - 10)}a`,
  'common tables': (n) => `WITH ${'a AS (SELECT 1),'.repeat(n / 16 - 10)} b AS (SELECT 1) SELECT 1`,
  statements: (n) => ';'.repeat(n),
  'many statements': (n) => 'SELECT 1;'.repeat(n / 9),
  'long name': (n) => `SELECT "${'x'.repeat(n - 20)}"`,
  'long number': (n) => `SELECT ${'9'.repeat(n - 10)}`,
  'long parameter': (n) => `SELECT $${'9'.repeat(n - 10)}`,
  'white space': (n) => `SELECT${' '.repeat(n - 10)}1`,
  'wide characters': (n) => `SELECT '${'😀'.repeat(n / 4 - 10)}' FROM`,
};

const warm = Promise.all([gate('SELECT 1'), gate(`SELECT 1 ${' '.repeat(9000)}`)]);

describe('a text made to hold the parser up', () => {
  test.each(Object.entries(shapes))('with many %s is answered in seconds', async (_, shape) => {
    await warm; // the grammar and the worker are loaded
    const begun = performance.now();
    const result = await outcome(shape(32_768));
    expect(performance.now() - begun).toBeLessThan(10_000);
    expect(['admitted', 'STATEMENT_TOO_COMPLEX', 'STATEMENT_UNPARSABLE', 'STATEMENT_MULTIPLE']).toContain(result);
  });

  test('leaves the parser as it was: every shape in turn, and a known tree after each', async () => {
    const known = 'SELECT o.id, sum(x) FROM orders o JOIN c ON c.id = o.id WHERE a IN (1, 2) GROUP BY 1';
    const before = JSON.stringify(await parseTree(known));
    for (let round = 0; round < 3; round += 1)
      for (const shape of Object.values(shapes)) {
        await parseTree(shape(8000)).catch(() => undefined); // past the limits, so that the parser itself is met
        expect(JSON.stringify(await parseTree(known))).toBe(before);
      }
  });

  test('survives stack overflows one after another', async () => {
    for (let time = 0; time < 60; time += 1)
      await expect(parseTree(`SELECT ${'(SELECT '.repeat(4000)}1${')'.repeat(4000)}`)).rejects.toMatchObject({
        code: 'STATEMENT_TOO_COMPLEX',
      });
    expect((await parseTree('SELECT 1')).stmts).toHaveLength(1);
  });
});

describe('the limits before parsing', () => {
  test('count bytes, not characters', () => {
    expect(() => checkText('ü'.repeat(50), 100)).not.toThrow();
    expect(() => checkText('ü'.repeat(51), 100)).toThrow(/102 bytes/);
  });

  test('admit what lies at them and refuse one more', () => {
    expect(() => checkText('/*'.repeat(maxCommentOpeners), 32_768)).not.toThrow();
    expect(() => checkText('/* '.repeat(maxCommentOpeners + 1), 32_768)).toThrow(/comments/);
    expect(() => checkText('('.repeat(maxNesting), 32_768)).not.toThrow();
    expect(() => checkText('(['.repeat(maxNesting / 2 + 1), 32_768)).toThrow(/deep/);
    expect(() => checkText('+'.repeat(maxOperatorRun), 32_768)).not.toThrow();
    expect(() => checkText('='.repeat(maxOperatorRun + 1), 32_768)).toThrow(/operator/);
  });

  test('leave a page of ordinary comments alone', async () => {
    const banner = `-- ${'='.repeat(100)}\n/* ${'*'.repeat(100)} */\n`;
    expect(await outcome(`${banner.repeat(40)}SELECT 1`)).toBe('admitted');
  });

  test('name the place of a NUL and of half a surrogate pair', () => {
    expect(() => checkText('é😀\u0000', 100)).toThrow(
      expect.objectContaining({ code: 'STATEMENT_UNPARSABLE', position: 3 }),
    );
    expect(() => checkText('é😀x\ud800', 100)).toThrow(
      expect.objectContaining({ code: 'STATEMENT_UNPARSABLE', position: 4 }),
    );
    expect(() => checkText('😀', 100)).not.toThrow();
  });
});

describe('tokens', () => {
  test('cover the text with byte offsets, comments included', async () => {
    const sql = 'SELECT \'é\', $1, a.b /* x */ -- y\n|| U&"z"';
    const bytes = Buffer.from(sql);
    const tokens = (await scan(sql)).map(({ start, end, kind }) => [bytes.toString('utf8', start, end), kind]);
    expect(tokens).toEqual([
      ['SELECT', 'keyword'],
      ["'é'", 'string'],
      [',', 'punctuation'],
      ['$1', 'parameter'],
      [',', 'punctuation'],
      ['a', 'identifier'],
      ['.', 'punctuation'],
      ['b', 'identifier'],
      ['/* x */', 'comment'],
      ['-- y', 'comment'],
      ['||', 'operator'],
      ['U&"z"', 'identifier'],
    ]);
  });

  test('of a text the lexer gives up on are a refusal', async () => {
    await expect(scan("SELECT 'x")).rejects.toMatchObject({ code: 'STATEMENT_UNPARSABLE' });
  });

  test('give like statements like fingerprints', async () => {
    expect(await fingerprint('SELECT a FROM t WHERE b = 1')).toBe(await fingerprint("select a from t where b = 'x'"));
    expect(await fingerprint('SELECT a FROM t')).not.toBe(await fingerprint('SELECT a FROM u'));
  });
});

describe('positions', () => {
  test('count characters from one, for every byte of a character', () => {
    const positionOf = createPositions('aé😀b');
    expect([0, 1, 2, 3, 6, 7, 8, 99, -1].map(positionOf)).toEqual([1, 2, 2, 3, 3, 4, 5, 5, undefined]);
    expect([0, 2, 99, -1].map(createPositions('abc'))).toEqual([1, 3, 4, undefined]);
  });
});

/** A small seeded generator (mulberry32), so that a failure can be repeated. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

describe('a mutated statement', () => {
  const seed = Number(process.env['PGWARDEN_SEED'] ?? 20_260_101);
  const next = random(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(next() * items.length)] as T;
  const texts = [...readCorpus('reads'), ...readCorpus('refused')]
    .map(({ sql }) => sql)
    .filter((sql) => sql.length < 3000);
  const splinters = [
    ';',
    '--',
    '/*',
    '*/',
    "'",
    '"',
    '$$',
    '$a$',
    '(',
    ')',
    '[',
    ']',
    '::',
    ':x',
    '$1',
    '\\',
    "E'",
    'U&"',
    ' FOR UPDATE',
    ' INTO x',
    ' UNION ',
    'DELETE FROM t',
    '\u0000',
    '\ud800',
    'é',
    '😀',
    '\u00a0',
    '\r',
    '.*',
    ' OVER ()',
    'NULL',
    '1e999',
    '0x',
    '%',
    '@@',
  ];

  function mutate(sql: string): string {
    const at = Math.floor(next() * (sql.length + 1));
    const to = Math.min(sql.length, at + Math.floor(next() * 12));
    switch (Math.floor(next() * 5)) {
      case 0:
        return sql.slice(0, at) + sql.slice(to);
      case 1:
        return sql.slice(0, at) + pick(splinters) + sql.slice(at);
      case 2:
        return sql.slice(0, at) + pick(texts).slice(0, 60) + sql.slice(at);
      case 3:
        return sql.slice(0, at) + sql.slice(at, to).repeat(3) + sql.slice(to);
      default:
        return sql.slice(0, at) + String.fromCharCode(Math.floor(next() * 256)) + sql.slice(at + 1);
    }
  }

  test('is admitted or refused, never anything else, and what is admitted is one read', async () => {
    const counts: Record<string, number> = {};
    for (let time = 0; time < 4000; time += 1) {
      let sql = pick(texts);
      for (let times = Math.floor(next() * 3); times >= 0; times -= 1) sql = mutate(sql);
      const style = next() < 0.2 ? 'named' : 'positional';
      const parameters = { style, values: [] } as const;
      const result = await parseStatement(requestFor({ ...read, sql, parameters }), databaseFor(read)).then(
        (statement) => {
          const { class: kind, sql: sent } = openStatement(statement);
          return kind === 'read' && (style === 'named' || sent === sql) ? 'admitted' : 'odd';
        },
        (thrown: unknown) => (thrown instanceof Refusal ? thrown.code : String(thrown)),
      );
      counts[result] = (counts[result] ?? 0) + 1;
      expect(
        /^(admitted|STATEMENT_\w+|NAME_NOT_AVAILABLE|REQUEST_INVALID)$/.test(result),
        `seed ${seed}: ${result} for ${JSON.stringify(sql)}`,
      ).toBe(true);
    }
    expect(Object.keys(counts).length).toBeGreaterThan(4);
    expect(counts['admitted']).toBeGreaterThan(200);
  });
});

test('the broker’s own texts are read while long ones of callers fill the queue of the reader', async () => {
  const long = Array.from({ length: 80 }, (_, n) => outcome(`SELECT ${n} -- ${' '.repeat(longText)}`));
  const request = requestFor({ ...read, sql: '' });
  const statement = { from: 'fixed', name: 'catalog_objects', parameters: read.parameters } as const;
  const own = await parseStatement({ ...request, statement }, databaseFor(read));
  expect(openStatement(own)).toMatchObject({ fixed: 'catalog_objects', class: 'read' });
  expect(fixedStatements.catalog_objects.text.length).toBeGreaterThan(longText); // else it would never have waited
  expect(new Set(await Promise.all(long))).toEqual(new Set(['admitted', 'LIMIT_EXCEEDED']));
});
