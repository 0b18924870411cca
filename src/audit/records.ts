/** The records of format version 1, as a closed schema: what is not named here is in no record. */

import { z } from 'zod';
import { count, hex64, timestamp, ulid } from './records/fields.ts';
import { genesis, retired, segment } from './records/file.ts';
import { intent } from './records/intent.ts';
import { access, config, degraded, resumed } from './records/keeping.ts';
import { outcome, precommit, recover } from './records/outcome.ts';
import { anchor, epoch, seal } from './records/signature.ts';

const envelope = {
  prev: hex64,
  seq: count,
  v: z.literal(1),
  ts: timestamp,
  w: ulid,
  up: count,
  clk: z.literal('back').optional(),
};

export const recordBody = z.discriminatedUnion('type', [
  genesis,
  intent,
  precommit,
  outcome,
  seal,
  epoch,
  segment,
  anchor,
  recover,
  degraded,
  resumed,
  config,
  retired,
  access,
]);
/** What a record says, without its place in the log. */
export type RecordBody = z.infer<typeof recordBody>;

/** One whole line. */
export const recordSchema = z.discriminatedUnion('type', [
  genesis.extend(envelope),
  intent.extend(envelope),
  precommit.extend(envelope),
  outcome.extend(envelope),
  seal.extend(envelope),
  epoch.extend(envelope),
  segment.extend(envelope),
  anchor.extend(envelope),
  recover.extend(envelope),
  degraded.extend(envelope),
  resumed.extend(envelope),
  config.extend(envelope),
  retired.extend(envelope),
  access.extend(envelope),
]);
export type LogRecord = z.infer<typeof recordSchema>;

/** Whether the record is the terminal intent of a refused call. */
export function isDenial(record: LogRecord): boolean {
  return record.type === 'intent' && record.final === true;
}
