/** Twenty databases through the whole corridor, one of them sick in turn: what is on record afterwards, call by call. */

import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Emulator, startEmulator } from '../../../src/emulator/emulator.ts';
import type { FaultAction } from '../../../src/emulator/faults.ts';
import type { Database } from '../../../src/model/database.ts';
import { asBrokerError } from '../../../src/model/errors.ts';
import { aDatabase } from '../../support/authorized.ts';
import { type Corridor, openCorridor } from '../../support/corridor.ts';
import { type TestDatabase, testDatabase } from '../../support/postgres.ts';
import { emulatedDatabase, emulatorEnvironment } from '../../support/rds-emulator/emulated.ts';

for (const [name, value] of Object.entries(emulatorEnvironment)) vi.stubEnv(name, value);

const count = 20;
let server: TestDatabase;
let emulator: Emulator;
let corridor: Corridor;
let databases: readonly Database[];

beforeAll(async () => {
  server = await testDatabase({ seed: 'CREATE TABLE items (id int)' });
  emulator = await startEmulator({ times: { idle: 2000 } });
  databases = Array.from({ length: count }, (_, index) =>
    aDatabase(emulatedDatabase(emulator, `d${index}`, server), {
      id: `d${index}`,
      limits: { connectTimeout: 30_000, queueTimeout: 30_000 },
    }),
  );
  const [one] = databases;
  corridor = await openCorridor({
    databases,
    policy: ['p, analyst, *, public.items, select, allow'],
    // behind all of them is one database, so one reading of its catalog is true of all
    replace: ({ catalogs }) => ({
      catalogs: { ...catalogs, current: (database, call) => catalogs.current(one ?? database, call) },
    }),
  });
  await corridor.run('SELECT id FROM items', { databaseId: 'd0' });
});

afterAll(async () => {
  await corridor.close();
  await emulator.close();
  await server.drop();
});

const sickArn = 'arn:aws:rds:us-west-2:123456789012:cluster:d0';
const faults: readonly { readonly action: FaultAction; readonly times?: number; readonly operation?: string }[] = [
  { action: { kind: 'error', code: 'DatabaseResumingException' }, times: 1 },
  { action: { kind: 'error', code: 'ThrottlingException' }, times: 2 },
  { action: { kind: 'reset', when: 'after' }, operation: 'ExecuteStatement' },
  { action: { kind: 'error', code: 'InternalServerErrorException' } },
];

let texts = 0;
const answers = new Map<string, string[]>();
/** One call with a text of its own; how it ended is kept by its database. */
async function call(id: string): Promise<void> {
  const ended = await corridor.run(`SELECT id, ${++texts} AS call_number FROM items`, { databaseId: id }).then(
    () => 'ok',
    (error: unknown) => asBrokerError(error).code,
  );
  answers.set(id, [...(answers.get(id) ?? []), ended]);
}

test('whatever befalls one, every call of all has one intent and one outcome, and no text ran twice', async () => {
  emulator.forgetCalls();
  for (const fault of faults) {
    const withdraw = emulator.faults.inject({ resourceArn: sickArn, ...fault });
    await Promise.all([
      ...Array.from({ length: 3 }, () => call('d0')),
      ...databases.slice(1).map(({ id }) => call(id)),
    ]);
    withdraw();
  }

  const healthy = [...answers].filter(([id]) => id !== 'd0').flatMap(([, codes]) => codes);
  expect(healthy).toEqual(Array((count - 1) * faults.length).fill('ok'));
  // patience brings the first two through; what may have run, or cannot be reached, is told at once
  expect(answers.get('d0')).toEqual([...Array(6).fill('ok'), ...Array(6).fill('BACKEND_UNAVAILABLE')]);

  for (const { id } of databases) {
    const kinds = new Map<unknown, string[]>();
    for (const { call: one, type } of await corridor.records(id))
      if (type === 'intent' || type === 'outcome') kinds.set(one, [...(kinds.get(one) ?? []), type]);
    expect([...kinds.values()], id).toEqual(
      Array((id === 'd0' ? 1 : 0) + (answers.get(id)?.length ?? 0)).fill(['intent', 'outcome']),
    );
  }

  const ran = emulator.calls.flatMap(({ sql, status }) =>
    status === 200 || status === 0 ? (/(\d+) AS call_number/.exec(sql ?? '')?.slice(1) ?? []) : [],
  );
  expect(ran.length).toBeGreaterThan(0);
  expect(new Set(ran).size).toBe(ran.length);
});
