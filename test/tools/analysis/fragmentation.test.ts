/** analyze_table_fragmentation: the estimate against what is measured, over bloat that was planted and over none. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { analyzeTableFragmentation as fragmentation } from '../../../src/tools/analyze-table-fragmentation.ts';
import { everything, type Planted, planted, publicOnly } from './support.ts';

/** Four of five rows are deleted and vacuumed away (bloat), a fifth of another table is only deleted (dead rows). */
const seed = (schema: string) => `
CREATE TABLE ${schema}.bloated (id integer PRIMARY KEY, payload text) WITH (autovacuum_enabled = off);
INSERT INTO ${schema}.bloated SELECT n, repeat('x', 80 + n % 40) FROM generate_series(1, 50000) n;
DELETE FROM ${schema}.bloated WHERE id % 5 <> 0;
CREATE TABLE ${schema}.dying (id integer, payload text) WITH (autovacuum_enabled = off);
INSERT INTO ${schema}.dying SELECT n, 'row ' || n FROM generate_series(1, 10000) n;
CREATE TABLE ${schema}.sound (id integer PRIMARY KEY, name text, born date, weight numeric(6,2), maybe text);
INSERT INTO ${schema}.sound SELECT n, 'name ' || n, date '2000-01-01' + n % 9000, n % 1000 / 7.0, CASE WHEN n % 3 = 0 THEN 'm' END FROM generate_series(1, 40000) n;
CREATE INDEX ${schema}_sound_born ON ${schema}.sound (born);
`;

let place: Planted;
beforeAll(async () => {
  place = await planted(`CREATE SCHEMA hidden; ${seed('public')} ${seed('hidden')}`);
  const client = await place.database.client();
  for (const schema of ['public', 'hidden']) {
    await client.query(`VACUUM (ANALYZE) ${schema}.bloated`);
    await client.query(`ANALYZE ${schema}.dying`);
    await client.query(`DELETE FROM ${schema}.dying WHERE id <= 2000`);
    await client.query(`ANALYZE ${schema}.sound`);
  }
  await client.query('SELECT pg_stat_force_next_flush()');
});
afterAll(() => place?.drop());

const ask = async (policy: readonly string[], args?: Record<string, unknown>) =>
  (await place.as(policy)).ask(fragmentation, args);

describe('planted fragmentation', () => {
  test('bloat is estimated within ten points of what pgstattuple measures', async () => {
    const admin = await place.database.client({ ...place.database.superuser, database: place.database.database });
    await admin.query('CREATE SCHEMA measure; CREATE EXTENSION pgstattuple SCHEMA measure');
    const measured = await admin.query(`SELECT free_percent FROM measure.pgstattuple('public.bloated')`);
    const found = (await ask(publicOnly)).of('bloated table')['public.bloated'];
    expect(found).toMatchObject({ severity: 'warning', evidence: { live_rows: 10000, pages: expect.any(Number) } });
    const estimate = Number(found?.evidence['bloat_pct']);
    expect(Math.abs(estimate - Number(measured.rows[0]?.free_percent))).toBeLessThan(10);
    expect(found?.sql).toContain('VACUUM (FULL, ANALYZE) "public"."bloated";');
  });

  test('an index over deleted rows is bloated too', async () => {
    const found = (await ask(publicOnly)).of('bloated index')['public.bloated_pkey'];
    expect(Number(found?.evidence['bloat_pct'])).toBeGreaterThan(60);
    expect(found?.sql).toBe('REINDEX INDEX CONCURRENTLY "public"."bloated_pkey";');
  });

  test('dead rows are counted', async () => {
    const found = (await ask(publicOnly)).of('dead rows');
    expect(found).toMatchObject({
      'public.dying': {
        severity: 'info',
        evidence: { live_rows: 8000, dead_rows: 2000, dead_pct: 20, vacuumed: 'never' },
      },
    });
  });

  test('below the threshold nothing is told', async () => {
    expect((await ask(publicOnly, { threshold: 20.1 })).of('dead rows')).toEqual({});
    expect((await ask(publicOnly, { threshold: 95 })).findings).toEqual([]);
  });

  test('a sound table with numerics, dates and nulls is not found, nor are its indexes', async () => {
    const { findings } = await ask(publicOnly);
    expect(findings.map(({ object }) => object).filter((object) => object.includes('sound'))).toEqual([]);
  });

  test('the method and its error are told', async () => {
    expect((await ask(publicOnly)).all).toMatch(/estimated from pg_class.*error of about 10 points/);
  });
});

test('what the policy hides is in no finding, sum or text', async () => {
  const [some, all] = [await ask(publicOnly), await ask(everything)];
  expect(some.all).not.toContain('hidden');
  expect(all.of('bloated table')).toHaveProperty(['hidden.bloated']);
  expect(some.content['summary']).toMatchObject({ tables: 3, dead_rows: 2000 });
  expect(all.content['summary']).toMatchObject({ tables: 6, dead_rows: 4000 });
});

test('a threshold that is no percentage is refused', async () => {
  await expect(ask(publicOnly, { threshold: 101 })).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
});
