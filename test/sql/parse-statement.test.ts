/** What the gate hands on: the text, its class and kind, positions; and what it admits for writing. */

import { describe, expect, test } from 'vitest';
import { fixedStatements } from '../../src/catalog/fixed-statements.ts';
import type { QueryRequest } from '../../src/model/request.ts';
import { parseStatement } from '../../src/sql/parse-statement.ts';
import { createReadingCache } from '../../src/sql/reading-cache.ts';
import { openStatement } from '../../src/sql/statement.ts';
import { databaseFor, requestFor } from './corpus/corpus.ts';

const none = { style: 'positional', values: [] } as const;
const request = (sql: string, more: Partial<QueryRequest> = {}): QueryRequest => ({
  ...requestFor({ sql, intent: 'read', action: 'select', parameters: none }),
  ...more,
});
const readOnly = databaseFor({ intent: 'read' });
const writable = databaseFor({ intent: 'write' });
const contents = async (sql: string, more: Partial<QueryRequest> = {}, database = readOnly) =>
  openStatement(await parseStatement(request(sql, more), database));

describe('a statement', () => {
  test.each([
    ['SELECT 1', 'SELECT'],
    ['VALUES (1)', 'VALUES'],
    ['TABLE regions', 'TABLE'],
    ['SELECT * FROM regions', 'SELECT'],
    ['EXPLAIN SELECT 1', 'EXPLAIN'],
    ['SHOW server_version', 'SHOW'],
  ])('%s is a read of kind %s, sent as it was written', async (sql, kind) => {
    expect(await contents(sql)).toMatchObject({ sql, class: 'read', kind, fixed: undefined, parameterCount: 0 });
  });

  test('read twice has one frozen tree, and each reading its own token', async () => {
    const [first, second] = [
      await parseStatement(request('SELECT 1 AS twice'), readOnly),
      await parseStatement(request('SELECT 1 AS twice'), readOnly),
    ];
    expect(first).not.toBe(second);
    expect(openStatement(first).tree).toBe(openStatement(second).tree);
    const frozen = (value: unknown): boolean =>
      typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(frozen));
    expect(frozen(openStatement(first).tree)).toBe(true);
  });

  test('admitted for writing is not remembered for reading', async () => {
    const sql = 'DELETE FROM regions WHERE id = 3';
    await contents(sql, { intent: 'write' }, writable);
    await expect(contents(sql, { intent: 'read' }, writable)).rejects.toMatchObject({
      code: 'STATEMENT_NOT_READ_ONLY',
    });
    await expect(contents(sql, { intent: 'write' }, readOnly)).rejects.toMatchObject({
      code: 'STATEMENT_NOT_READ_ONLY',
    });
  });

  test('may be looked at without values for its parameters, and says how many it needs', async () => {
    expect((await contents('SELECT $1, $3')).parameterCount).toBe(3);
  });

  test.each([
    ["SELECT 'é' INTO x", 17],
    ["SELECT 'é', 1; SELECT 2", 16],
    ['WITH x AS (DELETE FROM regions) SELECT 1', 6],
    ['SELECT 1 FROM regions r FOR UPDATE OF r', 39],
  ])('%s is refused at its place', async (sql, position) => {
    await expect(contents(sql)).rejects.toMatchObject({ position });
  });
});

describe('a write', () => {
  test.each([
    [
      'INSERT INTO regions (id, name) VALUES ($1, DEFAULT) ON CONFLICT (id) DO UPDATE SET name = excluded.name WHERE regions.id > 0 RETURNING id',
      'INSERT',
    ],
    ['INSERT INTO regions SELECT * FROM sales.regions', 'INSERT'],
    ['INSERT INTO regions OVERRIDING SYSTEM VALUE VALUES (1, NULL)', 'INSERT'],
    ['INSERT INTO regions VALUES (1) ON CONFLICT ON CONSTRAINT regions_pkey DO NOTHING', 'INSERT'],
    [
      'UPDATE orders SET (total, note) = (SELECT 1, NULL), status = DEFAULT FROM customers c WHERE c.id = customer_id RETURNING *',
      'UPDATE',
    ],
    ['UPDATE orders SET total = 1 RETURNING WITH (OLD AS o, NEW AS n) o.total, n.total', 'UPDATE'],
    ['DELETE FROM orders USING customers c WHERE c.id = customer_id', 'DELETE'],
    [
      'MERGE INTO regions r USING sales.regions s ON r.id = s.id WHEN MATCHED AND r.id > 1 THEN DELETE WHEN NOT MATCHED BY SOURCE THEN DO NOTHING WHEN NOT MATCHED THEN INSERT (id, name) VALUES (s.id, s.name) RETURNING merge_action(), r.id',
      'MERGE',
    ],
    ['WITH gone AS (DELETE FROM orders RETURNING id) SELECT count(*) FROM gone', 'SELECT'],
    ['TRUNCATE orders, order_items RESTART IDENTITY', 'TRUNCATE'],
  ])('%s is admitted on a writable database, by a tool that writes, and nowhere else', async (sql, kind) => {
    expect(await contents(sql, { intent: 'write' }, writable)).toMatchObject({ class: 'write', kind });
    await expect(contents(sql, { intent: 'read' }, writable)).rejects.toMatchObject({
      code: 'STATEMENT_NOT_READ_ONLY',
    });
    await expect(contents(sql, { intent: 'write' }, readOnly)).rejects.toMatchObject({
      code: 'STATEMENT_NOT_READ_ONLY',
    });
  });

  test('tool may also read', async () => {
    expect(await contents('SELECT 1', { intent: 'write' }, writable)).toMatchObject({ class: 'read' });
  });
});

describe('a fixed text', () => {
  test.each(Object.entries(fixedStatements))('%s walks the same gate', async (name, { text }) => {
    const statement = { from: 'fixed', name, parameters: none } as const;
    expect(await contents('', { statement }, databaseFor({ intent: 'read' }, { dialect: 'strict' }))).toMatchObject({
      sql: text,
      class: 'read',
      fixed: name,
    });
  });

  test('that does not exist is a fault of the broker', async () => {
    const statement = { from: 'fixed', name: 'constructor', parameters: none } as const;
    await expect(contents('', { statement })).rejects.toMatchObject({ code: 'INTERNAL' });
  });
});

describe('the cache of readings', () => {
  const reading = (nodes: number) =>
    ({ tree: {}, verdict: { class: 'read', kind: 'SELECT', nodes, parameters: 0 } }) as const;

  test('stays below its bytes and drops what was used least recently', () => {
    const cache = createReadingCache(10_000);
    for (const key of ['a', 'b', 'c']) cache.set(key, reading(9));
    cache.get('a');
    for (const key of ['d', 'e']) cache.set(key, reading(9));
    expect(cache.size()).toBeLessThanOrEqual(10_000);
    expect(['a', 'b', 'c', 'd', 'e'].map((key) => cache.get(key) !== undefined)).toEqual([
      true,
      false,
      true,
      true,
      true,
    ]);
  });

  test('does not keep a reading that would push out all others', () => {
    const cache = createReadingCache(10_000);
    cache.set('small', reading(1));
    cache.set('huge', reading(30));
    expect([cache.get('small') !== undefined, cache.get('huge') !== undefined]).toEqual([true, false]);
  });
});
