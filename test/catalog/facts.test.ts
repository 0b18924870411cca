/** Shipped facts are the server's own, row for row, and are used only as far as the server says that they are. */

import { existsSync } from 'node:fs';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openAuthorized } from '../../src/audit/audit-log.ts';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { factsThatHold, shippedFacts } from '../../src/catalog/facts.ts';
import { fixedStatements } from '../../src/catalog/fixed-statements.ts';
import { blockOids, firstUnpinnedOid } from '../../src/catalog/header-statement.ts';
import { loadCatalog, type SystemParts } from '../../src/catalog/loader.ts';
import type { Row } from '../../src/catalog/row.ts';
import { openStatement } from '../../src/sql/statement.ts';
import { aDatabase } from '../support/authorized.ts';
import { builtInRows } from '../support/built-in-rows.ts';
import { type Cluster, startCluster } from '../support/cluster.ts';
import { openCorridor } from '../support/corridor.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';

const fifteen = '/usr/lib/postgresql/15';

/** What a load brought, and the first OID it fetched for itself. */
interface Loaded {
  readonly catalog: Catalog;
  readonly from: number;
  readonly asked: readonly string[];
}

/** `change`: what the row with the digests becomes on its way. */
async function loaded(
  client: pg.Client,
  options: {
    readonly systems?: SystemParts;
    readonly change?: (header: Row) => Row;
    readonly path?: readonly string[];
  } = {},
): Promise<Loaded> {
  const { systems = new Map(), change = (header) => header, path = ['public'] } = options;
  await client.query(`SELECT set_config('search_path', $1, false)`, [[...path, 'pg_temp'].join(', ')]);
  const asked: string[] = [];
  let from = Number.NaN;
  const catalog = await loadCatalog(
    async (name, parameters) => {
      asked.push(name);
      if (name === 'catalog_objects') from = Number(parameters[0]) + 1;
      const { text } = fixedStatements[name];
      const { rows } = await client.query({ text, values: [...parameters], rowMode: 'array' });
      return name === 'catalog_digests' ? rows.map(change) : rows;
    },
    path,
    systems,
  );
  return { catalog, from, asked };
}

const withoutDigests = (header: Row): Row => header.with(4, null);
const fetchedWhole = (client: pg.Client) => loaded(client, { change: withoutDigests });

describe.each([
  ['the server of the tests', undefined],
  ['PostgreSQL 15', fifteen],
] as const)('on %s', (_, installation) => {
  const skipped = installation !== undefined && !existsSync(`${installation}/bin/postgres`);
  let cluster: Cluster | undefined;
  let database: TestDatabase;
  let client: pg.Client;

  beforeAll(async () => {
    if (skipped) return;
    cluster = installation === undefined ? undefined : await startCluster({ installation });
    const server = cluster && { ...cluster, user: cluster.superuser };
    database = await testDatabase({ ...(server && { server }), seed: 'CREATE TABLE t (a int, b text)' });
    client = await database.client();
  });
  afterAll(async () => {
    await database?.drop();
    await cluster?.stop();
  });

  test.skipIf(skipped)('the shipped facts are what the server has, no more and no less', async () => {
    const { rows } = await client.query(`SELECT current_setting('server_version_num')::int / 10000 AS major`);
    const facts = await shippedFacts(rows[0].major);
    expect(facts.length).toBeGreaterThan(4000);
    expect(await builtInRows(client)).toEqual(facts);
  });

  test.skipIf(skipped)('a catalog made of them is the one that is fetched, to the last byte', async () => {
    const [ours, whole] = [await loaded(client), await fetchedWhole(client)];
    expect([ours.from, whole.from]).toEqual([firstUnpinnedOid, 1]);
    expect(ours.catalog.version).toBe(whole.catalog.version);
    expect(ours.asked).toEqual(['catalog_digests', 'catalog_objects']);
  });
});

test('facts are shipped for each major version from 14 on', async () => {
  const counts = await Promise.all(
    [13, 14, 15, 16, 17, 18, 19].map(async (major) => (await shippedFacts(major)).length),
  );
  expect(counts.map((count) => count > 4000)).toEqual([false, true, true, true, true, true, false]);
});

