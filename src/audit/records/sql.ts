/** The `sql` section of an intent: what is stored of a statement's text. */

import { z } from 'zod';
import { count, name, text } from './fields.ts';

export const sqlModes = ['redacted', 'hmac', 'fingerprint', 'full'] as const;
export type SqlMode = (typeof sqlModes)[number];

export const sql = z.strictObject({
  mode: z.enum(sqlModes),
  text: text(64 * 1024 * 4).optional(),
  /** Generated from the references: `SELECT public.invoices`. */
  summary: text(1024).optional(),
  /** Bytes of the whole raw text. */
  len: count,
  lits: count.optional(),
  params: count,
  ptypes: z.array(name).optional(),
  fp: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .optional(),
  fpv: text(16).optional(),
  /** `hmac:<key version>:<hex>` over the whole raw text. */
  hmac: z.string().regex(/^hmac:\d+:[0-9a-f]{64}$/),
  /** 1-based character position PostgreSQL's grammar complained of. */
  errpos: count.optional(),
  truncated: z.boolean(),
});
export type SqlSection = z.infer<typeof sql>;
