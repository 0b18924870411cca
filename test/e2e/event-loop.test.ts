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
/** Those who call at once. */
let crowd: readonly TestClient[] = [];

beforeAll(async () => {
  database = await testDatabase({
    seed: `CREATE TABLE public.few AS SELECT 1 AS id, 'apple' AS name;
      CREATE TABLE public.many AS SELECT n AS id, repeat('word ', 50) AS prose FROM generate_series(1, 60000) AS n;
      CREATE TABLE public.wide (${Array.from({ length: 1500 }, (_, index) => `c${index} int`).join(', ')})`,
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
  crowd = await Promise.all(Object.keys(longest).map(() => connectClient(server.url)));
});

afterAll(async () => {
  await Promise.all([client, ...crowd].map((one) => one?.close()));
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
const longest: Readonly<Record<string, () => string>> = {
  'a list of strings': () =>
    full(`SELECT id FROM few WHERE name IN ('${++texts}', `, (index) => `'apple ${index}'`, ', ', ')'),
  'rows of values': () =>
    full(`SELECT ${++texts} FROM (VALUES `, (index) => `(${index}, 'value ${index}')`, ', ', ') AS v (a, b) LIMIT 1'),
  'common table expressions': () =>
    full('WITH ', (index) => `c${index} AS (SELECT id FROM few WHERE id = ${++texts})`, ', ', ' SELECT 1'),
  'columns of one name, each a subselect': () =>
    full('SELECT ', () => `(SELECT name FROM few WHERE id = ${++texts})`, ', ', ''),
  'a CASE of many arms': () =>
    full('SELECT CASE ', (index) => `WHEN id = ${++texts} THEN 'a${index}'`, ' ', ' END FROM few'),
  'subselects within subselects': () =>
    Array.from({ length: 120 }).reduce<string>(
      (inner) => `SELECT id FROM few WHERE id IN (${inner}) AND name <> 'of no consequence ${++texts}'`,
      'SELECT id FROM few',
    ),
  'a join of many': () =>
    `SELECT ${++texts} FROM few f0 ${Array.from({ length: 11 }, (_, index) => `JOIN few f${index + 1} ON f${index + 1}.id = f${index}.id`).join(' ')}`,
};
const shapes: Readonly<Record<string, { readonly sql: () => string; readonly on?: string }>> = {
  ...Object.fromEntries(Object.entries(longest).map(([what, sql]) => [what, { sql }])),
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

/** The least of some rounds: what the calls themselves need is in each of them, a collection of garbage is not. */
async function leastOf(rounds: number, call: () => Promise<unknown>): Promise<number> {
  const turns: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await longestTurn();
    await call();
    turns.push(await longestTurn());
  }
  return Math.min(...turns);
}

test.each(Object.entries(shapes))('%s holds it no longer than 20 ms at a time', async (_what, { sql, on }) => {
  const call = async () => {
    const { code } = await client.call('run_query', { sql: sql(), ...(on && { database_id: on }) });
    expect(code).toBeUndefined();
  };
  for (let warming = 0; warming < 6; warming++) await call(); // the code is loaded and compiled
  expect(await leastOf(3, call)).toBeLessThan(20);
});

test('several who send the longest statements at once hold it no longer than 20 ms at a time', async () => {
  const calls = async () => {
    const answers = await Promise.all(
      Object.values(longest).map((sql, index) => crowd[index]?.call('run_query', { sql: sql() })),
    );
    expect(answers.map((answer) => answer?.code)).toEqual(answers.map(() => undefined));
  };
  for (let warming = 0; warming < 4; warming++) await calls();
  expect(await leastOf(5, calls)).toBeLessThan(20);
});

test.each([
  [
    'queries within queries',
    (table: string) => Array.from({ length: 300 }).reduce<string>((inner) => `(SELECT * FROM ${inner} AS q)`, table),
  ],
  [
    'arms of a union',
    (table: string) => `(${Array.from({ length: 300 }, () => `SELECT * FROM ${table}`).join(' UNION ALL ')}) AS q`,
  ],
  [
    'common table expressions',
    (table: string) =>
      `(WITH ${Array.from({ length: 300 }, (_, index) => `t${index + 1} AS (SELECT * FROM ${index === 0 ? table : `t${index}`})`).join(', ')} SELECT * FROM t300) AS q`,
  ],
])('a few stars over a wide table, as %s, are refused before they hold it longer', async (_what, from) => {
  const call = async () => {
    const { code } = await client.call('run_query', { sql: `SELECT ${++texts} FROM ${from('wide')}` });
    expect(code).toBe('STATEMENT_TOO_COMPLEX');
  };
  for (let warming = 0; warming < 10; warming++) await call();
  expect(await leastOf(5, call)).toBeLessThan(20);
});
