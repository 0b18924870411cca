/** The strict dialect: two independent readers, and a refusal where they do not see the same statement. */

import { describe, expect, test } from 'vitest';
import { Refusal } from '../../src/model/errors.ts';
import { systemPrincipal } from '../../src/model/principal.ts';
import { parseStatement } from '../../src/sql/parse-statement.ts';
import { parseTree } from '../../src/sql/parser.ts';
import { readInThread } from '../../src/sql/reader/reader-thread.ts';
import { openStatement } from '../../src/sql/statement.ts';
import { firstDifference, namesInTree } from '../../src/sql/strict/names.ts';
import { secondReading } from '../../src/sql/strict/second-reading.ts';
import { isTree } from '../../src/sql/tree.ts';
import { databaseFor, readCorpus, requestFor } from './corpus/corpus.ts';

const read = { intent: 'read', action: 'select', parameters: { style: 'positional', values: [] } } as const;
const strictly = (sql: string) =>
  parseStatement(requestFor({ ...read, sql }), databaseFor(read, { dialect: 'strict' }));
const refusalOf = (sql: string) =>
  strictly(sql).then(
    () => undefined,
    (thrown: unknown) => (thrown instanceof Refusal ? thrown : undefined),
  );

async function differenceOf(sql: string, seenAs: string): Promise<string | undefined> {
  const tree = (await parseTree(sql)).stmts[0]?.['stmt'];
  if (!isTree(tree)) throw new Error('no statement');
  return firstDifference(namesInTree(tree, 'read'), secondReading(seenAs));
}

describe('a strict database', () => {
  test.each([
    'SELECT id, name FROM customers WHERE country = $1 ORDER BY id LIMIT 10',
    'SELECT o.id, c.name FROM public.orders o JOIN customers c ON c.id = o.customer_id WHERE o.total > 10',
    'SELECT country, count(*) FROM customers GROUP BY country HAVING count(*) > 1',
    'SELECT coalesce(note, nullif(status::text, lower($1))), greatest(total, 1) FROM orders',
    'WITH t AS (SELECT id FROM orders) SELECT t.id FROM t WHERE EXISTS (SELECT 1 FROM customers c WHERE c.id = t.id)',
    'SELECT extract(year FROM created_at), current_date, now() AT TIME ZONE $1 FROM orders',
    'SELECT a.id FROM regions a JOIN sales.regions b USING (id)',
    'SELECT 1 /* a comment; with -- everything */ -- and more',
    'SHOW server_version',
  ])('reads %s', async (sql) => {
    expect(openStatement(await strictly(sql)).sql).toBe(sql);
  });

  test('reads at least half of the legitimate corpus', async () => {
    let admitted = 0;
    for (const one of readCorpus('reads'))
      admitted += await parseStatement(requestFor(one), databaseFor(one, { dialect: 'strict' })).then(
        () => 1,
        () => 0,
      );
    expect(admitted).toBeGreaterThan(readCorpus('reads').length / 2);
  });

  test.each([
    'SELECT json_value(a, $$x$$) FROM t',
    'SELECT U&"\\0061" FROM t',
    'SELECT system_user',
    'SELECT * FROM orders TABLESAMPLE SYSTEM (10)',
    `SELECT ${'a, '.repeat(1500)} b FROM t`,
  ])('refuses %s', async (sql) => {
    expect((await refusalOf(sql))?.code).toBe('STATEMENT_TOO_COMPLEX');
  });

  test('says that the readers disagree, and on what', async () => {
    const refusal = await refusalOf('SELECT system_user');
    expect(refusal?.message).toMatch(/two independent readers/i);
    expect(refusal?.hint).toMatch(/columns/);
  });

  test('is not blinded by a comment that blinds the second reader', async () => {
    const blinding = 'SELECT id /* -- */ FROM orders, private.secrets /* -- */';
    expect(await differenceOf(blinding, blinding)).toBeDefined(); // the trick works on the raw text …
    expect(openStatement(await strictly(blinding)).class).toBe('read'); // … and not on the text without comments
  });

  test('costs the text of a full database nothing', async () => {
    const full = await parseStatement(
      requestFor({ ...read, sql: 'SELECT * FROM orders TABLESAMPLE SYSTEM (11)' }),
      databaseFor(read),
    );
    expect(openStatement(full).kind).toBe('SELECT');
  });
});

describe('a difference between the readings', () => {
  test.each([
    ['the number of statements', 'SELECT 1', 'SELECT 1; SELECT 1'],
    ['what the statement does', 'SELECT 1', 'DELETE FROM t'],
    ['what the statement does', 'SELECT a FROM t', 'SELECT a FROM t FOR UPDATE'],
    ['its relations', 'SELECT a FROM t, u', 'SELECT a FROM t'],
    ['its columns', 'SELECT a, b FROM t', 'SELECT a FROM t'],
    ['its functions', 'SELECT f(a) FROM t', 'SELECT g(a) FROM t'],
  ])('in %s is found', async (part, sql, seenAs) => {
    expect(await differenceOf(sql, seenAs)).toBe(part);
  });
});

describe('the reading worker', () => {
  test('is ended at its deadline, and the next text is read by a new one', async () => {
    const slow = `SELECT 1 WHERE ${'(a = 1 OR b = 2) AND '.repeat(180)} true`;
    const first = await readInThread('strict', slow, 1, systemPrincipal).then(
      () => 'read',
      (thrown: unknown) => (thrown instanceof Refusal ? thrown.code : 'fault'),
    );
    expect(first).toBe('STATEMENT_TOO_COMPLEX');
    expect(JSON.parse(await readInThread('parse', 'SELECT 1', 20_000, systemPrincipal))).toMatchObject({
      stmts: [{ stmt: { SelectStmt: {} } }],
    });
  });

  test('reads long texts, and gives their errors with position', async () => {
    const sql = `SELECT ${'1, '.repeat(3000)} 2`;
    const contents = openStatement(await parseStatement(requestFor({ ...read, sql }), databaseFor(read)));
    expect(contents.kind).toBe('SELECT');
    const refusal = await parseStatement(requestFor({ ...read, sql: `${sql} FROM` }), databaseFor(read)).catch(
      (thrown: unknown) => thrown,
    );
    expect(refusal).toMatchObject({ code: 'STATEMENT_UNPARSABLE', position: sql.length + 6 });
  });
});
