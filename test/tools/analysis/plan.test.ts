/** analyze_query_performance and recommend_indexes: advice from real plans, proven by making the index; and where there is none to give. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { conditionsOf } from '../../../src/tools/analysis/conditions.ts';
import { analyzeQueryPerformance as performance } from '../../../src/tools/analyze-query-performance.ts';
import { recommendIndexes as recommend } from '../../../src/tools/recommend-indexes.ts';
import { everything, type Planted, planted, publicOnly } from './support.ts';

const seed = `
CREATE TABLE customers (id integer PRIMARY KEY, name text);
CREATE TABLE orders (id integer PRIMARY KEY, customer_id integer REFERENCES customers, status varchar(10), placed timestamptz, "Odd Col" integer, ssn text);
CREATE TABLE small (id integer, v integer);
CREATE SCHEMA hidden;
CREATE TABLE hidden.ledger (id integer, account integer REFERENCES public.customers);
INSERT INTO customers SELECT n, 'c' || n FROM generate_series(1, 2000) n;
INSERT INTO orders SELECT n, 1 + n % 2000, 's' || n % 4, timestamptz '2026-01-01' + n * interval '1 minute', n % 3000, 'x' || n FROM generate_series(1, 60000) n;
INSERT INTO small SELECT n, n FROM generate_series(1, 50) n;
INSERT INTO hidden.ledger SELECT n, 1 + n % 2000 FROM generate_series(1, 60000) n;
`;
const scans = Array.from(
  { length: 25 },
  () => 'SELECT count(*) FROM orders WHERE status = $$s1$$; SELECT count(*) FROM hidden.ledger',
);

let place: Planted;
beforeAll(async () => {
  place = await planted([seed, 'ANALYZE', ...scans]);
});
afterAll(() => place?.drop());

const ask = async (tool: typeof performance, query: string | undefined, policy: readonly string[] = publicOnly) =>
  (await place.as(policy)).ask(tool, query === undefined ? {} : { query });

describe('analyze_query_performance', () => {
  const lookup = 'SELECT * FROM orders WHERE customer_id = 77';

  test('finds the scan an index would spare, and its estimate is that of the planner within a factor of three', async () => {
    const answer = await ask(performance, lookup);
    const found = answer.of('missing index')['public.orders (customer_id)'];
    expect(found).toMatchObject({
      severity: 'critical',
      evidence: { table_rows: 60000, matching_rows: 30, share_pct: 100 },
    });
    expect(found?.sql).toBe('CREATE INDEX CONCURRENTLY ON "public"."orders" ("customer_id");');
    expect(answer.content['plan']).toContain('-> Seq Scan on orders');

    const client = await place.database.client();
    await client.query('BEGIN');
    await client.query(String(found?.sql).replace('CONCURRENTLY ', ''));
    const planned = await client.query(`EXPLAIN (FORMAT JSON) ${lookup}`);
    await client.query('ROLLBACK');
    const [{ Plan: real }] = planned.rows[0]['QUERY PLAN'];
    expect(real['Node Type']).not.toBe('Seq Scan');
    const ratio = Number(found?.evidence['estimated_index_cost']) / Number(real['Total Cost']);
    expect(ratio).toBeGreaterThan(1 / 3);
    expect(ratio).toBeLessThan(3);
  });

  test('puts equality before a range, and quotes what must be', async () => {
    const sql = `SELECT id FROM orders WHERE placed > '2026-02-10' AND "Odd Col" = 5 AND status = 's1'`;
    const [found] = Object.values((await ask(performance, sql)).of('missing index'));
    expect(found?.sql).toMatch(/\("(Odd Col|status)", "(status|Odd Col)", "placed"\);$/);
  });

  test('finds a subquery that runs for every row, with the index that would carry it', async () => {
    const answer = await ask(
      performance,
      'SELECT c.name, (SELECT count(*) FROM orders o WHERE o.customer_id = c.id) FROM customers c',
    );
    expect(answer.of('missing index')['public.orders (customer_id)']).toMatchObject({ evidence: { runs: 2000 } });
    expect(Object.values(answer.of('subquery run per row'))).toMatchObject([{ evidence: { runs: 2000 } }]);
  });

  test('serves ORDER BY … LIMIT by its order', async () => {
    const answer = await ask(performance, 'SELECT id FROM orders ORDER BY placed DESC LIMIT 10');
    expect(answer.of('missing index')['public.orders (placed)']?.sql).toContain('("placed" DESC)');
  });

  test('tells which node costs most', async () => {
    const found = (await ask(performance, 'SELECT status, count(*) FROM orders GROUP BY status')).of('costly node');
    expect(found).toHaveProperty(['Seq Scan on orders']);
  });

  test.each([
    ['an index serves it', 'SELECT * FROM orders WHERE id = 5'],
    ['the table is small', 'SELECT * FROM small WHERE v = 5'],
    ['most rows match', `SELECT * FROM orders WHERE placed > '2026-01-02'`],
    ['the column is inside a function', 'SELECT * FROM orders WHERE lower(status) = $$s1$$'],
    ['an OR needs more than one index', 'SELECT * FROM orders WHERE customer_id = 5 OR "Odd Col" = 7'],
    ['two columns of the row are compared', 'SELECT * FROM orders WHERE customer_id = "Odd Col" + 1'],
  ])('gives no index where %s', async (_why, sql) => {
    expect((await ask(performance, sql)).of('missing index')).toEqual({});
  });

  test('asks for values in place of parameters', async () => {
    await expect(ask(performance, 'SELECT * FROM orders WHERE customer_id = $1')).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
      hint: expect.stringContaining('$1'),
    });
  });

  test('never runs the query, and refuses what is no query', async () => {
    const slow = await ask(performance, 'SELECT count(*) FROM orders, generate_series(1, 1000000)');
    expect(slow.content['summary']).toMatchObject({ nodes: expect.any(Number) });
    await expect(ask(performance, 'DELETE FROM orders')).rejects.toMatchObject({ code: 'STATEMENT_NOT_READ_ONLY' });
  });
});

describe('recommend_indexes', () => {
  test('for a query: the candidates of its plan, and how they are known', async () => {
    const answer = await ask(recommend, 'SELECT * FROM orders WHERE customer_id = 77');
    expect(Object.keys(answer.of('missing index'))).toEqual(['public.orders (customer_id)']);
    expect(answer.content['summary']).toEqual({ method: 'statistics', hypopg: 'not installed', candidates: 1 });
    expect(answer.all).toContain('not proven');
  });

  test('for the database: foreign keys, and tables read whole too often', async () => {
    const answer = await ask(recommend, undefined);
    expect(Object.keys(answer.of('foreign key without index'))).toEqual(['public.orders (customer_id)']);
    expect(answer.of('read whole too often')).toMatchObject({
      'public.orders': { evidence: { rows: 60000, index_scans: 0, rows_per_scan: expect.any(Number) } },
    });
    expect(Number(answer.of('read whole too often')['public.orders']?.evidence['sequential_scans'])).toBeGreaterThan(
      24,
    );
  });

  test('a query that has its index gets none', async () => {
    expect((await ask(recommend, 'SELECT * FROM orders WHERE id = 5')).findings).toEqual([]);
  });
});

describe('what the policy hides', () => {
  test('is in no advice: hidden tables and columns', async () => {
    expect((await ask(recommend, undefined)).all).not.toMatch(/hidden|ledger|account/);
    expect((await ask(recommend, undefined, everything)).all).toMatch(/hidden\.ledger/);
    const denied = [...publicOnly, 'p, analyst, *, public.orders.customer_id, select, deny'];
    expect((await ask(recommend, undefined, denied)).all).not.toMatch(/customer_id/);
  });

  test.each([performance, recommend])('a query over it ends as one over what does not exist: $name', async (tool) => {
    const denied = [...publicOnly, 'p, analyst, *, public.orders.ssn, select, deny'];
    for (const sql of ['SELECT * FROM hidden.ledger', 'SELECT 1 FROM orders WHERE ssn = $$x$$'])
      await expect(ask(tool, sql, denied)).rejects.toMatchObject({ code: 'NAME_NOT_AVAILABLE' });
  });
});

test.each([
  ['(customer_id = 5)', ['customer_id equal']],
  [
    `(("Odd Col" ~~ 'x%'::text) AND ((status)::text = 'a AND b = 3'::text) AND (placed > now()))`,
    ['status equal', 'placed range'],
  ],
  [`((status)::text = ANY ('{a,b}'::text[]))`, ['status equal']],
  ['((a = 1) OR (b = 2))', []],
  ['((a = 1) AND ((b = 2) OR (c = 3)))', ['a equal']],
  ['((o.a = c.id) AND (o.b >= 3))', ['a equal', 'b range']],
  ['((c.a = 1) AND (a < b))', []],
  ['(lower(a) = $1)', []],
  [`("we""ird)" = 'it''s (fine'::text)`, ['we"ird) equal']],
])('conditions of %s', (filter, expected) => {
  expect(conditionsOf(filter, 'o').map(({ column, kind }) => `${column} ${kind}`)).toEqual(expected);
});
