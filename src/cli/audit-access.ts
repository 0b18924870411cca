/** Puts the reading of the log on record, and says so where that cannot be. */

import { type Reading, recordReading } from '../audit/access-record.ts';
import type { CommandDeps } from './deps.ts';

/** Called by every verb that shows what the log says; `verify`, `heads` and `receipt` show nothing of it. */
export async function noteReading(directory: string, deps: CommandDeps, reading: Reading): Promise<void> {
  if (await recordReading(directory, reading)) return;
  deps.terminal.err('This reading is not on record: the log directory cannot be written to by this user.');
}
