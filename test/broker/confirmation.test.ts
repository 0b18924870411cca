/** `confirm: writes` in the corridor: asked last, recorded always, and nothing runs without it. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { ConfirmationRequired } from '../../src/broker/require-confirmation.ts';
import type { Confirmation } from '../../src/model/request.ts';
import { aDatabase, directConnection } from '../support/authorized.ts';
import { type Corridor, openCorridor } from '../support/corridor.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';

let database: TestDatabase;
let open: Corridor;

beforeAll(async () => {
  database = await testDatabase({ seed: 'CREATE TABLE orders (id int PRIMARY KEY); CREATE TABLE other (id int)' });
  open = await openCorridor({
    databases: [aDatabase(directConnection(database), { id: 'main', readonly: false, confirm: 'writes' })],
    policy: ['p, analyst, *, public.orders, select, allow', 'p, analyst, *, public.orders, insert, allow'],
  });
});
afterAll(async () => {
  await open?.close();
  await database?.drop();
});

const insert = 'INSERT INTO orders VALUES (1)';
const write = (sql: string, confirmation?: Confirmation) =>
  open.run(sql, { intent: 'write', ...(confirmation === undefined ? {} : { confirmation }) });
const rows = async () => (await open.run('SELECT id FROM orders')).rows;

async function fingerprintOf(sql: string): Promise<string> {
  const thrown: unknown = await write(sql).catch((error: unknown) => error);
  if (!(thrown instanceof ConfirmationRequired)) throw new Error(`not asked: ${String(thrown)}`);
  return thrown.fingerprint;
}

test('a write is refused until a person confirmed this very write; each walk is on record', async () => {
  const fingerprint = await fingerprintOf(insert);
  await expect(write(insert, { fingerprint, answer: 'declined' })).rejects.toMatchObject({
    code: 'CONFIRMATION_DECLINED',
  });
  await expect(write('INSERT INTO orders VALUES (2)', { fingerprint, answer: 'accepted' })).rejects.toMatchObject({
    code: 'CONFIRMATION_REQUIRED',
  });
  expect(await rows()).toEqual([]);
  await write(insert, { fingerprint, answer: 'accepted' });
  expect(await rows()).toEqual([[1]]);
  const decisions = (await open.records('main')).flatMap((record) =>
    record['type'] === 'intent' ? [record['decision']] : [],
  );
  expect(decisions).toMatchObject([
    { eff: 'deny', code: 'CONFIRMATION_REQUIRED' },
    { eff: 'deny', code: 'CONFIRMATION_DECLINED' },
    { eff: 'deny', code: 'CONFIRMATION_REQUIRED' },
    { eff: 'allow' },
    { eff: 'allow', confirmed: true },
    { eff: 'allow' },
  ]);
  expect(decisions.map((decision) => JSON.stringify(decision).includes('confirmed'))).toEqual([
    false,
    false,
    false,
    false,
    true,
    false,
  ]);
});

test('nobody is asked about what the policy refuses, nor about a read', async () => {
  await expect(write('INSERT INTO other VALUES (1)')).rejects.not.toBeInstanceOf(ConfirmationRequired);
  await expect(open.run('SELECT id FROM orders')).resolves.toBeDefined();
});

test('a SELECT sent as a write is a write: it may call what writes', async () => {
  await expect(write('SELECT id FROM orders')).rejects.toBeInstanceOf(ConfirmationRequired);
});
