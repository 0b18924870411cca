/** identify_slow_queries: a planted slow statement is found, and texts that name hidden things are not shown. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { identifySlowQueries as slow } from '../../../src/tools/identify-slow-queries.ts';
import { type Cluster, startCluster } from '../../support/cluster.ts';
import { everything as allTables, type Planted, planted, publicOnly } from './support.ts';

const seed = `
CREATE TABLE orders (id integer PRIMARY KEY, state text, secret_note text);
CREATE TABLE "Odd" ("Col" integer);
CREATE TABLE payroll (id integer, salary integer);
CREATE FUNCTION hush(integer) RETURNS integer LANGUAGE sql AS 'SELECT $1';
INSERT INTO orders SELECT n, 's' || n % 3, 'note' FROM generate_series(1, 100) n;
`;

/** Each takes about a tenth of a second or more. */
const slowStatements = [
  `SELECT count(*) FROM orders, pg_sleep(0.15) WHERE state = 'topsecretliteral' /* from checkout */`,
  `SELECT "Col" AS "private alias" FROM "Odd" RIGHT JOIN pg_sleep(0.12) ON true`,
  `UPDATE orders SET state = state FROM pg_sleep(0.12) WHERE id = 1`,
  `SELECT sum(salary) FROM payroll, pg_sleep(0.12)`,
  `SELECT secret_note FROM orders, pg_sleep(0.12) LIMIT 1`,
  `SELECT hush(1) FROM pg_sleep(0.12)`,
  `DO $$ BEGIN PERFORM pg_sleep(0.12); END $$`,
  `SELECT relname FROM pg_catalog.pg_class, pg_sleep(0.12) LIMIT 1`,
];

let cluster: Cluster;
let place: Planted;
let without: Planted;
let unloaded: Planted;
beforeAll(async () => {
  cluster = await startCluster({
    settings: { shared_preload_libraries: 'pg_stat_statements', 'pg_stat_statements.track_utility': 'on' },
  });
  const server = { host: cluster.host, port: cluster.port, user: cluster.superuser, password: cluster.password };
  place = await planted(seed, server);
  const { database } = place;
  const admin = await database.client({ ...server, database: database.database });
  await admin.query('CREATE SCHEMA "Stats"; CREATE EXTENSION pg_stat_statements SCHEMA "Stats"');
  await admin.query(`GRANT USAGE ON SCHEMA "Stats" TO ${database.user}; GRANT pg_read_all_stats TO ${database.user}`);
  const client = await database.client();
  for (const statement of slowStatements) await client.query(statement);
  for (let n = 0; n < 2; n++) await client.query(slowStatements[0] ?? '');
  await client.query('SELECT 1 FROM orders');
  without = await planted('CREATE TABLE orders (id integer)');
  unloaded = await planted('CREATE TABLE orders (id integer)');
  const other = await unloaded.database.client({
    ...unloaded.database.superuser,
    database: unloaded.database.database,
  });
  await other.query('CREATE EXTENSION pg_stat_statements');
}, 60_000);
afterAll(async () => {
  for (const planting of [place, without, unloaded]) await planting?.drop();
  await cluster?.stop();
});

/** A wildcard alone opens no view of an extension. */
const statistics = ['p, analyst, *, @statistics, select, allow'];
const everything = [...statistics, ...allTables];
const analyst = [
  ...statistics,
  'p, analyst, *, public.orders, select, allow',
  'p, analyst, *, public.orders.secret_note, select, deny',
  'p, analyst, *, "public"."Odd", select, allow',
];
const ask = async (policy: readonly string[], args?: Record<string, unknown>) =>
  (await place.as(policy)).ask(slow, args);
const texts = (answer: Awaited<ReturnType<typeof ask>>) =>
  answer.findings.map(({ evidence }) => String(evidence['query']));

describe('slow statements', () => {
  test('are found with their numbers, normalised: no literal, no comment', async () => {
    const answer = await ask(analyst);
    const found = answer.findings.find(({ evidence }) => /count/.test(String(evidence['query'])));
    expect(found).toMatchObject({ problem: 'slow statement', evidence: { calls: 3, rows_per_call: 1 } });
    expect(Number(found?.evidence['mean_ms'])).toBeGreaterThan(149);
    expect(Number(found?.evidence['total_ms'])).toBeGreaterThan(449);
    expect(found?.sql).toMatch(/^EXPLAIN \(GENERIC_PLAN\) SELECT count/);
    expect(answer.all).not.toMatch(/topsecretliteral|checkout/);
  });

  test('also those that write, if what they name may be seen', async () => {
    expect(texts(await ask(analyst))).toContainEqual(expect.stringMatching(/^UPDATE orders SET state = state/));
  });

  test('show quoted names that are the database’s, not those that somebody made up', async () => {
    const answer = await ask(analyst);
    expect(texts(answer)).toContainEqual(expect.stringContaining('SELECT "Col" AS "?" FROM "Odd"'));
    expect(answer.all).not.toContain('private alias');
  });

  test('fast ones, and clients that read the catalogs, are left out', async () => {
    const found = texts(await ask(everything));
    expect(found.filter((text) => /pg_class|SELECT 1/.test(text))).toEqual([]);
    expect(texts(await ask(everything, { min_execution_time: 100_000 }))).toEqual([]);
  });

  test('limit says how many', async () => {
    expect(texts(await ask(everything, { limit: 2 }))).toHaveLength(2);
  });
});

describe('what the policy hides', () => {
  test('is not shown: hidden tables, columns, functions, and what is no SELECT or DML; it is counted', async () => {
    const answer = await ask(analyst);
    expect(answer.all).not.toMatch(/payroll|salary|secret_note|hush|PERFORM/);
    expect(answer.content['summary']).toMatchObject({ enabled: 'yes', withheld: expect.any(Number) });
    expect(Number(Object(answer.content['summary'])['withheld'])).toBeGreaterThanOrEqual(4);
    expect(texts(await ask([...everything, 'p, analyst, *, public.hush(), call, allow'])).join()).toMatch(/hush/);
  });

  test('without @statistics nothing is told, not even whether statements are counted', async () => {
    for (const planting of [place, without])
      for (const policy of [publicOnly, allTables])
        await expect((await planting.as(policy)).ask(slow)).rejects.toMatchObject({
          code: 'POLICY_DENIED',
          hint: expect.stringContaining('@statistics'),
        });
  });
});

describe('where statements are not counted', () => {
  test('it says how to enable the extension', async () => {
    for (const planting of [without, unloaded]) {
      const { of, content } = await (await planting.as(everything)).ask(slow);
      expect(content['summary']).toEqual({ enabled: 'no' });
      expect(of('not enabled')['pg_stat_statements']?.sql).toMatch(/shared_preload_libraries.*CREATE EXTENSION/s);
    }
  });
});
