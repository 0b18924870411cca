/** Twenty databases, one of them sick in each known way: what the others feel of it is counted, not timed. */

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Backends, createBackends } from '../../../src/backends/backends.ts';
import { type Emulator, startEmulator } from '../../../src/emulator/emulator.ts';
import type { FaultAction } from '../../../src/emulator/faults.ts';
import type { Database } from '../../../src/model/database.ts';
import { BrokerError } from '../../../src/model/errors.ts';
import { aDatabase, authorizedQuery, readTestSecret } from '../../support/authorized.ts';
import { patience } from '../../support/patience.ts';
import { type TestDatabase, testDatabase } from '../../support/postgres.ts';
import { emulatedDatabase, emulatorEnvironment } from '../../support/rds-emulator/emulated.ts';

for (const [name, value] of Object.entries(emulatorEnvironment)) vi.stubEnv(name, value);

const concurrency = 3;
let server: TestDatabase;
let emulator: Emulator;
let backends: Backends;
let databases: readonly Database[];

beforeAll(async () => {
  server = await testDatabase();
  emulator = await startEmulator({ times: { idle: 2000 } }); // a beginning whose answer is lost leaves a transaction
  databases = Array.from({ length: 20 }, (_, index) =>
    aDatabase(emulatedDatabase(emulator, `d${index}`, server), {
      id: `d${index}`,
      limits: { maxConcurrency: concurrency, connectTimeout: 30_000, queueTimeout: 30_000 },
    }),
  );
});

beforeEach(async () => {
  emulator.faults.clear();
  await vi.waitFor(() => expect(emulator.transactions.count).toBe(0), 10_000);
  emulator.forgetCalls();
  // What one way of being sick has taught the breaker is no business of the next.
  backends = createBackends({ readSecret: readTestSecret, nativeDriverForced: false });
});

afterEach(() => backends.close());

afterAll(async () => {
  await emulator.close();
  await server.drop();
});

const sickArn = () => resourceArn(databases[0]);
const resourceArn = (database: Database | undefined) =>
  database?.connection.type === 'rds_data_api' ? database.connection.resourceArn : '';

const never = new Promise(() => undefined);

let texts = 0;
/** A statement that no other call sends, so that each execution can be told apart. */
const call = (database: Database, caller = new AbortController().signal) =>
  backends.execute(authorizedQuery({ database, sql: `SELECT ${++texts} AS number, 'call' AS kind` }), caller).then(
    () => 'ok',
    (error: unknown) => (error instanceof BrokerError ? error.code : String(error)),
  );

const healthyCalls = () => Promise.all(databases.slice(1).flatMap((database) => [call(database), call(database)]));
const sickCalls = (signal?: AbortSignal) =>
  databases.slice(0, 1).flatMap((database) => Array.from({ length: 4 }, () => call(database, signal)));
const requestsOf = (arn: string) => emulator.calls.filter((logged) => logged.resourceArn === arn);
const statements = () =>
  emulator.calls
    .filter((logged) => logged.status === 200 && logged.sql?.includes("'call' AS kind"))
    .map((logged) => logged.sql);

/** The cause, not the clock: nobody waits, each call is four requests, each request is a first attempt. */
async function expectUntouched(): Promise<void> {
  for (const database of databases.slice(1)) {
    expect(backends.stats().get(database.id)).toMatchObject({ active: 0, waiting: 0 });
    await vi.waitFor(
      () => expect(requestsOf(resourceArn(database)).map((logged) => logged.status)).toEqual(Array(8).fill(200)),
      patience,
    );
  }
  expect(new Set(emulator.calls.map((logged) => logged.attempt))).toEqual(new Set(['attempt=1; max=1']));
}

const expectNothingTwice = () => expect(new Set(statements()).size).toBe(statements().length);

test('a service that never answers holds its own places and no others', async () => {
  emulator.faults.inject({ resourceArn: sickArn(), action: { kind: 'hold', until: never } });
  const caller = new AbortController();
  const sick = Promise.all(sickCalls(caller.signal));
  await vi.waitFor(
    () => expect(backends.stats().get('d0')).toMatchObject({ active: concurrency, waiting: 1 }),
    patience,
  );
  // Everyone else is served to the end while the sick one's requests are all still open.
  expect(new Set(await healthyCalls())).toEqual(new Set(['ok']));
  await expectUntouched();
  caller.abort();
  expect(new Set(await sick)).toEqual(new Set(['BACKEND_CANCELLED']));
  expect(backends.stats().get('d0')).toMatchObject({ active: 0, waiting: 0 });
});

