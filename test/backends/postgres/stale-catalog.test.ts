import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Backends, createBackends } from '../../../src/backends/backends.ts';
import { StaleCatalog } from '../../../src/backends/stale-catalog.ts';
import { functionFingerprint, relationFingerprint } from '../../../src/catalog/fingerprints.ts';
import type { Database } from '../../../src/model/database.ts';
import type { Witness } from '../../../src/sql/access.ts';
import {
  aDatabase,
  authorizedQuery,
  directConnection,
  type QueryOptions,
  readTestSecret,
} from '../../support/authorized.ts';
import { type TestDatabase, testDatabase } from '../../support/postgres.ts';
import { read } from '../../support/read.ts';

let server: TestDatabase;
let backends: Backends;
let database: Database | undefined;
beforeAll(async () => {
  server = await testDatabase({
    seed: `CREATE SCHEMA early; CREATE TABLE t (a int, b text); CREATE TABLE other (c date) WITH (fillfactor = 70); INSERT INTO t VALUES (1, 'x');
      CREATE VIEW v AS SELECT a FROM t; CREATE SEQUENCE touched;
      CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT $1'`,
  });
  backends = createBackends({ readSecret: readTestSecret, nativeDriverForced: false });
});
afterAll(async () => {
  await backends.close();
  await server.drop();
});

const witnessed = async (kind: Witness['kind'], name: string): Promise<Witness> => {
  const client = await server.client();
  const from =
    kind === 'relation'
      ? `pg_class c WHERE c.oid = to_regclass('${name}')`
      : `pg_proc p WHERE p.oid = to_regprocedure('${name}')`;
  const alias = kind === 'relation' ? 'c' : 'p';
  const { rows } = await client.query(
    `SELECT ${alias}.oid::int AS oid, ${kind === 'relation' ? relationFingerprint : functionFingerprint} AS fingerprint FROM ${from}`,
  );
  return { kind, name, ...rows[0] };
};

/** The same, marked as the reading marks what no query stands behind. */
const bodiless = async (name: string): Promise<Witness> => ({ ...(await witnessed('relation', name)), bodiless: true });

const run = (sql: string, access: QueryOptions['access'] = {}, options: Partial<QueryOptions> = {}) => {
  // one object is one configuration: the calls share their sessions
  database ??= aDatabase(directConnection(server), { searchPath: ['early', 'public'], readonly: false });
  return read(backends.execute(authorizedQuery({ database, sql, access, ...options }), new AbortController().signal));
};

const ddl = async (sql: string) => (await server.client()).query(sql);

test('an unchanged catalog lets the statement run, again and again', async () => {
  const witnesses = [
    await witnessed('relation', 't'),
    await witnessed('relation', 'v'),
    await witnessed('function', 'public.f(integer)'),
  ];
  for (let time = 0; time < 8; time++) expect((await run('SELECT a FROM t', { witnesses })).rows).toEqual([[1]]);
});

test('whatever the witnesses are, a session asks about them in one way after the other', async () => {
  const t = await bodiless('t');
  const questions = [[t], [], [t, await bodiless('other')], [t, await witnessed('relation', 'v')], [t]];
  for (const witnesses of [...questions, ...questions])
    expect((await run('SELECT a FROM t', { witnesses })).rows).toEqual([[1]]);
});

test.each([
  ['one table', ['t']],
  ['two tables', ['other', 't']],
])('a session that was told of a change serves the next call: %s', async (_, names) => {
  const witnesses = await Promise.all(names.map(bodiless));
  await run('SELECT 1');
  const session = (await run('SELECT pg_backend_pid()')).rows[0]?.[0];
  for (let time = 0; time < 3; time++) {
    await ddl('ALTER TABLE t ADD COLUMN c int');
    await expect(run('SELECT 1', { witnesses })).rejects.toBeInstanceOf(StaleCatalog);
    await ddl('ALTER TABLE t DROP COLUMN c');
    expect((await run('SELECT pg_backend_pid()', { witnesses })).rows).toEqual([[session]]);
  }
});

