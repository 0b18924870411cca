/** A snapshot of a real database: what it holds, how names are found in it, and that paging loses nothing. */

import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { rows as pageRows } from '../../src/catalog/catalog-kinds.ts';
import { fixedStatements } from '../../src/catalog/fixed-statements.ts';
import { loadCatalog, type RunFixed, type SystemParts } from '../../src/catalog/loader.ts';
import { catalogOf } from '../sql/oracle/our-reading.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';

const seed = `
  CREATE SCHEMA other;
  CREATE TABLE t (a int, gone text, "B b" text, c numeric(8,2));
  ALTER TABLE t DROP COLUMN gone;
  ALTER TABLE t ADD CONSTRAINT "one, two" UNIQUE (c, a), ADD CONSTRAINT x EXCLUDE USING btree ((a + 1) WITH =), ADD CHECK (a > 0);
  CREATE TABLE other.t (z int);
  CREATE TABLE other.only_there (z int);
  CREATE TABLE pg_class (mine int);
  CREATE VIEW v AS SELECT a FROM t;
  CREATE VIEW w WITH (security_invoker = on) AS SELECT a FROM t;
  CREATE MATERIALIZED VIEW m AS SELECT a FROM t;
  CREATE SEQUENCE s;
  CREATE TYPE pair AS (x int, y text);
  CREATE DOMAIN positive AS int CHECK (VALUE > 0);
  CREATE TYPE span AS RANGE (SUBTYPE = int4);
  CREATE TABLE parts (at int) PARTITION BY RANGE (at);
  CREATE TABLE part PARTITION OF parts FOR VALUES FROM (0) TO (9);
  CREATE TABLE _t (odd int);
  CREATE FUNCTION f(a int, b text DEFAULT 'x', VARIADIC c int[] DEFAULT '{}', OUT d int, OUT e text) LANGUAGE sql SECURITY DEFINER AS 'SELECT 1, $2'`;

let database: TestDatabase;
let client: pg.Client;
let catalog: Catalog;

beforeAll(async () => {
  database = await testDatabase({ seed });
  client = await database.client();
  catalog = await catalogOf(client, ['public', 'other']);
});
afterAll(() => database?.drop());

const find = (name: string, schema?: string) => {
  const relation = catalog.relation(schema, name);
  if (relation === undefined) throw new Error(`${name} is not in the snapshot`);
  return relation;
};

test('columns come in order with their numbers, dropped ones leave a gap', () => {
  expect(catalog.columns(find('t')).map(({ name, attnum }) => `${attnum} ${name}`)).toEqual(['1 a', '3 B b', '4 c']);
});

test('a constraint that can tell a conflict has the numbers of its columns, 0 for an expression', () => {
  const { oid } = find('t');
  expect(['one, two', 'x', 't_a_check', 'one'].map((name) => catalog.constraint(oid, name))).toEqual([
    [4, 1],
    [0],
    undefined,
    undefined,
  ]);
});

test('every kind of relation is told apart', () => {
  const kinds = ['t', 'v', 'm', 's', 'pair', 'parts'].map((name) => find(name).kind);
  expect(kinds).toEqual(['table', 'view', 'matview', 'sequence', 'composite', 'partitioned']);
  expect([find('v').securityInvoker, find('w').securityInvoker]).toEqual([false, true]);
});

test('the first schema of the path that has a name decides, pg_catalog before all', () => {
  expect([find('t').schema, find('only_there').schema, find('t', 'other').schema]).toEqual([
    'public',
    'other',
    'other',
  ]);
  expect([find('pg_class').schema, find('pg_class', 'public').schema]).toEqual(['pg_catalog', 'public']);
});

test('pg_catalog goes last where the path says so', async () => {
  const late = await catalogOf(client, ['public', 'pg_catalog']);
  expect(late.relation(undefined, 'pg_class')?.schema).toBe('public');
});

test('indexes, toast tables and temporary tables are no relations', async () => {
  await client.query('CREATE TEMP TABLE passing (a int)');
  const again = await catalogOf(client, ['public']);
  expect([...again.relations()].filter(({ name }) => /passing|pkey|toast/.test(name))).toEqual([]);
});

test('a partition knows its parent', () => {
  expect(catalog.parents(find('part').oid)).toEqual([find('parts').oid]);
});

