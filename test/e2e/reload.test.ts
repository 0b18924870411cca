/** A running server follows its files: nothing restarts, nothing untouched notices, nothing invalid comes into force. */

import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { runCli } from '../cli/run-cli.ts';
import { freePort } from '../support/cluster.ts';
import { connectClient } from '../support/mcp-client.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { directDatabase, passwordVariable, startServer, type Workspace, workspace } from '../support/product.ts';

const analyst = 'p, analyst, *, public.*, select, allow\n';
const server = (admin: string) =>
  `server: { admin_listen: "${admin}", auth: { mode: none, principal: alice, roles: [analyst] } }`;
const slow = { statement_timeout: '20s' };

let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase({ seed: "CREATE TABLE public.fruits AS SELECT 1 AS id, 'apple' AS name" });
});

afterAll(async () => {
  await database?.drop();
});

/** One server with a main database, an included directory, and what an operator sees of it. */
async function running(head = '') {
  const admin = `127.0.0.1:${await freePort()}`;
  const config = `${server(admin)}\n${head}\ninclude: databases.d/*.yaml\nlimits: ${JSON.stringify(slow)}\ndefault_database: main\ndatabases:\n${directDatabase('main', database)}\n`;
  const place: Workspace = await workspace({ config, policies: { 'default.csv': analyst } });
  await mkdir(join(place.directory, 'databases.d'));
  const started = await startServer(place.config, { [passwordVariable]: database.password });
  const client = await connectClient(started.url);
  onTestFinished(async () => {
    await client.close();
    await started.stop('SIGKILL');
    await place.remove();
  });
  const path = (name: string) => join(place.directory, name);
  return {
    client,
    started,
    place,
    config,
    admin: `http://${admin}`,
    write: (name: string, text: string) => writeFile(path(name), text),
    remove: (name: string) => rm(path(name)),
    ids: async () => {
      const { structured } = await client.call('list_databases', {});
      const { databases } = structured;
      return Array.isArray(databases) ? databases.map(({ id }) => id) : [];
    },
    rows: async (id: string) =>
      (await client.call('run_query', { sql: 'SELECT id FROM fruits', database_id: id })).code,
    reloads: () => started.stderr().split('configuration reloaded').length - 1,
    readiness: async () => (await fetch(started.url.replace('/mcp', '/readyz'))).json(),
    changes: () => configRecords(place.auditDirectory),
  };
}

function configRecords(directory: string): Record<string, unknown>[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.includes('_broker') && path.endsWith('.jsonl'))
    .flatMap((path) => readFileSync(join(directory, path), 'utf8').split('\n').filter(Boolean))
    .map((line) => JSON.parse(line))
    .filter(({ type }) => type === 'config');
}

const one = (id: string, more: readonly string[] = []) => `databases:\n${directDatabase(id, database, more)}\n`;

test('a file put into the included directory adds its database, clients are told, and a file taken away removes it', async () => {
  const { client, write, remove, ids, rows } = await running();
  const told = new Promise<void>((resolve) => {
    client.client.setNotificationHandler(ToolListChangedNotificationSchema, () => resolve());
  });
  expect(await ids()).toEqual(['main']);
  await write('databases.d/sales.yaml', one('sales'));
  await vi.waitFor(async () => expect(await ids()).toEqual(['main', 'sales']), { timeout: 10_000, interval: 50 });
  await told;
  expect(await rows('sales')).toBeUndefined();
  await remove('databases.d/sales.yaml');
  await vi.waitFor(async () => expect(await ids()).toEqual(['main']), { timeout: 10_000, interval: 50 });
  expect(await rows('sales')).toBe('DATABASE_UNKNOWN');
});

test('under load, reloads that add, change and remove databases and files that are wrong cost an untouched database nothing', async () => {
  const soak = process.env['PGWARDEN_SOAK'] === '1';
  const { started, write, remove, rows } = await running();
  await rows('main');
  const before = await sessionsOf(database);
  const outcomes: (string | undefined)[] = [];
  let loading = true;
  const load = Array.from({ length: 3 }, async () => {
    while (loading) outcomes.push(await rows('main'));
  });
  const valid = soak ? 100 : 12;
  for (let round = 0; round < valid; round++) {
    await write('databases.d/sales.yaml', one('sales', [`description: round ${round}`]));
    if (round % 4 === 3) await remove('databases.d/sales.yaml');
    if (round % 5 === 4) await write('databases.d/wrong.yaml', 'databases:\n  Wrong Id: {}\n');
    started.process.kill('SIGHUP');
    const told = () => started.stderr().includes('Wrong Id');
    if (round % 5 === 4) await vi.waitFor(() => expect(told()).toBe(true), { timeout: 10_000, interval: 20 });
    if (round % 5 === 4) await remove('databases.d/wrong.yaml');
    await new Promise((later) => setTimeout(later, 200)); // several changes at once are allowed to be one reload
  }
  await vi.waitFor(() => expect(started.stderr()).toContain('configuration reloaded'), { timeout: 10_000 });
  loading = false;
  await Promise.all(load);
  expect(outcomes.length).toBeGreaterThan(valid);
  expect(outcomes.filter((code) => code !== undefined)).toEqual([]);
  const after = await sessionsOf(database);
  expect(before.filter((pid) => !after.includes(pid))).toEqual([]);
});

