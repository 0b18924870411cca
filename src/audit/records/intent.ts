/** `intent`: who asked for what of which database, and how it was decided; the last word on a refused call. */

import { z } from 'zod';
import { callId, count, name, text } from './fields.ts';
import { sql } from './sql.ts';

const principal = z.strictObject({
  id: name,
  kind: z.enum(['human', 'service', 'agent', 'system']),
  iss: name.optional(),
  auth: z.enum(['none', 'stdio', 'api_key', 'oauth', 'mtls', 'system']),
  /** Which API key: the first 12 hex digits of its SHA-256. */
  key: text(64).optional(),
  roles: z.array(name),
  /** The human on whose verified behalf it calls. */
  obo: name.optional(),
});

const decision = z.strictObject({
  eff: z.enum(['allow', 'deny']),
  /** Why a call was refused: a code of the error table. */
  code: text(64).optional(),
  /** Which check of an identity failed. */
  why: text(64).optional(),
  /** A person confirmed the call, as the client tells. */
  confirmed: z.literal(true).optional(),
  rules: z.array(text(2048)).optional(),
  policy: text(64).optional(),
  model: text(64).optional(),
  gen: count.optional(),
  limits: z.strictObject({ rows: count, bytes: count, ms: count }).optional(),
  masks: z.array(text(1024)).optional(),
  denied: z.array(z.strictObject({ resource: text(1024), action: text(64) })).optional(),
  us: count.optional(),
});

const object = z.strictObject({
  s: name,
  t: name,
  k: z.enum(['table', 'partitioned', 'view', 'matview', 'foreign', 'sequence', 'toast', 'composite', 'function']),
  acc: z.array(text(16)),
  cols: z.union([z.array(name), z.literal('*')]).optional(),
  args: z.array(name).optional(),
  via: text(1024).optional(),
});
export type ObjectUse = z.infer<typeof object>;

export const intent = z.strictObject({
  type: z.literal('intent'),
  call: callId,
  /** The call on whose behalf the broker itself reads, or that asked several databases or for the first page. */
  cause: callId.optional(),
  /** Which page of a result is asked for, where its rest is to be kept: 1 opens the result, the others go on with that of `cause`. */
  page: count.min(1).optional(),
  mcp: z.strictObject({ req: name.optional(), method: name, tool: name, proto: name.optional() }),
  trace: z.strictObject({ id: name, span: name }).optional(),
  /** Absent when the caller could not be identified. */
  principal: principal.optional(),
  client: z.strictObject({
    addr: name.optional(),
    /** Self-reported, unverified. */
    claimed: z.strictObject({ name: name.optional(), ver: name.optional(), who: name.optional() }).optional(),
  }),
  session: z.strictObject({ id: name.optional(), transport: name }),
  db: z.strictObject({
    id: name.optional(),
    /** The id asked for, where it is none that exists for the caller. */
    asked: name.optional(),
    ns: name.optional(),
    role: name.optional(),
    type: name.optional(),
    /** Version of the catalog snapshot the statement was read against. */
    catalog: name.optional(),
  }),
  purpose: text(500).optional(),
  sql: sql.optional(),
  stmt: z
    .strictObject({
      kind: name,
      class: z.enum(['read', 'write', 'ddl', 'role', 'function', 'misc']),
      n: count,
      ro: z.boolean(),
      /** One of the broker's own fixed texts. */
      fixed: name.optional(),
    })
    .optional(),
  act: text(16),
  objects: z.array(object).optional(),
  /** Objects left out because the line would have been too long. */
  objcut: count.optional(),
  unres: z.array(name).optional(),
  decision,
  final: z.literal(true).optional(),
});
export type IntentBody = z.infer<typeof intent>;
