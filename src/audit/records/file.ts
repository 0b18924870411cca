/** The life of a log's files: `genesis` opens the first, `segment` each later one, `retired` announces that one goes. */

import { z } from 'zod';
import { callId, count, hex64, name, text, timestamp, ulid } from './fields.ts';

export const genesis = z.strictObject({
  type: z.literal('genesis'),
  origin: text(512),
  log_id: ulid,
  vkeys: z.array(text(512)),
  prior: text(512).optional(),
});

const openCall = z.strictObject({
  call: callId,
  iseq: count,
  /** Number of its transaction, where a COMMIT may have been sent. */
  xid: text(32).optional(),
});
export type OpenCallSection = z.infer<typeof openCall>;

export const segment = z.strictObject({
  type: z.literal('segment'),
  origin: text(512),
  first: count,
  frontier: z.array(hex64),
  why: z.enum(['rotation', 'flush_failed']),
  /** Signing keys certified so far. */
  epochs: count,
  /** Calls whose outcome is still to come. */
  open: z.array(openCall),
});

export const retired = z.strictObject({
  type: z.literal('retired'),
  file: text(64),
  first: count,
  last: count,
  /** Time of its last record. */
  until: timestamp,
  /** Of its lines, unpacked. */
  sha256: hex64,
  /** Merkle root over all lines up to and with `last`: what the frontier of the next file adds up to. */
  root: hex64,
  /** `seq` of the announcement of the file before it. */
  before: count.optional(),
  /** Days the file stayed in the directory. */
  keep_days: count,
  /** The key that said so: `keep_days`, or `hot_days` where a copy was shipped and is kept on. */
  reason: text(256),
  by: name,
});
export type RetiredBody = z.infer<typeof retired>;