test('an invalid file leaves everything as it was; readiness, log and audit say so, until it is mended', async () => {
  const { started, write, config, ids, rows, readiness, changes } = await running();
  expect(await readiness()).toEqual({ status: 'ok', configuration: 'in_force' });
  await write('config.yaml', config.replace('hostname', 'hostnamee'));
  await vi.waitFor(async () => expect(await readiness()).toMatchObject({ configuration: 'refused' }), {
    timeout: 10_000,
  });
  expect(started.stderr()).toContain('hostnamee');
  expect(changes().filter(({ refused }) => refused !== undefined)).toHaveLength(1);
  expect([await ids(), await rows('main')]).toEqual([['main'], undefined]);
  await write('config.yaml', config);
  await vi.waitFor(async () => expect(await readiness()).toMatchObject({ configuration: 'in_force' }), {
    timeout: 10_000,
  });
});

test('a policy that permits less is on record and in force for the next call; one that cannot be read changes nothing', async () => {
  const { write, rows, changes, reloads, readiness } = await running();
  expect(await rows('main')).toBeUndefined();
  await write('policies/default.csv', 'p, analyst, *, public.other, select, allow\n');
  await vi.waitFor(() => expect(reloads()).toBe(1), { timeout: 10_000 });
  expect(await rows('main')).toBe('NAME_NOT_AVAILABLE');
  const policies = changes().filter(({ what }) => what === 'policy');
  expect(policies.at(-1)).toMatchObject({ old_sha256: policies[0]?.['new_sha256'] });
  await write('policies/default.csv', 'p, analyst, *, public.*, selekt, allow\n');
  await vi.waitFor(async () => expect(await readiness()).toMatchObject({ configuration: 'refused' }), {
    timeout: 10_000,
  });
  expect(await rows('main')).toBe('NAME_NOT_AVAILABLE');
});

test('a page asked for after the policy changed is refused, and its session let go; so is one of a database taken away', async () => {
  const { client, write, remove, reloads } = await running();
  await write('databases.d/sales.yaml', one('sales'));
  await vi.waitFor(() => expect(reloads()).toBe(1), { timeout: 10_000 });
  const sql = 'SELECT n, id FROM fruits, generate_series(1, 1500) n';
  const page = (id: string, cursor: unknown) => client.call('run_query', { sql, database_id: id, cursor });
  const [main, sales] = [await page('main', 'open'), await page('sales', 'open')];
  expect([main.structured['truncated'], sales.structured['truncated']]).toEqual([true, true]);
  expect(await held()).toBe(2);
  await remove('databases.d/sales.yaml');
  await vi.waitFor(async () => expect(await held()).toBe(1), { timeout: 10_000, interval: 20 });
  expect((await page('sales', sales.structured['next_cursor'])).code).toBe('DATABASE_UNKNOWN');
  await write('policies/default.csv', `${analyst}p, analyst, *, public.fruits.name, select, deny\n`);
  await vi.waitFor(() => expect(reloads()).toBe(3), { timeout: 10_000 });
  expect((await page('main', main.structured['next_cursor'])).code).toBe('REQUEST_INVALID');
  await vi.waitFor(async () => expect(await held()).toBe(0), { timeout: 2000, interval: 20 });
});

/** Transactions the server itself sees wait for their client. */
async function held(): Promise<number> {
  const client = await database.client();
  const { rows } = await client.query(
    `SELECT count(*)::integer AS held FROM pg_stat_activity WHERE usename = current_user AND state = 'idle in transaction'`,
  );
  await client.end();
  return rows[0].held;
}

test('a database that is switched off loses what it runs at once; its neighbours keep theirs', async () => {
  const { client, write, rows } = await running();
  await write('databases.d/sales.yaml', one('sales'));
  await vi.waitFor(async () => expect(await rows('sales')).toBeUndefined(), { timeout: 10_000, interval: 50 });
  await rows('main');
  const holder = await database.client();
  onTestFinished(() => holder.end());
  await holder.query('BEGIN; LOCK TABLE fruits IN ACCESS EXCLUSIVE MODE');
  const sql = 'SELECT name FROM fruits';
  const cancelled = client.call('run_query', { sql, database_id: 'sales' });
  await vi.waitFor(async () => expect(await waiting()).toBe(1), { timeout: 10_000, interval: 20 });
  const stopped = performance.now();
  await write('databases.d/sales.yaml', one('sales', ['enabled: false']));
  expect(await cancelled).toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
  expect(performance.now() - stopped).toBeLessThan(5000);
  await vi.waitFor(async () => expect(await waiting()).toBe(0), { timeout: 10_000, interval: 20 });
  expect(await rows('sales')).toBe('BACKEND_UNAVAILABLE');
  await holder.query('ROLLBACK');
  expect(await rows('main')).toBeUndefined();
});