test.each<[string, Witness['kind'], string, string, string]>([
  ['a new column', 'relation', 't', 'ALTER TABLE t ADD COLUMN c int', 'ALTER TABLE t DROP COLUMN c'],
  ['a renamed column', 'relation', 't', 'ALTER TABLE t RENAME COLUMN b TO bb', 'ALTER TABLE t RENAME COLUMN bb TO b'],
  ['a new table earlier in the search_path', 'relation', 't', 'CREATE TABLE early.t (a int)', 'DROP TABLE early.t'],
  [
    'a replaced view',
    'relation',
    'v',
    'CREATE OR REPLACE VIEW v AS SELECT a + 1 AS a FROM t',
    'CREATE OR REPLACE VIEW v AS SELECT a FROM t',
  ],
  ['a table that is gone', 'relation', 't', 'ALTER TABLE t RENAME TO tt', 'ALTER TABLE tt RENAME TO t'],
  [
    'a function with the rights of its owner now',
    'function',
    'public.f(integer)',
    'ALTER FUNCTION f(int) SECURITY DEFINER',
    'ALTER FUNCTION f(int) SECURITY INVOKER',
  ],
])('%s: nothing runs, nothing is released', async (_, kind, name, change, back) => {
  const questions = [[await witnessed(kind, name)]];
  if (name === 't') questions.push([await bodiless('t')], [await bodiless('other'), await bodiless('t')]);
  await ddl(change);
  for (const witnesses of questions) {
    await expect(run('SELECT 1', { witnesses })).rejects.toBeInstanceOf(StaleCatalog);
    const write = run("SELECT nextval('touched')", { witnesses }, { class: 'write', intent: 'write', kind: 'SELECT' });
    await expect(write).rejects.toBeInstanceOf(StaleCatalog);
  }
  expect((await run('SELECT is_called FROM public.touched')).rows).toEqual([[false]]);
  await ddl(back);
  expect((await run('SELECT 1')).rows).toEqual([[1]]);
});

test('a constraint over other columns: nothing runs', async () => {
  const { oid } = await witnessed('relation', 't');
  const witnesses: Witness[] = [{ kind: 'constraint', name: 't', constraint: 'told', oid, fingerprint: '2,1' }];
  await ddl('ALTER TABLE t ADD CONSTRAINT told UNIQUE (b, a)');
  expect((await run('SELECT 1', { witnesses })).rows).toEqual([[1]]);
  for (const change of ['DROP CONSTRAINT told, ADD CONSTRAINT told UNIQUE (b)', 'DROP CONSTRAINT told']) {
    await ddl(`ALTER TABLE t ${change}`);
    await expect(run('SELECT 1', { witnesses })).rejects.toBeInstanceOf(StaleCatalog);
  }
});

test('a result of another shape than predicted is not released', async () => {
  const { oid } = await witnessed('relation', 't');
  const origin = (attnum: number) => ({ oid, attnum, schema: 'public', relation: 't', column: 'a' });
  const predicted = [
    { name: 'a', origin: origin(1) },
    { name: 'b', origin: origin(2) },
  ];
  expect((await run('SELECT * FROM public.t', { output: predicted })).rows).toEqual([[1, 'x']]);
  for (const output of [
    predicted.slice(0, 1),
    [...predicted, { name: 'c' }],
    [{ name: 'a' }, { name: 'c' }],
    [{ name: 'a', origin: origin(1) }, { name: 'b' }], // a column passed on that the reading did not find
    [
      { name: 'a', origin: origin(2) },
      { name: 'b', origin: origin(2) },
    ],
    [
      { name: 'a', origin: { ...origin(1), oid: oid + 1 } },
      { name: 'b', origin: origin(2) },
    ],
  ])
    await expect(run('SELECT * FROM public.t', { output })).rejects.toBeInstanceOf(StaleCatalog);
});

test('a predicted origin that the server cannot know is no difference', async () => {
  const { oid } = await witnessed('relation', 't');
  const origin = { oid, attnum: 1, schema: 'public', relation: 't', column: 'a' };
  const sql = 'SELECT a FROM public.t UNION ALL SELECT a FROM public.t';
  expect((await run(sql, { output: [{ name: 'a', origin }] })).rows).toEqual([[1], [1]]);
});
