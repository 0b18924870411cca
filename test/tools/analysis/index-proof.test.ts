/** recommend_indexes where HypoPG is installed: candidates proven or refuted, permitted by name, and nothing left behind. */

import { existsSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { QueryRequest } from '../../../src/model/request.ts';
import { recommendIndexes as recommend } from '../../../src/tools/recommend-indexes.ts';
import { aDatabase, directConnection } from '../../support/authorized.ts';
import { type Cluster, startCluster } from '../../support/cluster.ts';
import { type Corridor, openCorridor } from '../../support/corridor.ts';
import { pgBouncerIsInstalled, startPgBouncer } from '../../support/pgbouncer.ts';
import { openAnalysis, type Planted, planted, publicOnly } from './support.ts';

const seed = `
CREATE TABLE orders (id integer PRIMARY KEY, customer_id integer, status text, note json, ssn text);
INSERT INTO orders SELECT n, 1 + n % 2000, 's' || n % 4, '{}', 'x' || n FROM generate_series(1, 60000) n;
`;
const rule = 'p, analyst, *, public.hypopg_create_index(), call, allow';
const allowed = [...publicOnly, rule];
const lookup = 'SELECT * FROM orders WHERE customer_id = 77';

/** Debian's package postgresql-15-hypopg; elsewhere this is not tried. */
const fifteen = '/usr/lib/postgresql/15';
const isInstalled = existsSync(`${fifteen}/lib/hypopg.so`) && existsSync(`${fifteen}/bin/postgres`);

if (!isInstalled)
  describe('with HypoPG', () => {
    test.skip(`no HypoPG in ${fifteen}: its proof of indexes was NOT tried`, () => undefined);
  });

describe.runIf(isInstalled)('with HypoPG', () => {
  let cluster: Cluster;
  let place: Planted;
  beforeAll(async () => {
    cluster = await startCluster({ installation: fifteen });
    const { host, port, superuser: user, password } = cluster;
    place = await planted([seed, 'ANALYZE'], { host, port, user, password });
    const admin = await asSuperuser();
    await admin.query('CREATE EXTENSION hypopg');
    await admin.end();
  });
  afterAll(async () => {
    await place?.drop();
    await cluster?.stop();
  });

  async function asSuperuser(port = place.database.port): Promise<pg.Client> {
    const { superuser, database } = place.database;
    const client = new pg.Client({ ...superuser, port, database, ssl: false });
    await client.connect();
    return client;
  }

  const ask = async (query: string, policy: readonly string[] = allowed) =>
    (await place.as(policy)).ask(recommend, { query });

  /** A corridor that keeps one session, and which session a call found. */
  async function withOneSession(
    policy: readonly string[],
    work: (corridor: Corridor, session: () => Promise<number | undefined>) => Promise<void>,
    changes: Parameters<typeof aDatabase>[1] = {},
  ): Promise<void> {
    const database = aDatabase(directConnection(place.database), { pool: { max: 1, idleTimeout: 30_000 }, ...changes });
    const corridor = await openCorridor({ databases: [database], policy });
    try {
      await work(corridor, async () => (await corridor.run('SELECT 1')).backend.pid);
    } finally {
      await corridor.close();
    }
  }

  const onto = (name: string, relation = 'orders'): Partial<QueryRequest> => ({
    action: 'explain',
    hypothetical: { schema: 'public', relation, columns: [{ name, descending: false }] },
  });

  test('an index that helps is proven, with the costs and the size it will really have', async () => {
    const answer = await ask(lookup);
    expect(answer.content['summary']).toMatchObject({ method: 'hypothetical indexes', proven: 1, refuted: 0 });
    const found = answer.of('missing index')['public.orders (customer_id)'];
    expect(found).toMatchObject({ severity: 'critical', evidence: { planner_uses_it: 'yes' } });
    expect(found?.advice).toMatch(/^Proven /);

    const client = await place.database.client();
    const cost = async () =>
      (await client.query(`EXPLAIN (FORMAT JSON) ${lookup}`)).rows[0]['QUERY PLAN'][0].Plan['Total Cost'];
    expect(found?.evidence['cost_before']).toBe(await cost());
    await client.query('BEGIN');
    await client.query(String(found?.sql).replace('CONCURRENTLY ', ''));
    expect(Number(found?.evidence['cost_after']) / (await cost())).toBeCloseTo(1, 1);
    const { rows } = await client.query(`SELECT pg_relation_size('orders_customer_id_idx')::integer AS bytes`);
    await client.query('ROLLBACK');
    const ratio = Number(found?.evidence['index_bytes']) / rows[0].bytes;
    expect(ratio).toBeGreaterThan(0.5); // HypoPG reckons without deduplication
    expect(ratio).toBeLessThan(4);
  });

  test('an index that does not help is said not to, and no SQL for it is given', async () => {
    const answer = await ask('SELECT * FROM orders WHERE ssn::bpchar = $$x77$$');
    expect(answer.content['summary']).toMatchObject({ proven: 0, refuted: 1 });
    expect(answer.of('missing index')).toEqual({});
    const found = answer.of('index would not help')['public.orders (ssn)'];
    expect(found).toMatchObject({ severity: 'info', evidence: { planner_uses_it: 'no' } });
    expect(found?.evidence['cost_after']).toBe(found?.evidence['cost_before']);
    expect(found?.sql).toBeUndefined();
  });

  test('the session is thrown away, and the next plan knows nothing of the index', async () => {
    await withOneSession(allowed, async (corridor, session) => {
      const plan = async (changes?: Partial<QueryRequest>) =>
        JSON.stringify((await corridor.run(lookup, { action: 'explain', ...changes })).rows);
      const before = { session: await session(), plan: await plan() };
      expect(await plan(onto('customer_id'))).toContain('btree_orders_customer_id');
      expect(await session()).not.toBe(before.session);
      expect(await plan()).toBe(before.plan);
    });
  });

  test('also when the server makes the index and then refuses the statement, or refuses the index', async () => {
    await withOneSession(allowed, async (corridor, session) => {
      for (const [sql, column] of [
        ["SELECT * FROM orders WHERE customer_id = 'x'", 'customer_id'],
        [lookup, 'note'],
      ] as const) {
        const before = await session();
        await expect(corridor.run(sql, onto(column))).rejects.toMatchObject({ code: 'BACKEND_QUERY_FAILED' });
        expect(await session()).not.toBe(before);
      }
    });
  });

  test('without a rule that names the function nothing is tried, and the answer says so', async () => {
    for (const policy of [publicOnly, [...allowed, 'p, analyst, *, public.hypopg_create_index(), call, deny']]) {
      const answer = await ask(lookup, policy);
      expect(answer.content['summary']).toMatchObject({ method: 'statistics', hypopg: expect.any(String) });
      expect(answer.all).toContain('call on public.hypopg_create_index() is not permitted to you');
      await withOneSession(policy, async (corridor) => {
        await expect(corridor.run(lookup, onto('customer_id'))).rejects.toMatchObject({ code: 'POLICY_DENIED' });
      });
    }
  });

  test('the rule lets no caller call the function, nor learn of hidden columns and tables by an index', async () => {
    const policy = [...allowed, 'p, analyst, *, public.orders.ssn, select, deny'];
    await withOneSession(policy, async (corridor) => {
      for (const sql of [
        "SELECT * FROM hypopg_create_index('CREATE INDEX ON orders (id)')",
        "EXPLAIN SELECT * FROM hypopg_create_index('CREATE INDEX ON orders (id)')",
      ])
        await expect(corridor.run(sql, onto('customer_id'))).rejects.toMatchObject({ code: 'FUNCTION_FORBIDDEN' });
      for (const asked of [onto('ssn'), onto('missing'), onto('id', 'missing')])
        await expect(corridor.run(lookup, asked)).rejects.toMatchObject({ code: 'NAME_NOT_AVAILABLE' });
      await expect(corridor.run(lookup, { ...onto('id'), action: 'select' })).rejects.toMatchObject({
        code: 'REQUEST_INVALID',
      });
    });
  });

  test('each try is on record as a call of its own, with the function and the columns', async () => {
    await withOneSession(allowed, async (corridor) => {
      await corridor.run(lookup, onto('customer_id'));
      const records = (await corridor.records('db')).filter(({ type }) => type === 'intent' || type === 'outcome');
      const [intent, outcome, ...more] = records;
      expect(more).toEqual([]);
      expect(intent).toMatchObject({
        type: 'intent',
        act: 'explain',
        decision: { rules: expect.arrayContaining([rule]) },
      });
      expect(JSON.stringify(intent?.['objects'])).toContain('"t":"hypopg_create_index"');
      expect(outcome).toMatchObject({ type: 'outcome', st: 'ok' });
    });
  });

  test('a session in which a permitted write called HypoPG is thrown away too', async () => {
    const policy = [...allowed, 'p, analyst, *, public.orders, insert, allow'];
    const write = `INSERT INTO orders (id) SELECT 0 - random()::integer FROM hypopg_create_index('CREATE INDEX ON orders (customer_id)')`;
    await withOneSession(
      policy,
      async (corridor, session) => {
        const before = await session();
        expect((await corridor.run(write, { action: 'insert', intent: 'write' })).affected).toBe(1);
        expect(await session()).not.toBe(before);
      },
      { readonly: false },
    );
  });

  test.runIf(pgBouncerIsInstalled)('behind a pooler nothing is made, and the answer says why', async () => {
    const pooler = await startPgBouncer(place.database);
    const analysis = await openAnalysis(directConnection({ ...place.database, port: pooler.port }), allowed);
    try {
      const answer = await analysis.ask(recommend, { query: lookup });
      expect(answer.content['summary']).toMatchObject({ method: 'statistics', candidates: 1 });
      expect(answer.all).toContain('a pooler stands before this database');
      const behind = await place.database.client({ port: pooler.port });
      expect((await behind.query('SELECT * FROM hypopg()')).rows).toEqual([]);
    } finally {
      await analysis.close();
      await pooler.stop();
    }
  });
});