test('with policy.reload: manual a changed policy waits for SIGHUP; databases do not', async () => {
  const { started, write, ids, rows, reloads } = await running('policy: { reload: manual }');
  await write('policies/default.csv', 'p, analyst, *, public.other, select, allow\n');
  await write('databases.d/sales.yaml', one('sales'));
  await vi.waitFor(() => expect(reloads()).toBe(1), { timeout: 10_000 });
  expect(await rows('main')).toBeUndefined();
  started.process.kill('SIGHUP');
  await vi.waitFor(() => expect(reloads()).toBe(2), { timeout: 10_000 });
  expect(await rows('main')).toBe('NAME_NOT_AVAILABLE');
  expect(await ids()).toEqual(['main', 'sales']);
});

test('with policy.reload: narrowing what permits more waits for policy apply, is told and on record; what permits less is in force', async () => {
  const { place, admin, started, config, write, remove, rows, reloads, readiness, changes } = await running(
    'policy: { reload: narrowing }',
  );
  const apply = (...args: string[]) => runCli(['policy', 'apply', '--config', place.config, '--json', ...args]);
  const waits = () =>
    vi.waitFor(async () => expect(await readiness(), started.stderr()).toMatchObject({ policies: 'waiting' }), patient);
  await write('databases.d/sales.yaml', one('sales'));
  await vi.waitFor(async () => expect(await rows('sales')).toBeUndefined(), patient);
  const less = 'p, analyst, *, public.nothing, select, allow\np, analyst, *, public.fruits, describe, deny\n';
  await write('policies/sales.csv', less.replaceAll('*,', 'sales,'));
  await waits(); // a name where a wildcard stood
  await write(
    'policies/sales.csv',
    `${analyst}p, *, *, public.fruits, select, deny\n`.replaceAll(', *, public', ', sales, public'),
  );
  await vi.waitFor(async () => expect(await rows('sales')).toBe('NAME_NOT_AVAILABLE'), patient);
  expect(await readiness()).not.toHaveProperty('policies');

  await remove('policies/sales.csv');
  await waits();
  expect(await rows('sales')).toBe('NAME_NOT_AVAILABLE');
  await remove('databases.d/sales.yaml'); // out and in again is no way around
  await vi.waitFor(async () => expect(await rows('sales')).toBe('DATABASE_UNKNOWN'), patient);
  await write('databases.d/sales.yaml', one('sales'));
  await waits();
  started.process.kill('SIGHUP'); // nor is asking for a reload, or loosening the setting with the change
  await write('config.yaml', config.replace('reload: narrowing', 'reload: automatic'));
  const before = reloads();
  await vi.waitFor(() => expect(reloads()).toBeGreaterThan(before), patient);
  expect(await rows('sales')).toBe('NAME_NOT_AVAILABLE');
  await write('config.yaml', config);

  expect(started.stderr()).toContain('no longer denied: p, *, sales, public.fruits, select, deny');
  const { waiting } = JSON.parse((await apply('--show')).stdout);
  expect(waiting).toMatchObject({ changes: [{ database: 'sales' }] });
  expect(await apply('--digest', '0'.repeat(64))).toMatchObject({ code: 1 });
  const path = `/policies/apply/${waiting.digest}`;
  const byWeb = { method: 'POST', headers: { origin: 'http://evil.test' } };
  expect((await fetch(`${admin}${path}`, byWeb)).status).toBe(403);
  expect((await fetch(started.url.replace('/mcp', path), { method: 'POST' })).status).toBe(404);
  expect(await rows('sales')).toBe('NAME_NOT_AVAILABLE');
  expect(await apply('--digest', waiting.digest)).toMatchObject({ code: 0 });
  expect(await rows('sales')).toBeUndefined();
  expect(await readiness()).not.toHaveProperty('policies');
  const held = changes().find(({ what, name, refused }) => what === 'policy' && name === 'sales' && refused);
  const applied = changes().at(-1);
  expect(held).toMatchObject({ refused: expect.stringContaining('waits for pgwarden policy apply') });
  expect(applied).toMatchObject({ what: 'policy', name: 'sales', by: expect.stringContaining('policy apply') });
  expect(await apply()).toMatchObject({ code: 0, stdout: expect.stringContaining('null') });
});

const patient = { timeout: 10_000, interval: 50 };

/** Process ids of the broker's sessions. */
async function sessionsOf({ client, superuser, database: name, user }: TestDatabase): Promise<number[]> {
  const observer = await client({ ...superuser });
  try {
    const text = 'SELECT pid FROM pg_stat_activity WHERE datname = $1 AND usename = $2';
    return (await observer.query(text, [name, user])).rows.map(({ pid }) => pid);
  } finally {
    await observer.end();
  }
}

async function waiting(): Promise<number> {
  const observer = await database.client({ ...database.superuser });
  try {
    const text =
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = $1 AND wait_event_type = 'Lock' AND backend_type = 'client backend'";
    return (await observer.query(text, [database.database])).rows[0].n;
  } finally {
    await observer.end();
  }
}
