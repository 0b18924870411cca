import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Backends, createBackends } from '../../../src/backends/backends.ts';
import type { EmbeddedConnection } from '../../../src/model/database.ts';
import { aDatabase, authorizedQuery, type QueryOptions, readTestSecret } from '../../support/authorized.ts';
import { read } from '../../support/read.ts';

let home: string;
const opened: Backends[] = [];
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'pgwarden-embedded-test-'));
});
afterAll(async () => {
  await Promise.all(opened.map((backends) => backends.close()));
  await rm(home, { recursive: true, force: true });
});

function broker() {
  const backends = createBackends({ readSecret: readTestSecret, nativeDriverForced: false });
  opened.push(backends);
  const open = (connection: Omit<EmbeddedConnection, 'type'>, settings: Parameters<typeof aDatabase>[1] = {}) => {
    const database = aDatabase({ type: 'embedded', ...connection }, { readonly: false, ...settings });
    return (sql: string, options: Partial<QueryOptions> = {}, signal = new AbortController().signal) =>
      read(backends.execute(authorizedQuery({ database, sql, ...options }), signal));
  };
  return { backends, open };
}

const seedWith = async (name: string, sql: string) => {
  const path = join(home, `${name}.sql`);
  await writeFile(path, sql);
  return path;
};

const endless = 'SELECT count(*) FROM generate_series(1, 100000000000)';
const write = { class: 'write', intent: 'write' } as const;

test('a directory keeps its data, and its seed runs once', async () => {
  const directory = join(home, 'kept', 'data');
  const seed = await seedWith('kept', 'CREATE TABLE t (a int); INSERT INTO t VALUES (1)');
  const first = broker();
  await first.open({ directory, seed })('INSERT INTO t VALUES (2)', write);
  await first.backends.close();
  const run = broker().open({ directory, seed });
  expect((await run('SELECT a FROM t ORDER BY a')).rows).toEqual([[1], [2]]);
});

test('a seed that fails leaves nothing half made: the next call begins anew', async () => {
  const directory = join(home, 'failing', 'data');
  const seed = await seedWith('failing', 'CREATE TABLE t (a int); SELECT 1/0');
  const { open } = broker();
  await expect(open({ directory, seed })('SELECT 1')).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
  await seedWith('failing', 'CREATE TABLE t (a int); INSERT INTO t VALUES (7)');
  expect((await open({ directory, seed })('SELECT a FROM t')).rows).toEqual([[7]]);
});

test('what was written survives the worker that had to be ended', async () => {
  const run = broker().open({ seed: await seedWith('ended', 'CREATE TABLE t (a int)') });
  await run('INSERT INTO t VALUES (1)', write);
  await expect(run(endless, { limits: { statementTimeout: 100 } })).rejects.toMatchObject({ code: 'BACKEND_TIMEOUT' });
  expect((await run('SELECT a FROM t')).rows).toEqual([[1]]);
});

test('a runaway statement holds up its own database alone', async () => {
  const { open } = broker();
  const runaway = open({}, { id: 'one', limits: { queueTimeout: 200 } });
  const other = open({}, { id: 'two' });
  await Promise.all([runaway('SELECT 1'), other('SELECT 1')]);
  const controller = new AbortController();
  const running = runaway(endless, {}, controller.signal).catch((error: unknown) => error);
  await expect(runaway('SELECT 1')).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
  for (let time = 0; time < 5; time++) expect((await other('SELECT 1')).rows).toEqual([[1]]);
  controller.abort();
  expect(await running).toMatchObject({ code: 'BACKEND_CANCELLED' });
});

test('calls come one at a time, in order', async () => {
  const run = broker().open({});
  const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => run(`SELECT ${index}`)));
  expect(answers.map(({ rows }) => rows[0]?.[0])).toEqual(Array.from({ length: 20 }, (_, index) => index));
});

test('closing takes what was not to be kept with it', async () => {
  const before = new Set(await readdir(tmpdir()));
  const { backends, open } = broker();
  await open({})('SELECT 1');
  const made = (await readdir(tmpdir())).filter((name) => name.startsWith('pgwarden-embedded-') && !before.has(name));
  expect(made.length).toBeGreaterThan(0);
  await backends.close();
  const left = new Set(await readdir(tmpdir()));
  expect(made.some((name) => !left.has(name))).toBe(true);
});
