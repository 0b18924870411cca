/** What makes a log provable: `epoch` brings a key into force, `seal` signs all lines before it, `anchor` holds the heads of other logs. */

import { z } from 'zod';
import { count, hex64, text, timestamp } from './fields.ts';

export const seal = z.strictObject({
  type: z.literal('seal'),
  size: count,
  note: text(4096),
  /** The newest head of the anchor log. */
  anchor: z.strictObject({ size: count, root: hex64 }).optional(),
});

export const epoch = z.strictObject({
  type: z.literal('epoch'),
  n: count,
  vkey: text(512),
  not_before: timestamp,
  identity: text(512),
  /** Signed note of the identity key over the certificate text, and of the epoch before. */
  cert: text(4096),
});

export const anchor = z.strictObject({
  type: z.literal('anchor'),
  heads: z.array(z.strictObject({ origin: text(512), size: count, root: hex64 })),
  heartbeat: z.literal(true).optional(),
});