test('row types, their arrays, domains and ranges are types by name', () => {
  const row = catalog.typeByName(undefined, 't');
  expect(row).toMatchObject({ kind: 'composite', relation: find('t').oid });
  // the table _t has taken the usual name of the array of t's rows
  expect(catalog.typeByName(undefined, '_t')).toMatchObject({ kind: 'composite', relation: find('_t').oid });
  expect(catalog.type(row?.array ?? 0)).toMatchObject({ kind: 'array', element: row?.oid });
  expect(catalog.typeByName(undefined, 'positive')).toMatchObject({
    kind: 'domain',
    base: 23,
    checks: ['CHECK ((VALUE > 0))'],
  });
  const span = catalog.typeByName('public', 'span');
  expect(catalog.type(catalog.multirangeOf(span?.oid ?? 0))).toMatchObject({ kind: 'multirange', subtype: span?.oid });
});

test('a function has its arguments, defaults, OUT columns and rights', () => {
  expect(catalog.procedures('public', 'f')).toMatchObject([
    {
      kind: 'function',
      args: [23, 25, 1007],
      argNames: ['a', 'b', 'c'],
      defaults: 2,
      variadic: 23,
      outputs: [
        { name: 'd', type: 23 },
        { name: 'e', type: 25 },
      ],
      securityDefiner: true,
      language: 'sql',
    },
  ]);
});

test('the same database gives the same version, any change another', async () => {
  const again = await catalogOf(client, ['public', 'other']);
  expect(again.version).toBe(catalog.version);
  await client.query('ALTER TABLE other.only_there ADD COLUMN fresh int');
  expect((await catalogOf(client, ['public', 'other'])).version).not.toBe(catalog.version);
});

test('pages cut by rows and by bytes lose nothing', async () => {
  const many = await testDatabase();
  const owner = await many.client();
  const wide = (n: number) =>
    Array.from({ length: 400 }, (_, i) => `"column ${i} with a name as long as it may be, ${n}" int`).join();
  for (let n = 0; n < 45; n += 1) await owner.query(`CREATE TABLE wide_${n} (${wide(n)})`);
  await owner.query(
    `DO $$ BEGIN FOR i IN 1..${pageRows + 50} LOOP EXECUTE format('CREATE TYPE c%s AS (a int, b text)', i); END LOOP; END $$`,
  );
  const loaded = await catalogOf(owner);
  const { rows } = await owner.query(
    `SELECT count(*)::int AS n FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'c')`,
  );
  expect([...loaded.relations()].length).toBe(rows[0].n);
  expect(loaded.columns(loaded.relation('public', 'wide_44') ?? find('t')).length).toBe(400);
  await many.drop();
});

interface Load {
  /** Rows of each first page of all kinds, as if the rest had been cut away. */
  readonly keep?: number;
  readonly systems?: SystemParts;
  /** Whether the server's own objects are fetched though facts about them are shipped. */
  readonly whole?: boolean;
}

async function loadedWith({ keep = Number.MAX_SAFE_INTEGER, systems = new Map(), whole = false }: Load) {
  const asked: string[] = [];
  const run: RunFixed = async (name, parameters) => {
    asked.push(name);
    const { rows } = await client.query({
      text: fixedStatements[name].text,
      values: [...parameters],
      rowMode: 'array',
    });
    if (name === 'catalog_digests' && whole) return rows.map((row) => row.with(4, null));
    return name === 'catalog_objects' ? rows.slice(0, keep) : rows;
  };
  const { version } = await loadCatalog(run, ['public'], systems);
  return { version, asked };
}

test('a cold catalog is two texts, three where the server’s own objects are fetched, two where they are known', async () => {
  const systems: SystemParts = new Map();
  const whole = await loadedWith({ whole: true });
  expect(whole.asked).toEqual(['catalog_digests', 'catalog_objects', 'catalog_functions']);
  const [cold, known] = [await loadedWith({ systems }), await loadedWith({ systems })];
  expect([cold.asked, known.asked]).toEqual([
    ['catalog_digests', 'catalog_objects'],
    ['catalog_header', 'catalog_objects'],
  ]);
  expect([cold.version, known.version]).toEqual([whole.version, whole.version]);
});

test('wherever the first page of all kinds is cut, nothing is lost', async () => {
  const { version } = await loadedWith({});
  for (const keep of [1, 3, 4, 198, 199, 1232, 1400, 3000])
    expect((await loadedWith({ keep, whole: true })).version, `after ${keep} rows`).toBe(version);
  for (const keep of [1, 4, 40, 180])
    expect((await loadedWith({ keep })).version, `with facts, after ${keep} rows`).toBe(version);
});