test('a beginning that hangs costs its own limit and no more', async () => {
  emulator.faults.inject({
    resourceArn: sickArn(),
    operation: 'BeginTransaction',
    action: { kind: 'hold', until: never },
  });
  const impatient = databases
    .slice(0, 1)
    .map((database) => ({ ...database, limits: { ...database.limits, connectTimeout: 300 } }));
  const [sick, healthy] = await Promise.all([Promise.all(impatient.map((database) => call(database))), healthyCalls()]);
  expect(new Set(healthy)).toEqual(new Set(['ok']));
  expect(sick).toEqual(['BACKEND_UNAVAILABLE']);
  expect(requestsOf(sickArn())).toEqual([]);
  await expectUntouched();
});

const failing: readonly (readonly [string, FaultAction])[] = [
  ['internal errors', { kind: 'error', code: 'InternalServerErrorException' }],
  ['an unavailable service', { kind: 'error', code: 'ServiceUnavailableError' }],
  ['a writer that is away', { kind: 'error', code: 'DatabaseUnavailableException' }],
  ['a bare 500', { kind: 'error', code: 'InternalFailure' }],
  ['a proxy’s page', { kind: 'html', status: 502 }],
  ['connections that break', { kind: 'reset', when: 'before' }],
  ['empty answers', { kind: 'empty' }],
  ['an endpoint that was switched off', { kind: 'error', code: 'HttpEndpointNotEnabledException' }],
  ['a refused identity', { kind: 'error', code: 'AccessDeniedException' }],
];

describe.each(failing)('%s', (_, action) => {
  test('cost one request for each call, and the others nothing', async () => {
    emulator.faults.inject({ resourceArn: sickArn(), action });
    const [sick, healthy] = await Promise.all([Promise.all(sickCalls()), healthyCalls()]);
    expect(new Set(healthy)).toEqual(new Set(['ok']));
    expect(new Set(sick)).toEqual(new Set(['BACKEND_UNAVAILABLE']));
    expect(requestsOf(sickArn())).toHaveLength(4);
    await expectUntouched();
    expectNothingTwice();
  });
});

test('a throttled database spends its own patience and its own budget', async () => {
  emulator.faults.inject({ resourceArn: sickArn(), action: { kind: 'error', code: 'ThrottlingException' } });
  const caller = new AbortController();
  const sick = Promise.all(sickCalls(caller.signal));
  expect(new Set(await healthyCalls())).toEqual(new Set(['ok']));
  await expectUntouched();
  // A hundred tokens at five each, shared by the calls of this database alone: then the rest is told at once.
  expect(await sick).toEqual(Array(4).fill('BACKEND_UNAVAILABLE'));
  expect(requestsOf(sickArn()).length).toBeLessThanOrEqual(20 + 4);
  expectNothingTwice();
});

test('a waking database is waited for by its own callers only, and every call runs once', async () => {
  const cluster = emulator.clusters.get(sickArn());
  if (cluster !== undefined) cluster.resuming = 6;
  const [sick, healthy] = await Promise.all([Promise.all(sickCalls()), healthyCalls()]);
  expect(new Set([...sick, ...healthy])).toEqual(new Set(['ok']));
  await expectUntouched();
  expectNothingTwice();
  expect(statements()).toHaveLength(42);
});

test('an answer lost after a read ran is not asked for again', async () => {
  emulator.faults.inject({
    resourceArn: sickArn(),
    operation: 'ExecuteStatement',
    action: { kind: 'reset', when: 'after' },
  });
  const [sick, healthy] = await Promise.all([Promise.all(sickCalls()), healthyCalls()]);
  expect(new Set(healthy)).toEqual(new Set(['ok']));
  expect(new Set(sick)).toEqual(new Set(['BACKEND_UNAVAILABLE']));
  expect(requestsOf(sickArn()).filter((logged) => logged.operation === 'ExecuteStatement')).toHaveLength(4);
  await expectUntouched();
});
