/** The suite of every adapter, over the Data API's emulator in front of the run's PostgreSQL. */

import { vi } from 'vitest';
import { testDatabase } from '../../support/postgres.ts';
import { emulatedDatabase, emulatorEnvironment } from '../../support/rds-emulator/emulated.ts';
import { startEmulator } from '../../support/rds-emulator/emulator.ts';
import { conforms, seed } from '../conformance.ts';

for (const [name, value] of Object.entries(emulatorEnvironment)) vi.stubEnv(name, value);

conforms('the RDS Data API', async () => {
  const server = await testDatabase({ seed });
  const emulator = await startEmulator();
  const release = async () => {
    await emulator.close();
    await server.drop();
  };
  return { connection: emulatedDatabase(emulator, 'conformance', server), release };
});
