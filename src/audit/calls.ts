/** Calls as auditors think of them: an intent with its outcome, read while the log is verified, so that no view shows unverified lines. */

import { findAmendments } from './amendments.ts';
import { readRecord } from './full-check.ts';
import type { Orphan } from './records/outcome.ts';
import type { LogRecord } from './records.ts';
import { type LogReport, type VerifyOptions, verifyDirectory } from './verify.ts';

export type IntentRecord = Extract<LogRecord, { type: 'intent' }>;
export type OutcomeRecord = Extract<LogRecord, { type: 'outcome' }>;

export interface AuditedCall {
  /** `database/instance`. */
  readonly log: string;
  readonly intent: IntentRecord;
  /** The last word on how it ended. Absent for a refused call, and for one whose outcome was lost. */
  readonly outcome: OutcomeRecord | undefined;
  /** The outcome that `outcome` corrects: rows were withheld after all, or the server said what became of a write. */
  readonly corrects?: OutcomeRecord;
  /** What the log says, at record `seq`, of a call whose outcome was lost. */
  readonly lost?: Pick<Orphan, 'st' | 'why'> & { readonly seq: number };
}

/** What the reading went through. */
export interface CallsRead {
  readonly logs: readonly LogReport[];
  /** Lines whose chain was verified. */
  readonly records: number;
}

/**
 * Gives every call of the logs to `visit` when its last record is read, then those still open. A call whose outcome a later
 * record corrects waits for that. `needle` skips calls whose intent does not hold that text at all. Other records go to
 * `other`. What is written while this reads is verified and not shown.
 */
export async function eachCall(
  root: string,
  options: Pick<VerifyOptions, 'only' | 'trusted' | 'against' | 'progress'> & { readonly needle?: string },
  visit: (call: AuditedCall) => void,
  other: (log: string, record: LogRecord) => void = () => undefined,
): Promise<CallsRead> {
  const amendments = await findAmendments(root, options.only);
  /** Calls whose last record is still to come. */
  const open = new Map<string, AuditedCall>();

  function see(log: string, line: string, seq: number): void {
    if (seq >= (amendments.get(log)?.size ?? 0)) return;
    const isIntent = line.includes(',"type":"intent",', 100);
    if (options.needle !== undefined && isIntent && !line.includes(options.needle)) return;
    const record = readRecord(line);
    if (typeof record === 'string') return; // `verify --full` says what is wrong with it
    if (record.type === 'intent') seeIntent(log, record);
    else if (record.type === 'outcome') seeOutcome(log, record);
    else if (record.type === 'recover') seeLost(log, record);
    if (record.type !== 'intent' && record.type !== 'outcome') other(log, record);
  }

  function seeIntent(log: string, intent: IntentRecord): void {
    const call = { log, intent, outcome: undefined };
    if (intent.final === true) visit(call);
    else open.set(`${log}#${intent.seq}`, call);
  }

  function seeOutcome(log: string, outcome: OutcomeRecord): void {
    const key = `${log}#${outcome.iseq}`;
    const call = open.get(key);
    if (call === undefined || outcome.amends !== call.outcome?.seq) return;
    const known = { ...call, outcome, ...(call.outcome === undefined ? {} : { corrects: call.outcome }) };
    if (amendments.get(log)?.amended.has(outcome.seq)) open.set(key, known);
    else close(key, known);
  }

  function seeLost(log: string, { orphans, seq }: Extract<LogRecord, { type: 'recover' }>): void {
    for (const { iseq, st, why } of orphans) {
      const key = `${log}#${iseq}`;
      const call = open.get(key);
      if (call !== undefined && call.outcome === undefined) close(key, { ...call, lost: { st, why, seq } });
    }
  }

  function close(key: string, call: AuditedCall): void {
    open.delete(key);
    visit(call);
  }

  const logs = await verifyDirectory(root, { ...options, visit: see });
  for (const call of open.values()) visit(call);
  return { logs, records: logs.reduce((sum, { records }) => sum + records, 0) };
}

/** What auditors ask for; every part given must hold. */
export interface CallFilter {
  readonly principal?: string;
  /** `human`, `service`, `agent` or `system`. */
  readonly kind?: string;
  readonly client?: string;
  /** `schema.table` or `schema.table.column`. */
  readonly table?: string;
  readonly class?: string;
  readonly decision?: string;
  readonly code?: string;
  readonly rule?: string;
  readonly status?: string;
  /** RFC 3339, or a beginning of it: `2026-11`. */
  readonly since?: string;
  readonly until?: string;
  readonly call?: string;
  readonly sqlHmac?: string;
  readonly minRows?: number;
}

/** Compares with the verified principal, never with what a client claims of itself. */
export function matches(filter: CallFilter, call: AuditedCall): boolean {
  const { intent, outcome } = call;
  const { decision, principal, client } = intent;
  const asked: readonly (boolean | undefined)[] = [
    holds(filter.principal, (id) => principal?.id === id || principal?.obo === id),
    holds(filter.kind, (kind) => principal?.kind === kind),
    holds(filter.client, (name) => client.claimed?.name === name || client.addr === name),
    holds(filter.table, (table) => reaches(intent, table)),
    holds(filter.class, (name) => intent.stmt?.class === name),
    holds(filter.decision, (eff) => decision.eff === eff),
    holds(filter.code, (code) => decision.code === code || outcome?.err?.code === code),
    holds(filter.rule, (rule) => decision.rules?.some((text) => text.includes(rule)) === true),
    holds(filter.status, (status) => statusOf(call) === status),
    holds(filter.since, (since) => intent.ts >= since),
    holds(filter.until, (until) => intent.ts < until),
    holds(filter.call, (id) => intent.call === id || intent.cause === id),
    holds(filter.sqlHmac, (hmac) => intent.sql?.hmac === hmac),
    holds(filter.minRows, (rows) => (outcome?.rows ?? 0) >= rows),
  ];
  return asked.every((answer) => answer !== false);
}

function holds<T>(wanted: T | undefined, test: (wanted: T) => boolean): boolean | undefined {
  return wanted === undefined ? undefined : test(wanted);
}

/** `denied`, `open`, or how the call ended, as far as the log could tell in the end. */
export function statusOf({ intent, outcome, lost }: AuditedCall): string {
  if (intent.final === true) return 'denied';
  return outcome?.st ?? lost?.st ?? 'open';
}

/** In words, where the status is not the first word of the log on it, or not an outcome's. */
export function revisionOf({ outcome, corrects, lost }: AuditedCall): string | undefined {
  if (corrects !== undefined) return `first ${corrects.st}, corrected by record ${outcome?.seq}`;
  return lost === undefined ? undefined : `${lost.why}, as record ${lost.seq} tells`;
}

function reaches({ objects = [] }: IntentRecord, wanted: string): boolean {
  return objects.some(({ s, t, cols }) => {
    const table = `${s}.${t}`;
    if (wanted === table || wanted === t) return true;
    return wanted.startsWith(`${table}.`) && (cols === '*' || cols?.includes(wanted.slice(table.length + 1)) === true);
  });
}
