/** One database at its limit, or whose host never answers, is nobody else's wait: shown by what is counted, not by how long it took. */

import { createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { freePort } from '../support/cluster.ts';
import { connectClient, type TestClient } from '../support/mcp-client.ts';
import { testDatabase } from '../support/postgres.ts';
import { directDatabase, passwordVariable, startServer, workspace } from '../support/product.ts';

/** Accepts and never says a word, as a host behind a broken firewall does. */
async function silentHost() {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const hangUp = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { port: typeof address === 'object' && address !== null ? address.port : 0, hangUp };
}

/** `busy`: two connections and more callers than that; `dead`: callers of a host that is silent; `free` shares the server of the one and the broker of both. */
async function fleet() {
  const database = await testDatabase({
    seed: 'CREATE TABLE public.fruits AS SELECT 1 AS id; CREATE TABLE public.stuck AS SELECT 1 AS id',
  });
  const host = await silentHost();
  const admin = `127.0.0.1:${await freePort()}`;
  const place = await workspace({
    config: `server: { admin_listen: "${admin}", auth: { mode: none, principal: alice, roles: [analyst] } }
limits: { connect_timeout: 10m, lock_timeout: 10m, statement_timeout: 10m, queue_timeout: 10m, max_concurrency: 50 }
pools: { max_connections_total: 3, max: 2 }
databases:
${['busy', 'free'].map((id) => directDatabase(id, database)).join('\n')}
${directDatabase('dead', { ...database, port: host.port })}\n`,
    policies: { 'default.csv': 'p, analyst, *, public.*, select, allow' },
  });
  const server = await startServer(place.config, { [passwordVariable]: database.password });
  const client = await connectClient(server.url);
  onTestFinished(async () => {
    host.hangUp();
    await client.close();
    await server.stop('SIGKILL');
    await place.remove();
    await database.drop();
  });
  const counters = async () => {
    const { databases } = JSON.parse(await (await fetch(`http://${admin}/healthz/databases`)).text());
    return Object.fromEntries(databases.map(({ id, connections }: never) => [id, connections]));
  };
  return { database, client, counters, host };
}

const call = (client: TestClient, database_id: string, table: string) =>
  client.call('run_query', { sql: `SELECT id FROM ${table}`, database_id });

const many = (count: number, make: () => Promise<{ readonly code: string | undefined }>) => {
  const ended: (string | undefined)[] = [];
  const all = Promise.all(
    Array.from({ length: count }, async () => {
      const { code } = await make().catch(() => ({ code: 'no answer' }));
      ended.push(code);
    }),
  );
  return { ended, all };
};

test('while two hold what a database may have and others queue for it, and a silent host keeps its callers, every other call is served', async () => {
  const { database, client, counters, host } = await fleet();
  await call(client, 'busy', 'fruits'); // its catalog is known: the next call reaches the lock
  const holder = await database.client({ ...database.superuser, database: database.database });
  await holder.query('BEGIN; LOCK TABLE stuck IN ACCESS EXCLUSIVE MODE');
  const busy = many(8, () => call(client, 'busy', 'stuck'));
  const dead = many(4, () => call(client, 'dead', 'fruits'));
  // the callers of the silent host wait for one reading of its catalog
  const held = { busy: { active: 2, idle: 0, waiting: 6 }, dead: { active: 0, idle: 0, waiting: 1 } };
  await vi.waitFor(async () => expect(await counters()).toMatchObject(held), { timeout: 10_000, interval: 50 });

  const free = many(30, () => call(client, 'free', 'fruits'));
  await free.all;
  expect(free.ended).toEqual(Array.from({ length: 30 }, () => undefined));
  expect([busy.ended, dead.ended]).toEqual([[], []]);
  expect(await counters()).toMatchObject({ ...held, free: { active: 0, waiting: 0 } });

  await holder.query('ROLLBACK');
  await busy.all;
  expect(busy.ended).toEqual(Array.from({ length: 8 }, () => undefined));
  host.hangUp();
  await dead.all;
  expect(new Set(dead.ended)).toEqual(new Set(['BACKEND_UNAVAILABLE']));
});
