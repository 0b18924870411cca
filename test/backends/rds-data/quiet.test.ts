/** What happens when nobody calls (nothing), and while the service's secret changes under a load. */

import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { type Backends, createBackends } from '../../../src/backends/backends.ts';
import { type Emulator, startEmulator } from '../../../src/emulator/emulator.ts';
import type { RdsDataApiConnection } from '../../../src/model/database.ts';
import { BrokerError } from '../../../src/model/errors.ts';
import { aDatabase, authorizedQuery, readTestSecret } from '../../support/authorized.ts';
import { type TestDatabase, testDatabase } from '../../support/postgres.ts';
import { emulatedDatabase, emulatorEnvironment } from '../../support/rds-emulator/emulated.ts';

for (const [name, value] of Object.entries(emulatorEnvironment)) vi.stubEnv(name, value);

let server: TestDatabase;
let emulator: Emulator;
let connection: RdsDataApiConnection;
let backends: Backends;

beforeAll(async () => {
  server = await testDatabase();
  emulator = await startEmulator();
  connection = emulatedDatabase(emulator, 'quiet', server);
});

afterEach(() => vi.useRealTimers());

afterAll(async () => {
  await backends.close();
  await emulator.close();
  await server.drop();
});

const run = () =>
  backends.execute(
    authorizedQuery({ database: aDatabase(connection), sql: 'SELECT 1 AS one' }),
    new AbortController().signal,
  );

test('ten minutes without a caller are ten minutes without a request', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
  backends = createBackends({ readSecret: readTestSecret, nativeDriverForced: false });
  await run();
  while (emulator.transactions.count > 0) await new Promise(setImmediate); // the rollback, under a clock that stands still
  emulator.forgetCalls();
  await vi.advanceTimersByTimeAsync(10 * 60_000);
  for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate);
  expect(emulator.calls).toEqual([]);
});

test('two dozen calls at once make Node.js warn of nothing', async () => {
  const warnings: Error[] = [];
  const note = (warning: Error) => void warnings.push(warning);
  process.on('warning', note);
  const database = aDatabase(connection, { id: 'crowd', limits: { maxConcurrency: 24, connectTimeout: 20_000 } });
  const crowd = Array.from({ length: 24 }, () =>
    backends.execute(authorizedQuery({ database, sql: 'SELECT 1 AS one' }), new AbortController().signal),
  );
  await Promise.all(crowd);
  process.off('warning', note);
  expect(warnings.filter(({ name }) => name === 'MaxListenersExceededWarning')).toEqual([]);
});

test('a secret rotated under a load costs no call that the database itself did not refuse', async () => {
  const outcomes: string[] = [];
  const database = aDatabase(connection, { id: 'load', limits: { maxConcurrency: 4 } });
  const call = () =>
    backends.execute(authorizedQuery({ database, sql: 'SELECT 1 AS one' }), new AbortController().signal).then(
      () => 'ok',
      (error: unknown) => (error instanceof BrokerError ? `${error.code} ${error.sqlstate}` : String(error)),
    );
  const load = Array.from({ length: 4 }, async () => {
    for (let round = 0; round < 15; round++) outcomes.push(await call());
  });
  await vi.waitFor(() => expect(outcomes.length).toBeGreaterThan(10), { timeout: 20_000, interval: 5 });
  const admin = await server.client({ ...server.superuser, database: server.database });
  await admin.query(`ALTER ROLE ${server.user} PASSWORD 'rotated'`);
  emulator.secrets.put(connection.secretArn, JSON.stringify({ username: server.user, password: 'rotated' }));
  await admin.end();
  await Promise.all(load);
  expect(outcomes).toHaveLength(60);
  expect(outcomes.filter((outcome) => outcome !== 'ok' && outcome !== 'BACKEND_UNAVAILABLE 28P01')).toEqual([]);
  const refusedByServer = emulator.calls.filter(
    (logged) => logged.operation === 'BeginTransaction' && logged.status !== 200,
  );
  expect(outcomes.filter((outcome) => outcome !== 'ok').length).toBeLessThanOrEqual(refusedByServer.length);
  expect(outcomes.slice(-20)).toEqual(Array.from({ length: 20 }, () => 'ok'));
});
