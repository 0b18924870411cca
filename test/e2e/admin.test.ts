/** What operators see of the running product and can do to it: health, metrics, status, stopping a call. */

import { request } from 'node:http';
import { Client as ModernClient, StreamableHTTPClientTransport as ModernTransport } from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { runCli } from '../cli/run-cli.ts';
import { freePort } from '../support/cluster.ts';
import { connectClient, type TestClient } from '../support/mcp-client.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import {
  directDatabase,
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
let admin: string;

beforeAll(async () => {
  database = await testDatabase({ seed: 'CREATE TABLE public.fruits AS SELECT 1 AS id' });
  const [port, nobody] = [await freePort(), await freePort()];
  admin = `http://127.0.0.1:${port}`;
  const dead = directDatabase('dead', { ...database, port: nobody });
  place = await workspace({
    config: `server: { admin_listen: "127.0.0.1:${port}", auth: { mode: none, principal: alice, roles: [analyst] } }
limits: { lock_timeout: 20s }
default_database: main
databases:\n${directDatabase('main', database)}\n${dead}\n${directDatabase('off', database, ['enabled: false'])}\n`,
    policies: { 'default.csv': 'p, analyst, *, public.*, select, allow' },
  });
  server = await startServer(place.config, { [passwordVariable]: database.password });
  client = await connectClient(server.url);
  await client.call('run_query', { sql: 'SELECT id FROM fruits' });
  for (let call = 0; call < 6; call++) await client.call('run_query', { sql: 'SELECT 1', database_id: 'dead' });
});

afterAll(async () => {
  await client?.close();
  await server?.stop('SIGKILL');
  await place?.remove();
  await database?.drop();
});

const get = (path: string) => fetch(`${admin}${path}`);

/** An answer in JSON; what it holds is what the tests compare. */
async function json(path: string): Promise<Record<string, unknown>> {
  return JSON.parse(await (await get(path)).text());
}

test('health tells of each database what its last call saw, without asking it', async () => {
  const { databases } = await json('/healthz/databases');
  expect(databases).toMatchObject([
    { id: 'main', state: 'up', connections: { waiting: 0 }, breaker: { state: 'closed' } },
    { id: 'dead', state: 'down', last_error: 'BACKEND_UNAVAILABLE', breaker: { state: 'open' } },
    { id: 'off', state: 'disabled' },
  ]);
  expect(JSON.stringify(databases)).not.toContain(database.host);
});

test('metrics count calls by tool, database and outcome, and measure the stages', async () => {
  const text = await (await get('/metrics')).text();
  expect(text).toMatch(/pgwarden_calls_total\{tool="run_query",database="main",outcome="ok"\} [1-9]/);
  expect(text).toMatch(/pgwarden_calls_total\{tool="run_query",database="dead",outcome="\w+"\} [1-9]/);
  for (const stage of ['queue', 'execute', 'intent', 'outcome']) {
    expect(text).toMatch(new RegExp(`pgwarden_stage_duration_seconds_count\\{stage="${stage}"\\} [1-9]`));
  }
  expect(text).toMatch(/pgwarden_databases\{state="down"\} 1/);
  expect(text).toMatch(/pgwarden_connections\{state="total"\} 200/);
});

/** The value of one line of /metrics. */
async function metric(name: string): Promise<number> {
  const line = (await (await get('/metrics')).text()).split('\n').find((each) => each.startsWith(`${name} `));
  return Number(line?.slice(name.length));
}

test('metrics measure each flush of the audit log, and tell that nothing waits for it once calls are answered', async () => {
  const names = ['append', 'fsync'].map((name) => `pgwarden_audit_disk_duration_seconds_count{operation="${name}"}`);
  const before = await Promise.all(names.map(metric));
  await client.call('run_query', { sql: 'SELECT id FROM fruits' });
  for (const [i, name] of names.entries()) expect(await metric(name)).toBeGreaterThanOrEqual((before[i] ?? 0) + 2);
  expect(await metric('pgwarden_audit_waiting_records')).toBe(0);
});

test('metrics tell what the caches hold: a statement and a catalog read before take memory', async () => {
  const readings = await metric('pgwarden_cache_bytes{cache="readings"}');
  await client.call('run_query', { sql: 'SELECT id AS never_read_before FROM fruits' });
  expect(await metric('pgwarden_cache_bytes{cache="readings"}')).toBeGreaterThan(readings);
  expect(await metric('pgwarden_cache_bytes{cache="catalogs"}')).toBeGreaterThan(0);
});

