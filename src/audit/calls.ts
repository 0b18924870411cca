/** Calls as auditors think of them: an intent with its outcome, read while the log is verified, so that no view shows unverified lines. */

import { readRecord } from './full-check.ts';
import type { LogRecord } from './records.ts';
import { type LogReport, type VerifyOptions, verifyDirectory } from './verify.ts';

export type IntentRecord = Extract<LogRecord, { type: 'intent' }>;
export type OutcomeRecord = Extract<LogRecord, { type: 'outcome' }>;

export interface AuditedCall {
  /** `database/instance`. */
  readonly log: string;
  readonly intent: IntentRecord;
  /** Absent for a refused call, and for one whose outcome was lost. */
  readonly outcome: OutcomeRecord | undefined;
  /** The outcome `unknown` that stood before the server said what became of the write. */
  readonly corrects?: OutcomeRecord;
}

/** What the reading went through. */
export interface CallsRead {
  readonly logs: readonly LogReport[];
  /** Lines whose chain was verified. */
  readonly records: number;
}

/**
 * Gives every call of the logs to `visit` when its last record is read, then those still open. `needle` skips calls whose
 * intent does not hold that text at all. Other records go to `other`. A call whose outcome is `unknown` waits to the end of
 * the log for an outcome that corrects it.
 */
export async function eachCall(
  root: string,
  options: Pick<VerifyOptions, 'only' | 'trusted' | 'against'> & { readonly needle?: string },
  visit: (call: AuditedCall) => void,
  other: (log: string, record: LogRecord) => void = () => undefined,
): Promise<CallsRead> {
  const open = new Map<string, AuditedCall>();
  const unknown = new Map<string, AuditedCall & { readonly outcome: OutcomeRecord }>();

  function see(log: string, line: string): void {
    const isIntent = line.includes(',"type":"intent",', 100);
    if (options.needle !== undefined && isIntent && !line.includes(options.needle)) return;
    const record = readRecord(line);
    if (typeof record === 'string') return; // `verify --full` says what is wrong with it
    if (record.type === 'intent') seeIntent(log, record);
    else if (record.type === 'outcome') seeOutcome(log, record);
    else other(log, record);
  }

  function seeIntent(log: string, intent: IntentRecord): void {
    const call = { log, intent, outcome: undefined };
    if (intent.final === true) visit(call);
    else open.set(`${log}#${intent.seq}`, call);
  }

  function seeOutcome(log: string, outcome: OutcomeRecord): void {
    const key = `${log}#${outcome.iseq}`;
    const call = open.get(key);
    const before = unknown.get(key);
    if (call !== undefined) {
      open.delete(key);
      if (outcome.st === 'unknown') unknown.set(key, { ...call, outcome });
      else visit({ ...call, outcome });
    } else if (before !== undefined && outcome.amends === before.outcome.seq) {
      unknown.delete(key);
      visit({ ...before, outcome, corrects: before.outcome });
    }
  }

  const logs = await verifyDirectory(root, { ...options, visit: see });
  for (const call of [...open.values(), ...unknown.values()]) visit(call);
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

/** `denied`, `open`, or how the call ended. */
export function statusOf({ intent, outcome }: AuditedCall): string {
  if (intent.final === true) return 'denied';
  return outcome?.st ?? 'open';
}

function reaches({ objects = [] }: IntentRecord, wanted: string): boolean {
  return objects.some(({ s, t, cols }) => {
    const table = `${s}.${t}`;
    if (wanted === table || wanted === t) return true;
    return wanted.startsWith(`${table}.`) && (cols === '*' || cols?.includes(wanted.slice(table.length + 1)) === true);
  });
}
