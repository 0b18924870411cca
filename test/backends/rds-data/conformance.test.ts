/**
 * The suite of every adapter over the Data API: its emulator in front of the run's PostgreSQL, and, where the variables
 * PGWARDEN_LIVE_RESOURCE_ARN, PGWARDEN_LIVE_SECRET_ARN and PGWARDEN_LIVE_DATABASE name one, a live cluster with an
 * empty database (docs/aws.md).
 */

import { loadModule, parseSync } from 'libpg-query';
import { vi } from 'vitest';
import { createDataApi } from '../../../src/backends/rds-data/data-api.ts';
import { startEmulator } from '../../../src/emulator/emulator.ts';
import type { RdsDataApiConnection } from '../../../src/model/database.ts';
import { testDatabase } from '../../support/postgres.ts';
import { emulatedDatabase, emulatorEnvironment } from '../../support/rds-emulator/emulated.ts';
import { conforms, seed } from '../conformance.ts';

/** Runs a script over the service itself, one statement a call. */
async function run(connection: RdsDataApiConnection, script: string): Promise<void> {
  await loadModule();
  const bytes = Buffer.from(script);
  const api = await createDataApi(connection, 1);
  for (const { stmt_location: from = 0, stmt_len: length = bytes.length } of parseSync(script).stmts ?? [])
    await api.execute(undefined, bytes.toString('utf8', from, from + length).trim(), [], new AbortController().signal);
  api.destroy();
}

const {
  PGWARDEN_LIVE_RESOURCE_ARN: resourceArn,
  PGWARDEN_LIVE_SECRET_ARN: secretArn,
  PGWARDEN_LIVE_DATABASE: database,
} = process.env;

if (resourceArn !== undefined && secretArn !== undefined && database !== undefined)
  conforms('a live cluster over the RDS Data API', async () => {
    const connection: RdsDataApiConnection = { type: 'rds_data_api', resourceArn, secretArn, database, aws: {} };
    await run(connection, 'DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public;');
    await run(connection, seed);
    return { connection, release: async () => undefined };
  });
else {
  for (const [name, value] of Object.entries(emulatorEnvironment)) vi.stubEnv(name, value);

  conforms('the emulated RDS Data API', async () => {
    const server = await testDatabase();
    const emulator = await startEmulator();
    const connection = emulatedDatabase(emulator, 'conformance', server);
    await run(connection, seed);
    const release = async () => {
      await emulator.close();
      await server.drop();
    };
    return { connection, release };
  });
}
