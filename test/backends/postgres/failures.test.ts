import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Backends, createBackends } from '../../../src/backends/backends.ts';
import type { Database, DirectPostgresConnection } from '../../../src/model/database.ts';
import { BrokerError } from '../../../src/model/errors.ts';
import {
  aDatabase,
  authorizedQuery,
  directConnection,
  type QueryOptions,
  readTestSecret,
} from '../../support/authorized.ts';
import { freePort } from '../../support/cluster.ts';
import { type TestDatabase, testDatabase } from '../../support/postgres.ts';
import { read } from '../../support/read.ts';
import { tcpRelay } from '../../support/tcp-relay.ts';

let server: TestDatabase;
const opened: Backends[] = [];
beforeAll(async () => {
  server = await testDatabase({ seed: 'CREATE TABLE t (a int); INSERT INTO t SELECT generate_series(1, 5)' });
});
afterAll(async () => {
  await Promise.all(opened.map((backends) => backends.close()));
  await server.drop();
});

const endless = 'SELECT count(*) FROM generate_series(1, 100000000000)';

function broker(changes: Partial<DirectPostgresConnection> = {}, settings: Parameters<typeof aDatabase>[1] = {}) {
  const backends = createBackends({ readSecret: readTestSecret, nativeDriverForced: false });
  opened.push(backends);
  const database: Database = aDatabase(directConnection(server, changes), settings);
  const run = (sql: string, options: Partial<QueryOptions> = {}, signal = new AbortController().signal) =>
    read(backends.execute(authorizedQuery({ database, sql, ...options }), signal));
  return { backends, database, run, stats: () => backends.stats().get(database.id) };
}

async function failureOf(work: Promise<unknown>): Promise<BrokerError> {
  const thrown: unknown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof BrokerError)) throw new Error(`no BrokerError: ${String(thrown)}`);
  const told = `${thrown.message} ${thrown.hint ?? ''}`;
  for (const secret of [server.host, server.user, server.database, server.password, String(server.port), 'localhost'])
    expect(told).not.toContain(secret);
  return thrown;
}

/** Sessions of this test's database, as the server sees them. */
async function sessions(where = 'true'): Promise<number> {
  const client = await server.client({ ...server.superuser, database: 'postgres' });
  const { rows } = await client.query(
    `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = '${server.database}' AND usename = '${server.user}' AND ${where}`,
  );
  await client.end();
  return rows[0].n;
}

describe('a database that cannot be reached', () => {
  test.each<[string, Partial<DirectPostgresConnection>, string | undefined]>([
    ['a wrong password', { password: { env: 'wrong' } }, '28P01'],
    ['an unknown user', { user: 'nobody_here' }, '28P01'],
    ['an unknown database', { database: 'nothing_here' }, '3D000'],
    ['a name that does not exist', { hostname: 'no-such-host.invalid' }, undefined],
    ['a server without TLS', { ssl: 'verify-full' }, undefined],
    ['no password at all', { user: 'nobody_here', password: { file: 'none' } }, undefined],
  ])('%s', async (_, changes, sqlstate) => {
    const { run, stats } = broker(changes);
    expect(await failureOf(run('SELECT 1'))).toMatchObject({ code: 'BACKEND_UNAVAILABLE', sqlstate });
    expect(stats()).toEqual({ active: 0, idle: 0, waiting: 0 });
  });

  test('a port nobody listens on', async () => {
    const { run, stats } = broker({ port: await freePort() });
    expect(await failureOf(run('SELECT 1'))).toMatchObject({ code: 'BACKEND_UNAVAILABLE', safeToRetry: true });
    expect(stats()).toEqual({ active: 0, idle: 0, waiting: 0 });
  });

  test('a server that accepts and never answers is given up after the connect timeout', async () => {
    const silent = createServer((socket) => socket.on('error', () => undefined));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { run, stats } = broker({ port }, { limits: { connectTimeout: 200 } });
    expect(await failureOf(run('SELECT 1'))).toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
    expect(stats()).toEqual({ active: 0, idle: 0, waiting: 0 });
    const controller = new AbortController();
    const waiting = broker({ port }, { limits: { connectTimeout: 60_000 } }).run('SELECT 1', {}, controller.signal);
    controller.abort();
    expect(await failureOf(waiting)).toMatchObject({ code: 'BACKEND_CANCELLED' });
    silent.close();
  });

  test('the environment forces another driver', async () => {
    const backends = createBackends({ readSecret: readTestSecret, nativeDriverForced: true });
    const run = backends.execute(
      authorizedQuery({ database: aDatabase(directConnection(server)), sql: 'SELECT 1' }),
      new AbortController().signal,
    );
    expect(await failureOf(run)).toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
  });
});

