import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Backends, createBackends } from '../../../src/backends/backends.ts';
import type { MaskKind } from '../../../src/policy/permit.ts';
import type { OutputColumn } from '../../../src/sql/access.ts';
import { aDatabase, authorizedQuery, directConnection, readTestSecret } from '../../support/authorized.ts';
import { type TestDatabase, testDatabase } from '../../support/postgres.ts';
import { read } from '../../support/read.ts';

let server: TestDatabase;
let backends: Backends;
let oid = 0;
const maskKey = Buffer.alloc(32, 7);
beforeAll(async () => {
  server = await testDatabase({
    seed: `CREATE TABLE people (id int, phone text); INSERT INTO people VALUES (1, '+49 30 123456'), (2, '1234567'), (3, NULL)`,
  });
  backends = createBackends({ readSecret: readTestSecret, nativeDriverForced: false, maskKey });
  oid = (await (await server.client()).query("SELECT 'people'::regclass::oid::int AS oid")).rows[0].oid;
});
afterAll(async () => {
  await backends.close();
  await server.drop();
});

const phone = (): OutputColumn => ({
  name: 'phone',
  origin: { oid, attnum: 2, schema: 'public', relation: 'people', column: 'phone' },
});

const id = (): OutputColumn => ({
  name: 'id',
  origin: { oid, attnum: 1, schema: 'public', relation: 'people', column: 'id' },
});

function run(sql: string, kind: MaskKind, output: readonly OutputColumn[] | undefined, outputs: readonly number[]) {
  const database = aDatabase(directConnection(server));
  const masks = [{ column: 'public.people.phone', kind, outputs }];
  return read(
    backends.execute(authorizedQuery({ database, sql, masks, access: { output } }), new AbortController().signal),
  );
}

test.each<[MaskKind, readonly unknown[]]>([
  ['full', [null, null, null]],
  ['partial', ['*********3456', '*******', null]],
  ['hash', [expect.stringMatching(/^[0-9a-f]{32}$/), expect.stringMatching(/^[0-9a-f]{32}$/), null]],
])('%s', async (kind, expected) => {
  const result = await run('SELECT id, phone FROM people ORDER BY id', kind, [id(), phone()], [1]);
  expect(result.rows.map((row) => row[1])).toEqual(expected);
  expect(result.rows.map((row) => row[0])).toEqual([1, 2, 3]);
  expect(result.masked).toEqual(['public.people.phone']);
});

test('equal values have equal digests, under one key', async () => {
  const digests = async () => (await run('SELECT phone FROM people WHERE id = 1', 'hash', [phone()], [0])).rows[0]?.[0];
  expect(await digests()).toBe(await digests());
});

test.each<[string, string, () => readonly OutputColumn[] | undefined]>([
  ['the server names no origin', 'SELECT phone FROM people UNION SELECT phone FROM people', () => [phone()]],
  ['the server names another column', 'SELECT id AS phone FROM people', () => [phone()]],
  ['the reading names no origin', 'SELECT phone FROM people', () => [{ name: 'phone' }]],
  ['the reading predicts no columns', 'SELECT phone FROM people', () => undefined],
])('%s: nothing is released', async (_, sql, output) => {
  await expect(run(sql, 'full', output(), [0])).rejects.toMatchObject({
    code: expect.stringMatching(/^(POLICY_DENIED|CATALOG_UNAVAILABLE)$/),
  });
});
