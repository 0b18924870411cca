/** A result that waits for its next page is let go with the client that would ask for it, where that can be told. */

import { Client as ModernClient, StreamableHTTPClientTransport as ModernTransport } from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';
import { freePort } from '../support/cluster.ts';
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
let admin: string;

beforeAll(async () => {
  database = await testDatabase({});
  const port = await freePort();
  admin = `http://127.0.0.1:${port}/metrics`;
  place = await workspace({
    config: `server: { admin_listen: "127.0.0.1:${port}", auth: { mode: none, principal: alice, roles: [analyst] } }
limits: { max_rows: 3, statement_timeout: 60s }
databases:\n${directDatabase('main', database)}\n`,
    policies: { 'default.csv': 'p, analyst, *, public.*, select, allow' },
  });
  const secrets = { [passwordVariable]: database.password };
  server = await startServer(place.config, secrets, ['--transport', 'sse']);
});

afterAll(async () => {
  await server?.stop('SIGKILL');
  await place?.remove();
  await database?.drop();
});

/** Far less than the half minute after which a result is let go in any case. */
const soon = { timeout: 12_000, interval: 50 };

/** What the broker says it holds of the database, and what the server sees of that. */
async function held(): Promise<readonly [metric: number, transactions: number]> {
  const text = await (await fetch(admin)).text();
  const metric = Number(/^pgwarden_held_results\{database="main"\} (\d+)$/m.exec(text)?.[1] ?? 0);
  const observer = await database.client({ ...database.superuser });
  const { rows } = await observer.query(
    "SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = $1 AND state = 'idle in transaction'",
    [database.database],
  );
  await observer.end();
  return [metric, rows[0].n];
}

const identity = { name: 'test', version: '1' };
const answerOf = z.object({ rows: z.array(z.object({ n: z.number() })), next_cursor: z.string().optional() });
const sql = 'SELECT generate_series(1, 20) AS n';

interface Pager {
  readonly callTool: (call: {
    name: string;
    arguments: Record<string, unknown>;
  }) => Promise<{ readonly [field: string]: unknown }>;
}

/** The page, and the cursor for the next. */
async function page(client: Pager, cursor: string) {
  const answer = await client.callTool({ name: 'run_query', arguments: { sql, cursor } });
  const { rows, next_cursor: next = '' } = answerOf.parse(answer['structuredContent']);
  return { numbers: rows.map(({ n }) => n), next };
}

/** A client of 2025 with a session, and what ends it for good. */
async function session() {
  const transport = new StreamableHTTPClientTransport(new URL(server.url));
  const client = new Client(identity);
  await client.connect(transport);
  onTestFinished(() => client.close());
  return { client, end: () => transport.terminateSession() };
}

test('when a session ends, what it was given to go on with is let go at once', async () => {
  const { client, end } = await session();
  await page(client, 'open');
  expect(await held()).toEqual([1, 1]);
  await end();
  await vi.waitFor(async () => expect(await held()).toEqual([0, 0]), soon);
});

test('when an SSE stream closes, so is what it was given', async () => {
  const client = new Client(identity);
  await client.connect(new SSEClientTransport(new URL('/sse', server.url)));
  await page(client, 'open');
  expect(await held()).toEqual([1, 1]);
  await client.close();
  await vi.waitFor(async () => expect(await held()).toEqual([0, 0]), soon);
});

test('it goes with the session that has its last page, not with the one that began', async () => {
  const [first, second] = [await session(), await session()];
  const { next } = await page(first.client, 'open');
  const { numbers, next: last } = await page(second.client, next);
  expect(numbers).toEqual([4, 5, 6]);
  await first.end();
  expect(await page(second.client, last)).toMatchObject({ numbers: [7, 8, 9] });
  expect(await held()).toEqual([1, 1]);
  await second.end();
  await vi.waitFor(async () => expect(await held()).toEqual([0, 0]), soon);
});

test('a client without a session may come back over another connection: its result waits', async () => {
  const connect = async () => {
    const client = new ModernClient(identity, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
    await client.connect(new ModernTransport(new URL(server.url)));
    return client;
  };
  const before = await connect();
  const { next } = await page(before, 'open');
  await before.close();
  const other = await session();
  await page(other.client, 'open');
  await other.end();
  await vi.waitFor(async () => expect(await held()).toEqual([1, 1]), soon);
  const after = await connect();
  let { numbers, next: more } = await page(after, next);
  expect(numbers).toEqual([4, 5, 6]);
  while (more !== '') ({ numbers, next: more } = await page(after, more));
  await after.close();
  expect(numbers).toEqual([19, 20]);
  await vi.waitFor(async () => expect(await held()).toEqual([0, 0]), soon);
});