test('metrics tell the open sessions, and the calls of each era of the protocol', async () => {
  const [sessions, older, current] = [
    'pgwarden_sessions{transport="streamable-http"}',
    'pgwarden_client_calls_total{transport="streamable-http",era="2025"}',
    'pgwarden_client_calls_total{transport="streamable-http",era="2026"}',
  ] as const;
  expect(await metric(sessions)).toBe(1);
  expect(await metric(older)).toBeGreaterThan(0);
  const modern = new ModernClient(
    { name: 'modern', version: '1' },
    { versionNegotiation: { mode: { pin: '2026-07-28' } } },
  );
  await modern.connect(new ModernTransport(new URL(server.url)));
  for (let call = 0; call < 2; call++)
    await modern.callTool({ name: 'run_query', arguments: { sql: 'SELECT id FROM fruits' } });
  expect([await metric(sessions), await metric(current)]).toEqual([1, 2]);
  await modern.close();
  const second = new StreamableHTTPClientTransport(new URL(server.url));
  await new Client({ name: 'second', version: '1' }).connect(second);
  expect(await metric(sessions)).toBe(2);
  await second.terminateSession();
  expect(await metric(sessions)).toBe(1);
});

test('names that are not configured do not become labels', async () => {
  for (const name of ['ghost-1', 'ghost-2']) await client.call('run_query', { sql: 'SELECT 1', database_id: name });
  const text = await (await get('/metrics')).text();
  expect(text).toMatch(/database="_unknown",outcome="DATABASE_UNKNOWN"\} 2/);
  expect(text).not.toContain('ghost');
});

test('a running call stands in the status and can be stopped; its caller is told, its statement ends', async () => {
  const holder = await database.client();
  await holder.query('BEGIN; LOCK TABLE fruits IN ACCESS EXCLUSIVE MODE');
  const answer = client.call('run_query', { sql: 'SELECT count(*) FROM fruits' });
  const running = await vi.waitFor(
    async () => {
      const { calls } = await json('/status');
      const [first, ...others] = Array.isArray(calls) ? calls : [];
      expect([first?.tool, others]).toEqual(['run_query', []]);
      return first;
    },
    { timeout: 10_000, interval: 20 },
  );
  expect(running).toMatchObject({ principal: 'alice', database: 'main', tool: 'run_query' });
  expect((await runCli(['status', '--config', place.config])).stdout).toContain(running.id);
  expect(await runCli(['calls', 'cancel', running.id, '--config', place.config])).toMatchObject({ code: 0 });
  expect((await answer).code).toBe('BACKEND_CANCELLED');
  await holder.query('ROLLBACK');
  await holder.end();
  expect(await runCli(['calls', 'cancel', running.id, '--config', place.config])).toMatchObject({ code: 1 });
});

test('the status tells how many audit records wait for the disk, and nothing of a copy where none is made', async () => {
  expect(await json('/status')).toMatchObject({ audit: { waiting: 0 } });
  const { stdout } = await runCli(['status', '--config', place.config]);
  expect(stdout).toMatch(/^audit: 0 records wait for the disk$/m);
});

test('nothing of it is on the port of the clients', async () => {
  for (const path of ['/metrics', '/healthz/databases', '/status']) {
    expect((await fetch(server.url.replace('/mcp', path))).status).toBe(404);
  }
});

test.each([
  ['a name of somebody else', { host: 'evil.example' }],
  ['a web page', { origin: 'http://localhost:3000' }],
])('a request of %s is refused', async (_who, headers) => {
  const status = await new Promise((resolve, reject) => {
    request(`${admin}/status`, { headers, agent: false }, (answer) => resolve(answer.resume().statusCode))
      .on('error', reject)
      .end();
  });
  expect(status).toBe(403);
});

test('without admin_listen the commands say what to write', async () => {
  const bare = await workspace({ config: 'databases:\n  sample:\n    type: embedded\n' });
  const { code, stderr } = await runCli(['status', '--config', bare.config]);
  await bare.remove();
  expect([code, stderr]).toEqual([2, expect.stringContaining('admin_listen: 127.0.0.1:9090')]);
});
