/** When snapshots are loaded, kept, renewed and dropped. */

import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fixedStatements } from '../../src/catalog/fixed-statements.ts';
import { createCatalogs, type RunFixedStatement } from '../../src/catalog/snapshots.ts';
import { Failure } from '../../src/model/errors.ts';
import { aDatabase, aRequest } from '../sql/oracle/our-reading.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await testDatabase({ seed: 'CREATE TABLE t (a int)' });
  client = await database.client();
});
afterAll(() => database?.drop());

const { call } = aRequest('SELECT 1');
const id = (name: string) => aDatabase({ id: name });

function counting(memory = 1e9) {
  let [now, loads] = [0, 0];
  const causes = new Set<string>();
  const run: RunFixedStatement = async (_, name, parameters, cause) => {
    if (name === 'catalog_objects') loads += 1;
    causes.add(cause.id);
    return (await client.query({ text: fixedStatements[name].text, values: [...parameters], rowMode: 'array' })).rows;
  };
  const catalogs = createCatalogs({ run, memory, now: () => now });
  return { catalogs, loads: () => loads, causes, pass: (ms: number) => (now += ms) };
}

test('a snapshot is loaded on the first call and kept until its time is over', async () => {
  const { catalogs, loads, pass, causes } = counting();
  const first = await catalogs.current(id('a'), call);
  pass(59_000);
  expect(await catalogs.current(id('a'), call)).toBe(first);
  pass(2_000);
  expect(await catalogs.current(id('a'), call)).not.toBe(first);
  expect(loads()).toBe(2);
  expect([...causes]).toEqual([call.id]);
});

test('calls at the same time share one load', async () => {
  const { catalogs, loads } = counting();
  const [one, two] = await Promise.all([catalogs.current(id('a'), call), catalogs.current(id('a'), call)]);
  expect(one).toBe(two);
  expect(loads()).toBe(1);
});

test('what was invalidated during its load is not kept', async () => {
  const { catalogs, loads } = counting();
  const loading = catalogs.current(id('a'), call);
  catalogs.invalidate('a');
  await loading;
  await catalogs.current(id('a'), call);
  expect(loads()).toBe(2);
});

test('another search_path is another snapshot', async () => {
  const { catalogs, loads } = counting();
  await catalogs.current(id('a'), call);
  const other = await catalogs.current(aDatabase({ id: 'a', searchPath: ['pg_temp'] }), call);
  expect(other.relation(undefined, 't')).toBeUndefined();
  expect(loads()).toBe(2);
});

test('the least recently used goes when memory is short, the newest stays whatever its size', async () => {
  const { catalogs, loads } = counting(1);
  const first = await catalogs.current(id('a'), call);
  expect(first.bytes).toBeGreaterThan(1);
  await catalogs.current(id('b'), call);
  await catalogs.current(id('b'), call);
  expect(loads()).toBe(2);
  await catalogs.current(id('a'), call);
  expect(loads()).toBe(3);
});

test('databases of equal servers hold the objects of initdb once', async () => {
  const { catalogs } = counting();
  const [a, b] = [await catalogs.current(id('a'), call), await catalogs.current(id('b'), call)];
  expect(a).not.toBe(b);
  expect(a.procedures('pg_catalog', 'lower')[0]).toBe(b.procedures('pg_catalog', 'lower')[0]);
});

test('a catalog that cannot be read is a refusal, and the next call tries again', async () => {
  let broken = true;
  const catalogs = createCatalogs({
    memory: 1e9,
    run: async (_, name, parameters) => {
      if (broken) throw new Error('no connection to 10.0.0.7');
      return (await client.query({ text: fixedStatements[name].text, values: [...parameters], rowMode: 'array' })).rows;
    },
  });
  const refusal = await catalogs.current(id('a'), call).catch((error: unknown) => error);
  expect(refusal).toMatchObject({ code: 'CATALOG_UNAVAILABLE', safeToRetry: true });
  expect(String(refusal)).not.toContain('10.0.0.7');
  broken = false;
  expect((await catalogs.current(id('a'), call)).relation(undefined, 't')).toBeDefined();
});

test.for(['BACKEND_UNAVAILABLE', 'LIMIT_EXCEEDED'] as const)(
  'where the reason is %s, the caller is told that and when to come again',
  async (code) => {
    const run = () => Promise.reject(new Failure(code, 'so it is', { hint: 'Try again in 4 s.' }));
    const refused = createCatalogs({ memory: 1e9, run }).current(id('a'), call);
    await expect(refused).rejects.toMatchObject({
      code,
      message: 'so it is',
      hint: 'Try again in 4 s.',
      safeToRetry: true,
    });
  },
);

test('a page of another shape than expected is a refusal', async () => {
  const catalogs = createCatalogs({ memory: 1e9, run: async () => [['180004', 7, null]] });
  await expect(catalogs.current(id('a'), call)).rejects.toMatchObject({ code: 'CATALOG_UNAVAILABLE' });
});
