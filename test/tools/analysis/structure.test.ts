/** analyze_database_structure over planted problems, over none, and behind a policy. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { analyzeDatabaseStructure as structure } from '../../../src/tools/analyze-database-structure.ts';
import { everything, type Planted, planted, publicOnly } from './support.ts';

const seed = `
CREATE TABLE customers (id integer PRIMARY KEY, email text, region text);
CREATE TABLE orders (id serial PRIMARY KEY, customer_id integer REFERENCES customers, placed date, state text, total numeric);
CREATE INDEX orders_placed ON orders (placed);
CREATE INDEX orders_placed_again ON orders (placed);
CREATE INDEX orders_state ON orders (state);
CREATE INDEX orders_state_placed ON orders (state, placed);
CREATE UNIQUE INDEX customers_email ON customers (email);
CREATE TABLE notes (body text);
CREATE TABLE items (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, order_id integer REFERENCES orders);
CREATE INDEX items_order ON items (order_id);
SELECT setval('orders_id_seq', 2040109466);
INSERT INTO customers SELECT n, 'e' || n, 'r' FROM generate_series(1, 100) n;
INSERT INTO orders SELECT n, 1 + n % 100, date '2026-01-01' + n % 300, 's' || n % 5, n FROM generate_series(1, 20000) n;
CREATE SCHEMA hidden;
CREATE TABLE hidden.payroll (id smallserial, salary integer, customer_id integer REFERENCES public.customers);
CREATE INDEX payroll_salary ON hidden.payroll (salary);
CREATE INDEX payroll_salary_again ON hidden.payroll (salary);
SELECT setval('hidden.payroll_id_seq', 32760);
ANALYZE;
`;

const sound = `
CREATE TABLE customers (id bigint PRIMARY KEY, email text UNIQUE);
CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer_id bigint REFERENCES customers);
CREATE INDEX orders_customer ON orders (customer_id);
INSERT INTO customers SELECT n, 'e' || n FROM generate_series(1, 1000) n;
INSERT INTO orders (customer_id) SELECT 1 + n % 1000 FROM generate_series(1, 5000) n;
ANALYZE;
SET enable_seqscan = off;
SELECT count(*) FROM orders WHERE customer_id = 7;
`;

let bad: Planted;
let good: Planted;
beforeAll(async () => {
  [bad, good] = [await planted(seed), await planted(sound)];
  const admin = await bad.database.client({ ...bad.database.superuser, database: bad.database.database });
  await admin.query(`UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'orders_state_placed'::regclass`);
});
afterAll(() => Promise.all([bad?.drop(), good?.drop()]));

describe('planted problems are found with their numbers', () => {
  test('a duplicate index names its twin, and the elder of the two stays', async () => {
    const found = (await (await bad.as(publicOnly)).ask(structure)).of('duplicate index');
    expect(Object.keys(found)).toEqual(['public.orders_placed_again']);
    expect(found['public.orders_placed_again']).toMatchObject({
      severity: 'warning',
      evidence: { same_as: 'public.orders_placed', index_bytes: expect.any(Number), scans: 0 },
      sql: 'DROP INDEX CONCURRENTLY "public"."orders_placed_again";',
    });
  });

  test('an invalid index is critical', async () => {
    const found = (await (await bad.as(publicOnly)).ask(structure)).of('invalid index');
    expect(found).toMatchObject({ 'public.orders_state_placed': { severity: 'critical' } });
    expect(Object.keys(found)).toHaveLength(1);
  });

  test('an unused index is one that no scan used and nothing else needs', async () => {
    const found = (await (await bad.as(publicOnly)).ask(structure)).of('unused index');
    // the invalid index cannot take the place of orders_state; unique indexes and keys guard something
    expect(Object.keys(found).sort()).toEqual(['public.items_order', 'public.orders_placed', 'public.orders_state']);
    expect(found['public.orders_state']).toMatchObject({
      severity: 'info',
      evidence: { scans: 0, table: 'public.orders' },
    });
  });

  test('a foreign key without index tells what refers to what, over how many rows', async () => {
    const found = (await (await bad.as(publicOnly)).ask(structure)).of('foreign key without index');
    expect(found).toEqual({
      'public.orders (customer_id)': expect.objectContaining({
        severity: 'warning',
        evidence: expect.objectContaining({ references: 'public.customers (id)', rows: 20000 }),
        sql: 'CREATE INDEX CONCURRENTLY ON "public"."orders" ("customer_id");',
      }),
    });
  });

  test('a sequence is measured by the integer column it feeds', async () => {
    const found = (await (await bad.as(publicOnly)).ask(structure)).of('sequence near its end');
    expect(found).toEqual({
      'public.orders_id_seq': expect.objectContaining({
        severity: 'critical',
        evidence: {
          used_pct: 95,
          last_value: '2040109466',
          limit: '2147483647',
          values_left: '107374181',
          column: 'public.orders.id',
          column_type: 'integer',
        },
      }),
    });
  });

  test('a table without primary key is named', async () => {
    const found = (await (await bad.as(publicOnly)).ask(structure)).of('no primary key');
    expect(Object.keys(found)).toEqual(['public.notes']);
  });

  test('counts and sizes are those of what may be seen', async () => {
    const { content } = await (await bad.as(publicOnly)).ask(structure);
    expect(content['summary']).toMatchObject({ schemas: 1, tables: 4, indexes: 9, sequences: 2, rows: 20100 });
    expect(content['tables']).toContainEqual({
      name: 'public.orders',
      rows: 20000,
      bytes: expect.any(Number),
      indexes: 5,
    });
  });

  test('the worst stands first', async () => {
    const { findings } = await (await bad.as(publicOnly)).ask(structure);
    const rank = findings.map(({ severity }) => ['critical', 'warning', 'info'].indexOf(severity));
    expect(rank).toEqual(rank.toSorted());
    expect(new Set(rank)).toEqual(new Set([0, 1, 2]));
  });
});

test('a sound database has nothing to find', async () => {
  const { findings, all } = await (await good.as(everything)).ask(structure);
  expect(findings).toEqual([]);
  expect(all).toContain('nothing found');
});

describe('what the policy hides', () => {
  test('is in no finding, no count and no text', async () => {
    const { all } = await (await bad.as(publicOnly)).ask(structure);
    expect(all).not.toMatch(/hidden|payroll|salary/);
    const { all: whole } = await (await bad.as(everything)).ask(structure);
    expect(whole).toMatch(/hidden\.payroll_salary_again/);
    expect(whole).toMatch(/hidden\.payroll_id_seq/);
  });

  test('column by column: indexes, keys and sequences of a denied column are gone', async () => {
    const analysis = await bad.as([
      ...publicOnly,
      'p, analyst, *, public.orders.placed, select, deny',
      'p, analyst, *, public.orders.customer_id, select, deny',
      'p, analyst, *, public.orders.id, select, deny',
    ]);
    const { all, findings } = await analysis.ask(structure);
    expect(all).not.toMatch(/placed|customer_id|orders_id_seq/);
    expect(findings.map(({ object }) => object)).toContain('public.orders_state');
  });

  test('a foreign key to a hidden table is gone', async () => {
    const { all } = await (await bad.as(['p, analyst, *, public.orders, select, allow'])).ask(structure);
    expect(all).not.toMatch(/customers/);
  });

  test('a deny on the statistics closes the analysis', async () => {
    const analysis = await bad.as([...publicOnly, 'p, analyst, *, pg_catalog.pg_stat_all_indexes, select, deny']);
    await expect(analysis.ask(structure)).rejects.toMatchObject({ code: 'POLICY_DENIED' });
  });
});

test('every answer leaves an intent and an outcome under the built-in rule, and no SQL is sent but fixed texts', async () => {
  const analysis = await bad.as(publicOnly);
  await analysis.ask(structure);
  const records = await analysis.corridor.records('main');
  const intents = records.filter((record) => record['type'] === 'intent');
  expect(intents.map((intent) => JSON.stringify(intent['stmt']))).toEqual(
    ['server', 'relations', 'indexes', 'foreign_keys', 'sequences'].map((name) =>
      expect.stringContaining(`"fixed":"analysis_${name}"`),
    ),
  );
  expect(intents.every((intent) => JSON.stringify(intent['decision']).includes('system:analysis'))).toBe(true);
  expect(records.filter((record) => record['type'] === 'outcome')).toHaveLength(5);
});