/** What a superuser can make of the server's own objects, by name; the first OID that must be fetched then. */
const alterations: readonly (readonly [string, string, number])[] = [
  ['a function with its owner’s rights', 'ALTER FUNCTION pg_catalog.lower(text) SECURITY DEFINER', 1],
  ['a function of another owner', 'ALTER FUNCTION pg_catalog.lower(text) OWNER TO CURRENT_OWNER', 1],
  ['a function of another name', 'ALTER FUNCTION pg_catalog.lower(text) RENAME TO lover', 1],
  ['a function that is gone', 'DELETE FROM pg_catalog.pg_proc WHERE oid = 870', 1],
  [
    'a function with other names of arguments',
    `UPDATE pg_catalog.pg_proc SET proargnames = '{"[\\"a\\"]"}' WHERE oid = 870`,
    1,
  ],
  ['an aggregate of another kind', `UPDATE pg_catalog.pg_aggregate SET aggkind = 'o' WHERE aggfnoid = 2112`, 2048],
  ['a language of another name', 'ALTER LANGUAGE internal RENAME TO external', 1],
  [
    'a cast nobody asks for',
    `UPDATE pg_catalog.pg_cast SET castcontext = 'i' WHERE castsource = 20 AND casttarget = 23`,
    9216,
  ],
  [
    'a cast by another function',
    'UPDATE pg_catalog.pg_cast SET castfunc = 481 WHERE castsource = 20 AND casttarget = 23',
    9216,
  ],
  ['an operator that calls another function', 'UPDATE pg_catalog.pg_operator SET oprcode = 157 WHERE oid = 98', 1],
  ['a type of another category', `UPDATE pg_catalog.pg_type SET typcategory = 'S' WHERE oid = 2950`, 2048],
  ['a type of an extension', 'ALTER EXTENSION plpgsql ADD TYPE pg_catalog.uuid', 2048],
  [
    'a domain check where none was',
    `INSERT INTO pg_catalog.pg_constraint SELECT (jsonb_populate_record(k, '{"oid":9000,"contypid":2950}')).* FROM pg_catalog.pg_constraint k WHERE k.contype = 'c' AND k.contypid <> 0 LIMIT 1`,
    2048,
  ],
  ['a system table of another owner', 'ALTER TABLE pg_catalog.pg_am OWNER TO CURRENT_OWNER', 2048],
  [
    'a function of a fork',
    `INSERT INTO pg_catalog.pg_proc SELECT (jsonb_populate_record(p, '{"oid":9000,"proname":"of_a_fork"}')).*
      FROM pg_catalog.pg_proc p WHERE p.oid = 870`,
    8192,
  ],
];

describe('what the server brings was altered', () => {
  let database: TestDatabase;
  let client: pg.Client;
  let healthy: Loaded;
  const systems: SystemParts = new Map();

  beforeAll(async () => {
    database = await testDatabase();
    client = await database.client({ ...database.superuser, database: database.database });
    await client.query('SET allow_system_table_mods = on');
    healthy = await loaded(client, { systems });
  });
  afterAll(() => database?.drop());
  beforeEach(() => client.query('BEGIN'));
  afterEach(() => client.query('ROLLBACK'));

  test.each(alterations)('%s is seen, by those who know the server as it was too', async (_, sql, from) => {
    await client.query(sql.replace('CURRENT_OWNER', database.user));
    const [cold, warm, whole] = [await loaded(client), await loaded(client, { systems }), await fetchedWhole(client)];
    expect([cold.from, warm.from]).toEqual([from, from]);
    expect([cold.catalog.version, warm.catalog.version]).toEqual([whole.catalog.version, whole.catalog.version]);
    expect(whole.catalog.version).not.toBe(healthy.catalog.version);
  });

  test('a schema public that is gone costs no fact', async () => {
    await client.query('DROP SCHEMA public');
    const [ours, whole] = [await loaded(client), await fetchedWhole(client)];
    expect([ours.from, ours.catalog.version]).toEqual([firstUnpinnedOid, whole.catalog.version]);
    expect(ours.catalog.schemas()).toEqual(['pg_catalog', 'information_schema']);
  });

  test('a type that hides one of the server behind a path of its own is printed as the server prints it', async () => {
    const path = ['public', 'pg_catalog'];
    await client.query('CREATE TYPE public.point AS (x int)');
    const [ours, whole] = [await loaded(client, { path }), await loaded(client, { path, change: withoutDigests })];
    expect(ours.from).toBe(1);
    expect(ours.catalog.version).toBe(whole.catalog.version);
    expect(ours.catalog.type(600)?.display).toBe('pg_catalog.point');
  });

  test('a version nobody has facts of is fetched whole', async () => {
    expect((await loaded(client, { change: (header) => header.with(0, '190000') })).from).toBe(1);
  });

  test('the owner is the role the server says it is', async () => {
    const renamed = await loaded(client, { change: (header) => header.with(3, 'rdsadmin') });
    const owners = [healthy, renamed].map(({ catalog }) => [
      catalog.procedures('pg_catalog', 'lower')[0]?.owner,
      catalog.relation('pg_catalog', 'pg_class')?.owner,
    ]);
    expect(owners).toEqual([
      ['postgres', 'postgres'],
      ['rdsadmin', 'rdsadmin'],
    ]);
  });
});