describe('a server that goes away', () => {
  test('ends the session by itself: the caller may send a read again', async () => {
    const { run, stats } = broker();
    const { backend } = await run('SELECT 1');
    const running = run(endless);
    await expect.poll(() => sessions("state = 'active'")).toBe(1);
    const admin = await server.client({ ...server.superuser, database: 'postgres' });
    await admin.query('SELECT pg_terminate_backend($1)', [backend.pid]);
    expect(await failureOf(running)).toMatchObject({
      code: 'BACKEND_UNAVAILABLE',
      sqlstate: '57P01',
      safeToRetry: true,
    });
    await expect.poll(stats).toEqual({ active: 0, idle: 0, waiting: 0 });
    expect((await run('SELECT 1')).rows).toEqual([[1]]);
  });

  test('is cut off mid-query', async () => {
    const relay = await tcpRelay(server);
    const { run, stats } = broker({ port: relay.port });
    await run('SELECT 1');
    relay.when(endless, relay.cut);
    expect(await failureOf(run(endless))).toMatchObject({ code: 'BACKEND_UNAVAILABLE', safeToRetry: true });
    await expect.poll(() => sessions("state <> 'idle'")).toBe(0);
    await expect.poll(stats).toEqual({ active: 0, idle: 0, waiting: 0 });
    await relay.close();
  });

  test('falls silent: the deadline of the broker ends the call', async () => {
    const relay = await tcpRelay(server);
    const { run, stats } = broker({ port: relay.port });
    await run('SELECT 1');
    relay.freeze();
    const error = await failureOf(run('SELECT 1', { limits: { statementTimeout: 100 } }));
    expect(error).toMatchObject({ code: 'BACKEND_TIMEOUT' });
    await expect.poll(stats).toEqual({ active: 0, idle: 0, waiting: 0 });
    await relay.close();
  });

  test('is lost after the commit was sent: the outcome is unknown and nothing says otherwise', async () => {
    const relay = await tcpRelay(server);
    const { run } = broker({ port: relay.port }, { readonly: false });
    relay.when('COMMIT\0', relay.cut);
    const error = await failureOf(run('INSERT INTO t VALUES (100)', { class: 'write', intent: 'write' }));
    expect(error).toMatchObject({ code: 'BACKEND_UNAVAILABLE', safeToRetry: false });
    expect(error.message).toContain('unknown');
    await relay.close();
  });

  test('an idle session that the server ended is not handed out', async () => {
    const { run, stats } = broker();
    const { backend } = await run('SELECT 1');
    const admin = await server.client({ ...server.superuser, database: 'postgres' });
    await admin.query('SELECT pg_terminate_backend($1)', [backend.pid]);
    await expect.poll(stats).toEqual({ active: 0, idle: 0, waiting: 0 });
    expect((await run('SELECT 1')).rows).toEqual([[1]]);
  });
});

