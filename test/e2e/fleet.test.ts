/** Many callers on many databases of one process, some of them dead or slow: what the healthy ones feel of it. */

import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCli } from '../cli/run-cli.ts';
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

const soak = process.env['PGWARDEN_SOAK'] === '1';
const size = soak
  ? { healthy: 600, dead: 20, slow: 5, clients: 60, seconds: 60, budget: 70 }
  : { healthy: 30, dead: 10, slow: 3, clients: 24, seconds: 6, budget: 32 };
/** A dead database holds one connection while it is tried; beyond those and the slow ones there is one for each client. */
const { budget } = size;
/** Milliseconds: what a call to a dead or slow database costs at most, and no healthy call ever may. */
const connectTimeout = 4000;
const seed = `CREATE TABLE public.fruits AS SELECT n AS id, 'apple' AS name FROM generate_series(1, 100) AS n;
  CREATE TABLE public.stuck AS SELECT 1 AS id`;

let databases: TestDatabase[];
let place: Workspace;
let server: RunningServer;
/** Accepts and never says a word, as a host behind a broken firewall does. */
const silent = createServer();

const ids = (kind: string, count: number) => Array.from({ length: count }, (_, index) => `${kind}-${index}`);
const healthy = ids('healthy', size.healthy);
const dead = ids('dead', size.dead);
const slow = ids('slow', size.slow);

beforeAll(async () => {
  databases = await Promise.all(Array.from({ length: 4 }, () => testDatabase({ seed })));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const address = silent.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const nth = (index: number) => databases[index % databases.length] ?? databases[0];
  const entries = [...healthy, ...slow].map((id, index) => entry(id, nth(index)));
  const deadEntries = dead.map((id) => entry(id, nth(0), port));
  place = await workspace({
    config: `server: { auth: { mode: none, principal: alice, roles: [analyst] } }
limits: { connect_timeout: ${connectTimeout}ms, lock_timeout: 60s, statement_timeout: 60s, queue_timeout: 5s }
pools: { max_connections_total: ${budget}, max: 2 }
databases:\n${[...entries, ...deadEntries].join('\n')}\n`,
    policies: { 'default.csv': 'p, analyst, *, public.*, select, allow' },
  });
  const passwords = databases.map((database) => [variableOf(database), database.password]);
  server = await startServer(place.config, Object.fromEntries(passwords));
});

function entry(id: string, database: TestDatabase | undefined, port = database?.port ?? 0): string {
  if (database === undefined) throw new Error('there is no database');
  return directDatabase(id, { ...database, port }).replace(passwordVariable, variableOf(database));
}

const variableOf = ({ database }: TestDatabase) => `${passwordVariable}_${database.replace(/\W/g, '_')}`;

afterAll(async () => {
  await server?.stop('SIGKILL');
  silent.close();
  await place?.remove();
  await Promise.all((databases ?? []).map((database) => database.drop()));
});

interface Call {
  readonly code: string | undefined;
  readonly milliseconds: number;
  readonly id: string;
}

async function timed(client: TestClient, id: string, table = 'fruits'): Promise<Call> {
  const started = performance.now();
  const { code } = await client.call('run_query', { sql: `SELECT count(*) FROM ${table}`, database_id: id });
  return { id, code, milliseconds: performance.now() - started };
}

/** Calls one database after the other until time is up. */
async function load(client: TestClient, targets: readonly string[], first: number, until: number): Promise<Call[]> {
  const calls: Call[] = [];
  for (let turn = first; performance.now() < until; turn += 7) {
    calls.push(await timed(client, targets[turn % targets.length] ?? ''));
  }
  return calls;
}

/** Each client reads its share of the catalogs: loading them is work, and not what is measured. */
async function warm(client: TestClient, index: number): Promise<void> {
  for (let turn = index; turn < healthy.length; turn += size.clients) await timed(client, healthy[turn] ?? '');
}

/** The most connections the server ever had at a sample, and the most memory. */
async function sample(until: number) {
  const [first] = databases;
  if (first === undefined) throw new Error('there is no database');
  const observer = await first.client({ ...first.superuser });
  let connections = 0;
  let resident = 0;
  const names = databases.map(({ database }) => database);
  while (performance.now() < until) {
    const text =
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = ANY ($1) AND application_name LIKE 'pgwarden%'";
    const { rows } = await observer.query(text, [names]);
    connections = Math.max(connections, rows[0].n);
    const status = readFileSync(`/proc/${server.process.pid}/status`, 'utf8');
    resident = Math.max(resident, Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
    await new Promise((later) => setTimeout(later, 50));
  }
  await observer.end();
  return { connections, resident };
}

test(
  'healthy databases wait for nothing that dead and slow ones hold; connections, memory and log stay in order',
  async () => {
    const holders = await Promise.all(databases.map((database) => database.client({ ...database.superuser })));
    const clients = await Promise.all(Array.from({ length: size.clients }, () => connectClient(server.url)));
    const [first] = clients;
    if (first === undefined) throw new Error('there is no client');
    for (const id of slow) await timed(first, id); // their catalogs are read: the next call reaches the lock
    await Promise.all(clients.map((client, index) => warm(client, index)));
    for (const holder of holders) await holder.query('BEGIN; LOCK TABLE stuck IN ACCESS EXCLUSIVE MODE');
    const stuck = slow.map((id, index) => timed(clients[index] ?? first, id, 'stuck'));
    const until = performance.now() + size.seconds * 1000;
    const third = Math.floor(size.clients / 3);
    const [well, ill, most] = await Promise.all([
      Promise.all(clients.slice(third).map((client, index) => load(client, healthy, index, until))),
      Promise.all(clients.slice(0, third).map((client, index) => load(client, dead, index, until))),
      sample(until),
    ]);
    for (const holder of holders) await holder.query('ROLLBACK').then(() => holder.end());
    const released = await Promise.all(stuck);
    const [calls, refused] = [well.flat(), ill.flat()];
    const slowest = (of: readonly Call[]) => Math.max(...of.map(({ milliseconds }) => milliseconds));
    process.stdout.write(
      `fleet: ${calls.length} healthy calls, slowest ${slowest(calls).toFixed(0)} ms; ${refused.length} calls to dead ` +
        `databases, slowest ${slowest(refused).toFixed(0)} ms; ${most.connections} connections, ${most.resident.toFixed(0)} MiB\n`,
    );
    expect(calls.length).toBeGreaterThan(size.clients);
    expect(calls.filter(({ code }) => code !== undefined)).toEqual([]);
    expect(slowest(calls)).toBeLessThan(connectTimeout);
    expect(new Set(refused.map(({ code }) => code))).toEqual(new Set(['BACKEND_UNAVAILABLE']));
    expect(slowest(refused)).toBeLessThan(connectTimeout + 1500);
    expect(released.map(({ code }) => code)).toEqual(slow.map(() => undefined));
    expect(most.connections).toBeLessThanOrEqual(budget);
    expect(most.resident).toBeLessThan(400);
    await Promise.all(clients.map((client) => client.close()));
    expect(await server.stop('SIGTERM')).toBe(0);
    expect(await runCli(['audit', 'verify', '--full', '--directory', place.auditDirectory])).toMatchObject({ code: 0 });
  },
  soak ? 300_000 : 60_000,
);
