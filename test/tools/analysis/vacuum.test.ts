/** analyze_vacuum_stats: dead rows, stale statistics and age, planted on a cluster without autovacuum. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { analyzeVacuumStats as vacuum } from '../../../src/tools/analyze-vacuum-stats.ts';
import { type Cluster, startCluster } from '../../support/cluster.ts';
import { everything, type Planted, planted, publicOnly } from './support.ts';

/** Each round burns one transaction id. */
const burn = (count: number) =>
  `DO $$ BEGIN FOR n IN 1..${count} LOOP BEGIN INSERT INTO burnt VALUES (n); RAISE EXCEPTION 'x'; EXCEPTION WHEN raise_exception THEN END; END LOOP; END $$`;

const seed = `
CREATE TABLE burnt (n integer);
CREATE TABLE ancient (id integer PRIMARY KEY) WITH (autovacuum_freeze_max_age = 100000);
CREATE TABLE frozen (id integer PRIMARY KEY) WITH (autovacuum_freeze_max_age = 100000);
CREATE TABLE fresh (id integer PRIMARY KEY);
CREATE TABLE churned (id integer PRIMARY KEY, v integer);
CREATE TABLE grown (id integer PRIMARY KEY) WITH (autovacuum_analyze_scale_factor = 0.5);
CREATE TABLE left_alone (id integer) WITH (autovacuum_enabled = false);
CREATE SCHEMA hidden;
CREATE TABLE hidden.churned (id integer PRIMARY KEY, v integer);
INSERT INTO fresh SELECT generate_series(1, 1000);
INSERT INTO churned SELECT n, 0 FROM generate_series(1, 10000) n;
INSERT INTO hidden.churned SELECT n, 0 FROM generate_series(1, 10000) n;
INSERT INTO grown SELECT generate_series(1, 1000);
`;

let cluster: Cluster;
let place: Planted;
let quiet: Planted;
beforeAll(async () => {
  cluster = await startCluster({ settings: { autovacuum: 'off' } });
  const server = { host: cluster.host, port: cluster.port, user: cluster.superuser, password: cluster.password };
  const changes = ['UPDATE churned SET v = 1', 'UPDATE hidden.churned SET v = 1'];
  const growth = 'INSERT INTO grown SELECT generate_series(1001, 2000)';
  place = await planted(
    [seed, 'ANALYZE', ...changes, growth, burn(100_500), 'DROP TABLE burnt', 'VACUUM FREEZE frozen'],
    server,
  );
  quiet = await planted([
    'CREATE TABLE t (id integer PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 1000);',
    'ANALYZE',
  ]);
}, 120_000);
afterAll(async () => {
  await place?.drop();
  await quiet?.drop();
  await cluster?.stop();
});

const ask = async (policy: readonly string[]) => (await place.as(policy)).ask(vacuum);

describe('planted neglect', () => {
  test('dead rows beyond where autovacuum starts', async () => {
    expect((await ask(publicOnly)).of('vacuum overdue')).toEqual({
      'public.churned': expect.objectContaining({
        severity: 'warning',
        evidence: { dead_rows: 10000, live_rows: 10000, dead_pct: 50, autovacuum_starts_at: 2050, vacuumed: 'never' },
        sql: 'VACUUM (ANALYZE) "public"."churned";',
      }),
    });
  });

  test('statistics older than what changed, by the options of the table itself', async () => {
    const found = (await ask(publicOnly)).of('stale statistics');
    expect(found['public.grown']?.evidence).toMatchObject({ modified_rows: 1000, autoanalyze_starts_at: 550 });
    expect(found['public.churned']?.evidence).toMatchObject({ modified_rows: 10000, autoanalyze_starts_at: 1050 });
    expect(Object.keys(found)).toHaveLength(2);
  });

  test('autovacuum switched off, for all and for one table', async () => {
    const found = (await ask(publicOnly)).of('autovacuum switched off');
    expect(found).toMatchObject({ autovacuum: { severity: 'critical' }, 'public.left_alone': { severity: 'warning' } });
  });

  test('the age of a table, with the transactions left before writes stop', async () => {
    const { of, content } = await ask(publicOnly);
    const found = of('wraparound');
    const age = Number(found['public.ancient']?.evidence['xid_age']);
    expect(age).toBeGreaterThan(100_000);
    expect(age).toBeLessThan(110_000);
    expect(found['public.ancient']?.evidence).toMatchObject({
      transactions_left: 2 ** 31 - 3_000_000 - age,
      freeze_max_age: 100_000,
    });
    expect(Object.keys(found)).toEqual(['public.ancient']);
    expect(Number(Object(content['summary'])['xid_age'])).toBeGreaterThanOrEqual(age);
  });
});

test('a database that is kept has nothing to find', async () => {
  expect((await (await quiet.as(everything)).ask(vacuum)).findings).toEqual([]);
});

test('what the policy hides is hidden, and what holds VACUUM back is told only with @statistics', async () => {
  const [some, all] = [await ask(publicOnly), await ask(everything)];
  expect(some.all).not.toContain('hidden');
  expect(all.of('vacuum overdue')).toHaveProperty(['hidden.churned']);
  expect(some.all).toContain('the policy opens it with @statistics');
  expect(all.all).not.toContain('the policy opens it with @statistics');
});
