/** What reading a catalog costs over the Data API, and that what is read there is what is read over the wire. */

import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Emulator, startEmulator } from '../../../src/emulator/emulator.ts';
import type { Database } from '../../../src/model/database.ts';
import { aDatabase, directConnection } from '../../support/authorized.ts';
import { aRequest, type Corridor, openCorridor } from '../../support/corridor.ts';
import { type TestDatabase, testDatabase } from '../../support/postgres.ts';
import { emulatedDatabase, emulatorEnvironment } from '../../support/rds-emulator/emulated.ts';

for (const [name, value] of Object.entries(emulatorEnvironment)) vi.stubEnv(name, value);

let server: TestDatabase;
let emulator: Emulator;
let service: Database;
let corridor: Corridor;

beforeAll(async () => {
  server = await testDatabase({ seed: 'CREATE TABLE orders (id int PRIMARY KEY, note text)' });
  emulator = await startEmulator();
  service = aDatabase(emulatedDatabase(emulator, 'service', server), { id: 'service' });
  const altered = aDatabase(emulatedDatabase(emulator, 'altered', server), { id: 'altered' });
  corridor = await openCorridor({
    databases: [service, { ...service, id: 'second' }, altered, aDatabase(directConnection(server), { id: 'wire' })],
    policy: ['p, analyst, *, public.*, select, allow'],
  });
});
afterAll(async () => {
  await corridor.close();
  await emulator.close();
  await server.drop();
});

/** Requests that reading one database's catalog takes, the rollbacks nobody waits for included. */
async function requestsOf(databaseId: string): Promise<number> {
  emulator.forgetCalls();
  const database = corridor.parts.databases.resolve(databaseId, aRequest('').call.principal);
  await corridor.parts.catalogs.current(database, aRequest('').call);
  await vi.waitFor(() => expect(emulator.transactions.count).toBe(0), { interval: 5 });
  return emulator.calls.length;
}

test('a cold catalog costs eight requests, and no more where the server is known', async () => {
  expect(await requestsOf('service')).toBe(8);
  expect(await requestsOf('second')).toBe(8);
});

test('it is the catalog that is read over the wire', async () => {
  const { catalogs, databases } = corridor.parts;
  const { call } = aRequest('');
  const [ours, theirs] = await Promise.all(
    ['service', 'wire'].map((id) => catalogs.current(databases.resolve(id, call.principal), call)),
  );
  expect(ours?.version).toBe(theirs?.version);
});

test('where a superuser changed what the server brings, everything is read, for eight requests more', async () => {
  const admin = await server.client({ ...server.superuser, database: server.database });
  await admin.query('ALTER FUNCTION pg_catalog.lower(text) SECURITY DEFINER');
  expect(await requestsOf('altered')).toBe(16); // the stamp is new, the digests differ, the functions do not fit
  const database = corridor.parts.databases.resolve('altered', aRequest('').call.principal);
  const catalog = await corridor.parts.catalogs.current(database, aRequest('').call);
  const definers = catalog.procedures('pg_catalog', 'lower').filter(({ securityDefiner }) => securityDefiner);
  expect(definers.map(({ args }) => args)).toEqual([[25]]);
});
