/** What goes wrong in the field, through the whole product: each with its code, its records, and no connection left behind. */

import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { freePort } from '../support/cluster.ts';
import { connectClient, type TestClient } from '../support/mcp-client.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import {
  directDatabase,
  entry,
  passwordVariable,
  type RunningServer,
  startServer,
  type Workspace,
  workspace,
} from '../support/product.ts';

let database: TestDatabase;
let place: Workspace;
let server: RunningServer;
let client: TestClient;

beforeAll(async () => {
  database = await testDatabase({ seed: 'CREATE TABLE public.numbers AS SELECT generate_series(1, 100) AS id' });
  const closed = await freePort();
  place = await workspace({
    config: [
      'default_database: main',
      'server: { auth: { mode: none, principal: alice, roles: [analyst] } }',
      'limits: { statement_timeout: 20s }',
      'databases:',
      directDatabase('main', database, ['pool: { max: 4 }']),
      directDatabase('hasty', database, ['limits: { statement_timeout: 300ms }']),
      directDatabase('wrong_password', { ...database, user: 'nobody_here' }),
      directDatabase('unreachable', { ...database, port: closed }),
      directDatabase('wrong_ca', database).replace('ssl: disable', 'ssl: verify-full'),
    ].join('\n'),
    policies: { 'default.csv': 'p, analyst, *, public.*, select, allow' },
  });
  server = await startServer(place.config, { [passwordVariable]: database.password });
  client = await connectClient(server.url);
});

afterAll(async () => {
  await client?.close();
  await server?.stop();
  await database?.drop();
  await place?.remove();
});

/** Runs for about a minute without a sleeping function: a product of generated rows that the planner cannot fold. */
const endless = 'SELECT count(*) FROM generate_series(1, 100000) a, generate_series(1, 100000) b WHERE a # b = -1';

/** Statements the server is running in the test's database, other than the one asking. */
async function running(): Promise<number> {
  const { rows } = await (await observer()).query(
    "SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = $1 AND state <> 'idle' AND pid <> pg_backend_pid()",
    [database.database],
  );
  return rows[0].n;
}

const observer = () => database.client({ ...database.superuser });

/** The records of one database's log, parsed. */
function records(id: string): Record<string, unknown>[] {
  const directory = join(place.auditDirectory, id);
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.jsonl'))
    .flatMap((path) => readFileSync(join(directory, path), 'utf8').split('\n').filter(Boolean))
    .map((line): Record<string, unknown> => JSON.parse(line));
}

const lastStatus = (id: string) =>
  records(id)
    .filter((record) => record['type'] === 'outcome')
    .at(-1)?.['st'];

test('a statement that runs too long is stopped by the server and recorded as a timeout', async () => {
  const answer = await client.call('run_query', { sql: endless, database_id: 'hasty' });
  expect(answer.code).toBe('BACKEND_TIMEOUT');
  expect(lastStatus('hasty')).toBe('timeout');
  expect(await running()).toBe(0);
});

test('a client that cancels leaves nothing running on the server', async () => {
  const cancel = new AbortController();
  const call = client.call('run_query', { sql: endless }, cancel.signal).catch(() => 'cancelled');
  await vi.waitUntil(async () => (await running()) === 1, { timeout: 10_000 });
  cancel.abort();
  expect(await call).toBe('cancelled');
  await vi.waitUntil(async () => (await running()) === 0, { timeout: 10_000 });
  await vi.waitUntil(() => lastStatus('main') === 'cancelled', { timeout: 10_000 });
});

test('a client that vanishes leaves nothing running on the server', async () => {
  const vanishing = await connectClient(server.url);
  const call = vanishing.call('run_query', { sql: endless }).catch(() => 'gone');
  await vi.waitUntil(async () => (await running()) === 1, { timeout: 10_000 });
  await vanishing.close();
  expect(await call).toBe('gone');
  await vi.waitUntil(async () => (await running()) === 0, { timeout: 10_000 });
});

test('ten million rows stop at the limit, and the answer says so', async () => {
  const answer = await client.call('run_query', { sql: 'SELECT i FROM generate_series(1, 10000000) i' });
  expect(answer.structured).toMatchObject({ row_count: 1000, truncated: true });
});

test('a server process that goes away mid-query is a failure with a code, and the next call works', async () => {
  const call = client.call('run_query', { sql: endless });
  await vi.waitUntil(async () => (await running()) === 1, { timeout: 10_000 });
  await (await observer()).query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND state <> 'idle' AND pid <> pg_backend_pid()",
    [database.database],
  );
  const answer = await call;
  expect(answer.code).toBe('BACKEND_UNAVAILABLE');
  expect(
    (await client.call('run_query', { sql: 'SELECT id FROM public.numbers WHERE id = 3' })).structured['rows'],
  ).toEqual([{ id: 3 }]);
});

test.each(['wrong_password', 'unreachable', 'wrong_ca'])(
  '%s is BACKEND_UNAVAILABLE and says nothing of the connection',
  async (id) => {
    const answer = await client.call('run_query', { sql: 'SELECT 1 AS one', database_id: id });
    expect(answer.code).toMatch(/^(BACKEND|CATALOG)_UNAVAILABLE$/);
    const told = JSON.stringify([answer.texts, answer.structured]);
    for (const secret of [
      database.host,
      String(database.port),
      database.user,
      'nobody_here',
      database.password,
      database.database,
    ])
      expect(told).not.toContain(secret);
  },
);

test('after all of it the pool holds no more connections than it may, and none is in a transaction', async () => {
  const { rows } = await (await observer()).query(
    "SELECT count(*)::int AS n, count(*) FILTER (WHERE state LIKE '%transaction%')::int AS open FROM pg_stat_activity WHERE datname = $1 AND usename = $2",
    [database.database, database.user],
  );
  expect(rows[0].n).toBeLessThanOrEqual(8);
  expect(rows[0].open).toBe(0);
});

test('every call left a refusal, or an intent and an outcome', async () => {
  await promisify(execFile)(process.execPath, [entry, 'audit', 'verify', '--full', '--config', place.config]);
  for (const id of ['main', 'hasty', 'unreachable']) {
    const all = records(id);
    const intents = all.filter((record) => record['type'] === 'intent' && record['final'] !== true);
    const outcomes = all.filter((record) => record['type'] === 'outcome');
    expect(outcomes.map((record) => record['iseq']).sort()).toEqual(intents.map((record) => record['seq']).sort());
  }
});
