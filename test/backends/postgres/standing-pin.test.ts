/** A session holds the settings of the pin by itself, and each call has the server compare them. */

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Backends, createBackends } from '../../../src/backends/backends.ts';
import { constantSettings } from '../../../src/backends/exchange/pin.ts';
import type { Database } from '../../../src/model/database.ts';
import { aDatabase, authorizedQuery, directConnection, readTestSecret } from '../../support/authorized.ts';
import { type TestDatabase, testDatabase } from '../../support/postgres.ts';
import { read } from '../../support/read.ts';

let server: TestDatabase;
let backends: Backends;
let database: Database;
const searchPath = ['a "quoted\\ name', 'public'];

beforeAll(async () => {
  server = await testDatabase({
    seed: `CREATE SCHEMA "a ""quoted\\ name"; CREATE TABLE "a ""quoted\\ name".t (a int); CREATE SEQUENCE touched`,
  });
});
afterAll(() => server.drop());
beforeEach(() => {
  const pool = { max: 1, idleTimeout: 60_000 };
  database = aDatabase(directConnection(server), { searchPath, readonly: false, pool });
  backends = createBackends({ readSecret: readTestSecret, nativeDriverForced: false });
  return () => backends.close();
});

type Changes = Partial<Parameters<typeof authorizedQuery>[0]>;

const run = (sql: string, changes: Changes = {}) =>
  read(backends.execute(authorizedQuery({ database, sql, ...changes }), new AbortController().signal));

const settings = async (): Promise<Readonly<Record<string, unknown>>> => {
  const names = [...constantSettings.map(([name]) => name), 'search_path', 'pgwarden.principal', 'lock_timeout'];
  const { rows } = await run(`SELECT ${names.map((name) => `current_setting('${name}')`).join(', ')}`);
  return Object.fromEntries(names.map((name, index) => [name, rows[0]?.[index]]));
};

test('a session that stands pins as the first call did, whatever the search_path is called', async () => {
  const first = await settings();
  expect(first).toMatchObject({ ...Object.fromEntries(constantSettings), 'pgwarden.principal': 'alice' });
  expect(first['search_path']).toBe('"a ""quoted\\ name", public, pg_temp'.replace('public', '"public"'));
  for (let time = 0; time < 3; time++) expect(await settings()).toEqual(first);
  expect((await run('SELECT * FROM t')).rows).toEqual([]);
});

/** As a user function could that no policy should have permitted. */
const changed = (name: string, value: string) =>
  run(`SELECT set_config('${name}', '${value}', false)`, { class: 'write', intent: 'write', kind: 'SELECT' });

const others: Readonly<Record<string, string>> = {
  standard_conforming_strings: 'off',
  backslash_quote: 'on',
  client_encoding: 'LATIN1',
  transform_null_equals: 'on',
  row_security: 'off',
  datestyle: 'German',
  intervalstyle: 'postgres',
  timezone: 'Europe/Rome',
  bytea_output: 'escape',
  extra_float_digits: '3',
  search_path: 'public',
};

test.each(Object.entries(others))(
  'a session that lost %s runs nothing more, and another takes its place',
  async (name, value) => {
    await settings();
    await settings();
    await changed(name, value);
    const write = run("SELECT nextval('public.touched')", { class: 'write', intent: 'write', kind: 'SELECT' });
    await expect(write).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE', safeToRetry: true });
    expect((await run('SELECT is_called FROM public.touched')).rows).toEqual([[false]]);
    expect(await settings()).toMatchObject(Object.fromEntries(constantSettings));
  },
);

test('a reload of the configuration of the server changes nothing in a session', async () => {
  await settings();
  const client = await server.client(server.superuser);
  const session = async () => (await run('SELECT pg_backend_pid()')).rows[0]?.[0];
  const before = await session();
  await client.query(`ALTER DATABASE "${server.database}" SET timezone = 'Asia/Tokyo'`);
  await client.query('SELECT pg_reload_conf()');
  expect(await settings()).toMatchObject(Object.fromEntries(constantSettings));
  expect(await session()).toBe(before);
  await client.end();
});

test('every setting of the pin is tried above', () => {
  expect(Object.keys(others).sort()).toEqual([...constantSettings.map(([name]) => name), 'search_path'].sort());
});
