/** What happens to the log and its broker: `config` changes, a disk `degraded` and `resumed`, and `access` of readers. */

import { z } from 'zod';
import { count, hex64, name, text, timestamp } from './fields.ts';

export const config = z.strictObject({
  type: z.literal('config'),
  /** `policy`, `model`, `config` … and which. */
  what: text(64),
  name: text(512),
  old_sha256: hex64.optional(),
  new_sha256: hex64.optional(),
  by: name,
  /** Why it was refused, where it was. */
  refused: text(512).optional(),
});
export type ConfigBody = z.infer<typeof config>;

export const degraded = z.strictObject({ type: z.literal('degraded'), why: text(64), refused: count });
export const resumed = z.strictObject({
  type: z.literal('resumed'),
  refused_total: count,
  from: timestamp,
  to: timestamp,
});

export const access = z.strictObject({
  type: z.literal('access'),
  who: name,
  verb: text(64),
  filter_hmac: text(128).optional(),
  matched: count.optional(),
});
