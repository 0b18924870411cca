/** The second half of a full verification: what each line says, and whether intents and outcomes add up. */

import type { FindingCode, Severity } from './findings.ts';
import { isPlainRecord } from './record-check.ts';
import { type LogRecord, recordSchema } from './records.ts';

export interface Counts {
  intents: number;
  outcomes: number;
  denied: number;
  /** Allowed calls the log itself accounts for in a `recover` record. */
  orphans: number;
}

export interface FullCheck {
  readonly see: (line: string, seq: number) => void;
  readonly counts: Counts;
  /** `seq` of allowed intents still without an outcome, and their calls. */
  readonly open: ReadonlyMap<number, string>;
}

export type Report = (severity: Severity, code: FindingCode, message: string) => void;

export function createFullCheck(report: Report): FullCheck {
  const counts: Counts = { intents: 0, outcomes: 0, denied: 0, orphans: 0 };
  const open = new Map<number, string>();
  let lastTime = '';

  function intent(record: Extract<LogRecord, { type: 'intent' }>, seq: number): void {
    if (record.final === true) {
      counts.denied += 1;
      if (record.decision.eff !== 'deny') report('damage', 'not_a_record', 'a terminal intent does not say deny');
      return;
    }
    counts.intents += 1;
    open.set(seq, record.call);
    if (record.decision.eff !== 'allow') report('damage', 'not_a_record', 'a denied intent is not terminal');
    if (record.unres !== undefined && record.unres.length > 0)
      report('finding', 'unresolved_name', 'a call was allowed with a name that was not bound');
  }

  function outcome(record: Extract<LogRecord, { type: 'outcome' }>): void {
    if (record.amends !== undefined) return;
    counts.outcomes += 1;
    if (open.get(record.iseq) === record.call) open.delete(record.iseq);
    else report('damage', 'outcome_without_intent', `the outcome names intent ${record.iseq}, which is not open`);
  }

  function precommit(record: Extract<LogRecord, { type: 'precommit' }>): void {
    if (open.get(record.iseq) === record.call) return;
    report('damage', 'precommit_without_intent', `the commit names intent ${record.iseq}, which is not open`);
  }

  function recover(record: Extract<LogRecord, { type: 'recover' }>): void {
    for (const { iseq } of record.orphans) {
      if (open.delete(iseq)) counts.orphans += 1;
    }
    const { length } = record.orphans;
    const code = record.why === 'crash' ? 'crash' : 'interrupted';
    if (length > 0 || record.torn_bytes > 0)
      report('note', code, `${length} calls without an outcome, ${record.torn_bytes} bytes set aside`);
  }

  function judge(record: LogRecord, seq: number): void {
    if (record.ts < lastTime) report('damage', 'time_backwards', 'the record is older than the one before it');
    lastTime = record.ts;
    if (record.type === 'intent') intent(record, seq);
    else if (record.type === 'outcome') outcome(record);
    else if (record.type === 'precommit') precommit(record);
    else if (record.type === 'recover') recover(record);
    else if (record.type === 'segment') for (const { iseq, call } of record.open) open.set(iseq, call);
  }

  return {
    counts,
    open,
    see(line, seq) {
      const record = readRecord(line);
      if (typeof record === 'string') report('damage', 'not_a_record', record);
      else judge(record, seq);
    },
  };
}

/**
 * The record in a line, or why it is none. A writer's line equals its own re-serialisation: a duplicate key, another
 * number format or a space would not survive it, and two readers could disagree on what it says.
 */
export function readRecord(line: string): LogRecord | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return 'the line is not JSON';
  }
  if (isPlainRecord(value, line)) return value;
  if (JSON.stringify(value) !== line)
    return 'the line is not in the form the writer gives it (a duplicate key, a space, another notation)';
  const parsed = recordSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  return `the record does not fit the schema at ${issue?.path.join('.') || 'its top'}: ${issue?.message ?? 'unknown'}`;
}
