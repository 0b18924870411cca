/** A thousand databases in one process, two hundred callers, some databases dead or slow, the configuration changing: what the healthy ones feel of it. */

import { readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
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

const soak = process.env['PGWARDEN_SOAK'] === '1';
/** `real`: databases of the server; more ids lead to each. `called`: reading a catalog first is work, so not all are called in the short run. Seconds are of each of two phases: all well, then not. */
const size = soak
  ? {
      healthy: 945,
      called: 945,
      dead: 50,
      slow: 5,
      real: 300,
      clients: 200,
      seconds: 300,
      reloads: 100,
      invalid: 20,
      budget: 70,
    }
  : {
      healthy: 945,
      called: 12,
      dead: 50,
      slow: 5,
      real: 4,
      clients: 200,
      seconds: 4,
      reloads: 3,
      invalid: 1,
      budget: 40,
    };
const { budget } = size;
const seed = `CREATE TABLE public.fruits AS SELECT n AS id, 'apple' AS name FROM generate_series(1, 100) AS n;
  CREATE TABLE public.stuck AS SELECT 1 AS id`;

let databases: TestDatabase[];
let place: Workspace;
let server: RunningServer;
let admin: string;
/** Accepts and never says a word, as a host behind a broken firewall does. */
const silent = createServer();

const ids = (kind: string, count: number) => Array.from({ length: count }, (_, index) => `${kind}-${index}`);
const healthy = ids('healthy', size.healthy);
const called = healthy.slice(0, size.called);
const dead = ids('dead', size.dead);
const slow = ids('slow', size.slow);

beforeAll(async () => {
  databases = [];
  for (let made = 0; made < size.real; made++) databases.push(await testDatabase({ seed }));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const address = silent.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const entries = [...healthy, ...slow].map((id, index) => entry(id, nth(index)));
  const deadEntries = dead.map((id) => entry(id, nth(0), port));
  admin = `127.0.0.1:${await freePort()}`;
  place = await workspace({
    config: `server: { admin_listen: "${admin}", sessions: stateless, auth: { mode: none, principal: alice, roles: [analyst] } }
limits: { catalog_memory: 96MiB, connect_timeout: 5s, lock_timeout: 10m, statement_timeout: 10m, queue_timeout: 60s }
pools: { max_connections_total: ${budget}, max: 2 }
include: databases.d/*.yaml
databases:\n${[...entries, ...deadEntries].join('\n')}\n`,
    policies: { 'default.csv': 'p, analyst, *, public.*, select, allow' },
  });
  await mkdir(join(place.directory, 'databases.d'));
  const passwords = databases.map((database) => [variableOf(database), database.password]);
  server = await startServer(place.config, Object.fromEntries(passwords));
}, 300_000);

const nth = (index: number) => databases[index % databases.length];

function entry(id: string, database: TestDatabase | undefined, port = database?.port ?? 0): string {
  if (database === undefined) throw new Error('there is no database');
  return directDatabase(id, { ...database, port }).replace(passwordVariable, variableOf(database));
}

const variableOf = ({ database }: TestDatabase) => `${passwordVariable}_${database.replace(/\W/g, '_')}`;

afterAll(async () => {
  await server?.stop('SIGKILL');
  silent.close();
  await place?.remove();
  for (const database of databases ?? []) await database.drop();
}, 300_000);

interface Call {
  readonly code: string | undefined;
  readonly milliseconds: number;
}

const sql = 'SELECT count(*) FROM fruits';
const mixture = [
  ['run_query', { sql }],
  ['list_tables', {}],
  ['run_query', { sql }],
  ['check_access', { sql }],
  ['get_table_schema', { table_name: 'fruits' }],
] as const;

/** check_access answers where others fail. */
const queries = [['run_query', { sql }]] as const;

/** Calls one database after the other, one tool after the other, while `on` says so. */
async function load(
  client: TestClient,
  targets: readonly string[],
  first: number,
  on: () => boolean,
  tools: typeof mixture | typeof queries = mixture,
): Promise<Call[]> {
  const calls: Call[] = [];
  for (let turn = first; on(); turn += 7) {
    const [tool, args] = tools[turn % tools.length] ?? mixture[0];
    const started = performance.now();
    const { code } = await client.call(tool, { ...args, database_id: targets[turn % targets.length] });
    calls.push({ code, milliseconds: performance.now() - started });
  }
  return calls;
}

interface Seen {
  connections: number;
  resident: number;
  samples: number;
  /** Most connections that a dead and a slow database ever held, as the broker counts. */
  dead: number;
  slow: number;
}

/** The most that was ever seen at a sample, of the server's connections, the process's memory, and what the sick ones hold. */
async function sample(seen: Seen, on: () => boolean): Promise<void> {
  const observer = await observe();
  const text = 'SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = ANY ($1) AND usename = datname';
  while (on()) {
    const { rows } = await observer.query(text, [databases.map(({ database }) => database)]);
    seen.connections = Math.max(seen.connections, rows[0].n);
    const status = readFileSync(`/proc/${server.process.pid}/status`, 'utf8');
    seen.resident = Math.max(seen.resident, Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
    const health = JSON.parse(await (await fetch(`http://${admin}/healthz/databases`)).text());
    for (const { id, connections } of health.databases) {
      const held = connections.active + connections.idle;
      if (id.startsWith('dead')) seen.dead = Math.max(seen.dead, held);
      if (id.startsWith('slow')) seen.slow = Math.max(seen.slow, held);
    }
    seen.samples += 1;
    await new Promise((later) => setTimeout(later, 100));
  }
  await observer.end();
}

async function observe() {
  const [first] = databases;
  if (first === undefined) throw new Error('there is no database');
  return first.client({ ...first.superuser });
}

/** Databases come and go, and some files are wrong; each reload is acknowledged. */
async function reloads(): Promise<void> {
  const file = (name: string) => join(place.directory, 'databases.d', name);
  const reload = async () => JSON.parse(await (await fetch(`http://${admin}/reload`, { method: 'POST' })).text());
  const every = Math.floor(size.reloads / size.invalid);
  for (let round = 0; round < size.reloads; round++) {
    if (round % 2 === 0) await writeFile(file('more.yaml'), `databases:\n${entry(`more-${round}`, nth(round))}\n`);
    else await rm(file('more.yaml'));
    expect(await reload()).toMatchObject({ configuration: 'in_force' });
    if (round % every !== 0) continue;
    await writeFile(file('wrong.yaml'), 'databases:\n  Wrong Id: {}\n');
    expect(await reload()).toMatchObject({ configuration: 'refused' });
    await rm(file('wrong.yaml'));
    expect(await reload()).toMatchObject({ configuration: 'in_force' });
  }
}

const later = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const quantile = (calls: readonly Call[], q: number) =>
  calls.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b)[Math.floor(calls.length * q)] ?? 0;

test(
  'healthy databases feel nothing of dead and slow ones, nor of reloads; connections, memory and log stay in order; SIGTERM leaves nothing running',
  async () => {
    const behindSlow = new Set(slow.flatMap((_, index) => nth(size.healthy + index) ?? []));
    const holders = await Promise.all(
      [...behindSlow].map((one) => one.client({ ...one.superuser, database: one.database })),
    );
    const clients = await Promise.all(Array.from({ length: size.clients }, () => connectClient(server.url)));
    const [first] = clients;
    if (first === undefined) throw new Error('there is no client');
    for (const id of slow) await first.call('run_query', { sql, database_id: id }); // the next call reaches the lock
    const seen: Seen = { connections: 0, resident: 0, samples: 0, dead: 0, slow: 0 };
    let sampling = true;
    const sampled = sample(seen, () => sampling);

    const started = performance.now();
    const calm = () => performance.now() - started < size.seconds * 1000;
    const well = (await Promise.all(clients.map((client, index) => load(client, called, index, calm)))).flat();

    const calmly = seen.resident;
    for (const holder of holders) await holder.query('BEGIN; LOCK TABLE stuck IN ACCESS EXCLUSIVE MODE');
    const stuck = holdUp(clients);
    let sick = true;
    const half = size.clients / 4;
    const ill = Promise.all(
      clients.slice(0, half).map((client, index) => load(client, dead, index, () => sick, queries)),
    );
    const rest = Promise.all(clients.slice(half).map((client, index) => load(client, called, index, () => sick)));
    await Promise.all([reloads(), later(size.seconds * 1000)]);
    sick = false;
    const [refused, calls] = [(await ill).flat(), (await rest).flat()];
    sampling = false;
    await sampled;
    const ratio = quantile(calls, 0.99) / quantile(well, 0.99);
    process.stdout.write(
      `fleet: 1000 databases, ${size.clients} clients; ${well.length} calls while all was well, ${calls.length} beside ` +
        `${size.dead} dead and ${size.slow} slow databases and ${size.reloads} reloads; p99 ratio ${ratio.toFixed(2)}; ` +
        `${refused.length} calls to dead ones; ${seen.connections} connections, ${calmly.toFixed(0)} MiB, with reloads ${seen.resident.toFixed(0)} MiB, ${seen.samples} samples\n`,
    );
    expect(new Set([...well, ...calls].map(({ code }) => code))).toEqual(new Set([undefined]));
    expect(well.length + calls.length).toBeGreaterThan(2 * size.clients);
    expect(new Set(refused.map(({ code }) => code))).toEqual(new Set(['BACKEND_UNAVAILABLE']));
    expect(seen.dead).toBe(0); // waiting for them holds nothing that others wait for
    expect(seen.slow).toBe(1);
    expect(seen.samples).toBeGreaterThan(2);
    expect(seen.connections).toBeLessThanOrEqual(budget);
    expect(seen.resident).toBeLessThan(400);

    await terminateUnderLoad(clients);
    await Promise.all(stuck);
    for (const holder of holders) await holder.query('ROLLBACK').then(() => holder.end());
    await Promise.all(clients.map((client) => client.close().catch(() => undefined)));
    expect(await runCli(['audit', 'verify', '--full', '--directory', place.auditDirectory])).toMatchObject({ code: 0 });
  },
  soak ? 1_200_000 : 180_000,
);

/** A statement on each slow database that waits for a lock nobody releases; its caller may give up. */
const holdUp = (clients: readonly TestClient[]) =>
  slow.map((id, index) =>
    clients[index]?.call('run_query', { sql: 'SELECT id FROM stuck', database_id: id }).catch(() => undefined),
  );

/** While callers call and statements wait for locks that nobody releases. */
async function terminateUnderLoad(clients: readonly TestClient[]): Promise<void> {
  const observer = await observe();
  const text =
    "SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = ANY ($1) AND usename = datname AND state <> 'idle'";
  const running = async () => (await observer.query(text, [databases.map(({ database }) => database)])).rows[0].n;
  const stuck = holdUp(clients);
  await vi.waitFor(async () => expect(await running()).toBeGreaterThanOrEqual(size.slow), {
    timeout: 30_000,
    interval: 50,
  });
  let ended = false;
  const loads = clients.map((client, index) => load(client, called, index, () => !ended).catch(() => undefined));
  const code = await server.stop('SIGTERM');
  ended = true;
  expect(code).toBe(0);
  await vi.waitFor(async () => expect(await running()).toBe(0), { timeout: 10_000, interval: 50 });
  await Promise.all([...loads, ...stuck]);
  await observer.end();
}
