/** How calls end: `outcome`; before it `precommit` of a write; `recover` for those whose outcome was lost. */

import { z } from 'zod';
import { callId, count, hex64, name, text } from './fields.ts';

export const statuses = ['ok', 'error', 'timeout', 'cancelled', 'withheld', 'unknown', 'not_executed'] as const;
export type Status = (typeof statuses)[number];

const errorSection = z.strictObject({
  code: text(64),
  sqlstate: text(5).optional(),
  class: text(2).optional(),
});

export const outcome = z.strictObject({
  type: z.literal('outcome'),
  call: callId,
  iseq: count,
  st: z.enum(statuses),
  why: text(64).optional(),
  /** `seq` of the outcome of the same call that this one corrects. */
  amends: count.optional(),
  err: errorSection.optional(),
  rows: count.optional(),
  affected: count.optional(),
  bytes: count.optional(),
  cut: z.enum(['none', 'rows', 'bytes', 'time']).optional(),
  masked: z.strictObject({ cols: z.array(text(1024)), n: count }).optional(),
  /** SHA-256 of the text sent, where an adapter had to rewrite it. */
  env: hex64.optional(),
  be: z.strictObject({ pid: count.optional(), xid: text(32).optional(), ver: name.optional() }).optional(),
  dur: z
    .strictObject({
      queue: count.optional(),
      connect: count.optional(),
      exec: count.optional(),
      audit: count,
      total: count,
    })
    .optional(),
});
export type OutcomeBody = z.infer<typeof outcome>;

export const precommit = z.strictObject({
  type: z.literal('precommit'),
  call: callId,
  iseq: count,
  xid: text(32),
  affected: count.optional(),
});
export type PrecommitBody = z.infer<typeof precommit>;

const orphan = z.strictObject({ call: callId, iseq: count, st: z.enum(statuses), why: text(64) });
export type Orphan = z.infer<typeof orphan>;

export const recover = z.strictObject({
  type: z.literal('recover'),
  why: z.enum(['crash', 'flush_failed', 'write_failed']),
  torn_bytes: count,
  torn_sha256: hex64.optional(),
  orphans: z.array(orphan),
});
export type RecoverBody = z.infer<typeof recover>;