test('a server that is known is asked no digests, and nothing of its own is read again', async () => {
  const database = await testDatabase();
  const client = await database.client();
  const systems: SystemParts = new Map();
  const [first, second] = [await loaded(client, { systems }), await loaded(client, { systems })];
  expect(second.asked).toEqual(['catalog_header', 'catalog_objects']);
  expect([second.from, second.catalog.version]).toEqual([16384, first.catalog.version]);
  await database.drop();
});

test('facts are used up to the first block that the server has otherwise, or does not have', async () => {
  const database = await testDatabase();
  const client = await database.client();
  await client.query(`SET search_path = 'public', 'pg_temp'`);
  const { rows } = await client.query(fixedStatements.catalog_digests.text);
  const { version, digests }: { version: string; digests: string } = rows[0];
  const below = async (changed: string) => (await factsThatHold(Number(version), changed))?.below;
  expect(await below(digests)).toBe(firstUnpinnedOid);
  expect(await below(digests.replace(/,3 ./, ',3 x'))).toBe(3 * blockOids);
  expect(await below(digests.replace(/,3 [0-9a-f]+/, ''))).toBe(3 * blockOids);
  expect(await below(`${digests},7 ${'0'.repeat(64)}`)).toBe(7 * blockOids);
  expect(await below('')).toBeUndefined();
  await database.drop();
});

test.each([
  ['LATIN1', `ENCODING 'LATIN1' LOCALE 'C'`],
  ['SQL_ASCII', `ENCODING 'SQL_ASCII' LOCALE 'C'`],
  ['UTF8, in the order of ICU', `ENCODING 'UTF8' LOCALE 'C' LOCALE_PROVIDER icu ICU_LOCALE 'de'`],
])('they hold where text is kept as %s', async (_, options) => {
  const database = await testDatabase();
  const admin = await database.client({ ...database.superuser, database: 'postgres' });
  const name = `${database.database}_other`;
  await admin.query(`CREATE DATABASE ${name} ${options} TEMPLATE template0`);
  const client = await database.client({ database: name });
  expect((await loaded(client)).from).toBe(firstUnpinnedOid);
  await client.end();
  await admin.query(`DROP DATABASE ${name}`);
  await database.drop();
});

test('they hold in the embedded PostgreSQL, which is built for 32 bits', async () => {
  const asked: string[] = [];
  const corridor = await openCorridor({
    databases: [aDatabase({ type: 'embedded' })],
    policy: ['p, analyst, *, *, select, allow'],
    replace: ({ backends }) => ({
      backends: {
        ...backends,
        execute: (query, signal) => {
          asked.push(openStatement(openAuthorized(query).statement).fixed ?? 'the query');
          return backends.execute(query, signal);
        },
      },
    }),
  });
  expect((await corridor.run('SELECT 1 AS one')).rows).toEqual([[1]]);
  expect(asked).toEqual(['catalog_digests', 'catalog_objects', 'the query']);
  await corridor.close();
});
