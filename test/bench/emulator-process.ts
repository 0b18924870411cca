/** The emulator in a process of its own, so that its work is not counted as the broker's. Speaks with its parent. */

import { startEmulator } from '../../src/emulator/emulator.ts';
import type { FaultAction } from '../../src/emulator/faults.ts';
import { emulatedDatabase } from '../support/rds-emulator/emulated.ts';

/** A sickness of one database, or none; `silence` is answered never. */
export type Sickness = 'none' | 'silence' | FaultAction;

export interface BenchOrder {
  /** Makes this many databases in front of a server. */
  readonly server?: Parameters<typeof emulatedDatabase>[2];
  readonly databases?: number;
  /** What befalls the first of them from now on. */
  readonly sick?: Sickness;
}

const emulator = await startEmulator();
const never = new Promise(() => undefined);

process.on('message', ({ server, databases = 1, sick }: BenchOrder) => {
  if (server !== undefined) {
    const names = Array.from({ length: databases }, (_, index) => `bench${index}`);
    process.send?.({ connections: names.map((name) => emulatedDatabase(emulator, name, server)) });
    return;
  }
  if (sick !== undefined) {
    emulator.faults.clear();
    const action = sick === 'silence' ? { kind: 'hold' as const, until: never } : sick;
    const resourceArn = [...emulator.clusters.keys()][0] ?? '';
    if (action !== 'none') emulator.faults.inject({ resourceArn, action });
  }
  process.send?.({ calls: emulator.calls.length });
});
