/** The emulator in a process of its own, so that its work is not counted as the broker's. Speaks with its parent. */

import { startEmulator } from '../../src/emulator/emulator.ts';
import { emulatedDatabase } from '../support/rds-emulator/emulated.ts';

const emulator = await startEmulator();

process.on('message', (message: { readonly server?: Parameters<typeof emulatedDatabase>[2] }) => {
  if (message.server !== undefined) process.send?.({ connection: emulatedDatabase(emulator, 'bench', message.server) });
  else process.send?.({ calls: emulator.calls.length });
});