describe('stopping', () => {
  test('a cancelled statement runs no longer on the server', async () => {
    const { run, stats } = broker();
    const controller = new AbortController();
    const running = run(endless, {}, controller.signal);
    await expect.poll(() => sessions("state = 'active'")).toBe(1);
    controller.abort();
    expect(await failureOf(running)).toMatchObject({ code: 'BACKEND_CANCELLED' });
    await expect.poll(() => sessions("state <> 'idle'")).toBe(0);
    await expect.poll(stats).toMatchObject({ active: 0 });
  });

  test('a result cut by bytes runs no longer on the server', async () => {
    const { run } = broker();
    const sql = "SELECT repeat('x', 1000000), generate_series(1, 1000000000)";
    expect(await run(sql, { limits: { maxBytes: 1000, maxRows: 2_000_000_000 } })).toMatchObject({ cut: 'bytes' });
    await expect.poll(() => sessions("state <> 'idle'")).toBe(0);
  });

  test('ten million rows stop early, in little memory', async () => {
    const { run } = broker();
    const before = process.memoryUsage().rss;
    const sql = "SELECT i, repeat('y', 1000) FROM (SELECT generate_series(1, 10000000) AS i) AS many";
    const result = await run(sql, { limits: { maxRows: 2_000_000_000, maxBytes: 5_000_000 } });
    expect(result.cut).toBe('bytes');
    expect(result.bytes).toBeLessThanOrEqual(5_000_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(100_000_000);
    await expect.poll(() => sessions("state <> 'idle'")).toBe(0);
  });

  test('a lock that is not given in time', async () => {
    const { run } = broker({}, { limits: { lockTimeout: 100 } });
    const blocker = await server.client();
    await blocker.query('BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE');
    expect(await failureOf(run('SELECT * FROM t'))).toMatchObject({ code: 'BACKEND_TIMEOUT', sqlstate: '55P03' });
    await blocker.query('ROLLBACK');
  });

  test('closing ends running statements and every session', async () => {
    const { backends, run } = broker();
    const running = failureOf(run(endless));
    await expect.poll(() => sessions("state = 'active'")).toBe(1);
    await backends.close();
    expect(await running).toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
    expect(await failureOf(run('SELECT 1'))).toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
    await expect.poll(() => sessions("state <> 'idle'")).toBe(0);
  });
});

describe('the pool', () => {
  test('never opens more sessions than it may, and serves everyone in turn', async () => {
    const { run, stats } = broker({}, { pool: { max: 2, idleTimeout: 60_000 } });
    const seen = await Promise.all(Array.from({ length: 20 }, () => run('SELECT pg_backend_pid()')));
    expect(new Set(seen.map(({ rows }) => rows[0]?.[0])).size).toBeLessThanOrEqual(2);
    await expect.poll(stats).toEqual({ active: 0, idle: 2, waiting: 0 });
  });

  test('a full queue says when to try again', async () => {
    const { run, stats } = broker({}, { pool: { max: 1, idleTimeout: 60_000 }, limits: { queueTimeout: 500 } });
    const controller = new AbortController();
    const running = failureOf(run(endless, {}, controller.signal));
    await expect.poll(() => stats()?.active).toBe(1);
    expect(await failureOf(run('SELECT 1'))).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      safeToRetry: true,
      hint: 'Try again in 1 s.',
    });
    const leaving = new AbortController();
    const queued = failureOf(run('SELECT 1', {}, leaving.signal));
    leaving.abort();
    expect(await queued).toMatchObject({ code: 'BACKEND_CANCELLED' });
    controller.abort();
    expect(await running).toMatchObject({ code: 'BACKEND_CANCELLED' });
    expect((await run('SELECT 1')).rows).toEqual([[1]]);
  });

  test('unused sessions are closed', async () => {
    const { run, stats } = broker({}, { pool: { max: 2, idleTimeout: 50 } });
    const { backend } = await run('SELECT 1');
    await expect.poll(stats).toEqual({ active: 0, idle: 0, waiting: 0 });
    await expect.poll(() => sessions(`pid = ${backend.pid}`)).toBe(0);
  });
});
