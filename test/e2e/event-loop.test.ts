/** One principal with the longest statements and the largest answers does not keep the others waiting: how long a turn of the event loop holds the processor. */

import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
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

const meter = resolve(import.meta.dirname, '../support/turn-meter.mjs');

let database: TestDatabase;
let place: Workspace;
let server: RunningServer;
let client: TestClient;

beforeAll(async () => {
  database = await testDatabase({
    seed: `CREATE TABLE public.few AS SELECT 1 AS id, 'apple' AS name;
      CREATE TABLE public.many AS SELECT n AS id, repeat('word ', 50) AS prose FROM generate_series(1, 60000) AS n`,
  });
  place = await workspace({
    config: `server: { auth: { mode: none, principal: alice, roles: [analyst] } }
default_database: main
databases:
${directDatabase('main', database)}
${directDatabase('large', database, ['limits: { max_rows: 60000, max_bytes: 16MiB }'])}\n`,
    policies: { 'default.csv': 'p, analyst, *, public.*, select, allow' },
  });
  server = await startServer(place.config, {
    [passwordVariable]: database.password,
    NODE_OPTIONS: `--import ${JSON.stringify(meter)}`,
  });
  client = await connectClient(server.url);
});

afterAll(async () => {
  await client?.close();
  await server?.stop('SIGKILL');
  await place?.remove();
  await database?.drop();
});

/** As many pieces as fit into the longest text that is accepted. */
function full(before: string, piece: (index: number) => string, separator: string, after: string): string {
  const pieces: string[] = [];
  for (let length = before.length + after.length; ; ) {
    const next = piece(pieces.length);
    length += next.length + separator.length;
    if (length > 32 * 1024) return before + pieces.join(separator) + after;
    pieces.push(next);
  }
}

/** Each text is another one, so that nothing is remembered of it. */
let texts = 0;
const shapes: Readonly<Record<string, { readonly sql: () => string; readonly on?: string }>> = {
  'a list of strings': {
    sql: () => full(`SELECT id FROM few WHERE name IN ('${++texts}', `, (index) => `'apple ${index}'`, ', ', ')'),
  },
  'rows of values': {
    sql: () =>
      full(`SELECT ${++texts} FROM (VALUES `, (index) => `(${index}, 'value ${index}')`, ', ', ') AS v (a, b) LIMIT 1'),
  },
  'common table expressions': {
    sql: () => full('WITH ', (index) => `c${index} AS (SELECT id FROM few WHERE id = ${++texts})`, ', ', ' SELECT 1'),
  },
  'columns of one name, each a subselect': {
    sql: () => full('SELECT ', () => `(SELECT name FROM few WHERE id = ${++texts})`, ', ', ''),
  },
  'an answer of one MiB': { sql: () => `SELECT id, prose, ${++texts} AS text FROM many LIMIT 1000` },
  'an answer of sixteen MiB': { sql: () => `SELECT id, prose, ${++texts} AS text FROM many`, on: 'large' },
};

/** Milliseconds of processor time; what is counted begins anew. */
async function longestTurn(): Promise<number> {
  const told = () => [...server.stderr().matchAll(/longest turn: (\S+) ms/g)].length;
  const before = told();
  server.process.kill('SIGUSR2');
  await vi.waitFor(() => expect(told()).toBe(before + 1), { timeout: 10_000, interval: 5 });
  return Number([...server.stderr().matchAll(/longest turn: (\S+) ms/g)].at(-1)?.[1]);
}

test.each(Object.entries(shapes))('%s holds it no longer than 20 ms at a time', async (_what, { sql, on }) => {
  const call = async () => {
    const { code } = await client.call('run_query', { sql: sql(), ...(on && { database_id: on }) });
    expect(code).toBeUndefined();
  };
  for (let warming = 0; warming < 6; warming++) await call(); // the code is loaded and compiled
  const rounds: number[] = [];
  for (let round = 0; round < 3; round++) {
    await longestTurn();
    await call();
    rounds.push(await longestTurn());
  }
  expect(Math.min(...rounds)).toBeLessThan(20); // what the call itself needs is in each of them, a collection of garbage is not
});
