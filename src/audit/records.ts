/** The records of format version 1, as a closed schema: what is not named here is in no record. */

import { z } from 'zod';

const hex64 = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const text = (max: number) => z.string().max(max);
const name = text(256);
const callId = text(64);
const ulid = z.string().regex(/^[0-9A-HJKMNP-TV-Z]{26}$/);
const timestamp = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);

export const statuses = ['ok', 'error', 'timeout', 'cancelled', 'withheld', 'unknown', 'not_executed'] as const;
export type Status = (typeof statuses)[number];

export const sqlModes = ['redacted', 'hmac', 'fingerprint', 'full'] as const;
export type SqlMode = (typeof sqlModes)[number];

const sql = z.strictObject({
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

const intent = z.strictObject({
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

const errorSection = z.strictObject({
  code: text(64),
  sqlstate: text(5).optional(),
  class: text(2).optional(),
});

const outcome = z.strictObject({
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

const precommit = z.strictObject({
  type: z.literal('precommit'),
  call: callId,
  iseq: count,
  xid: text(32),
  affected: count.optional(),
});
export type PrecommitBody = z.infer<typeof precommit>;

const orphan = z.strictObject({ call: callId, iseq: count, st: z.enum(statuses), why: text(64) });
export type Orphan = z.infer<typeof orphan>;

const recover = z.strictObject({
  type: z.literal('recover'),
  why: z.enum(['crash', 'flush_failed', 'write_failed']),
  torn_bytes: count,
  torn_sha256: hex64.optional(),
  orphans: z.array(orphan),
});
export type RecoverBody = z.infer<typeof recover>;

const genesis = z.strictObject({
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

const segment = z.strictObject({
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

const config = z.strictObject({
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

const seal = z.strictObject({
  type: z.literal('seal'),
  size: count,
  note: text(4096),
  /** The newest head of the anchor log. */
  anchor: z.strictObject({ size: count, root: hex64 }).optional(),
});
const epoch = z.strictObject({
  type: z.literal('epoch'),
  n: count,
  vkey: text(512),
  not_before: timestamp,
  identity: text(512),
  /** Signed note of the identity key over the certificate text, and of the epoch before. */
  cert: text(4096),
});
const anchor = z.strictObject({
  type: z.literal('anchor'),
  heads: z.array(z.strictObject({ origin: text(512), size: count, root: hex64 })),
  heartbeat: z.literal(true).optional(),
});
const degraded = z.strictObject({ type: z.literal('degraded'), why: text(64), refused: count });
const resumed = z.strictObject({ type: z.literal('resumed'), refused_total: count, from: timestamp, to: timestamp });
const retired = z.strictObject({
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
const access = z.strictObject({
  type: z.literal('access'),
  who: name,
  verb: text(64),
  filter_hmac: text(128).optional(),
  matched: count.optional(),
});

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
