/** What a report counts, added up while the log is read: bounded memory, however many calls there are. */

import { type AuditedCall, statusOf } from '../calls.ts';
import type { LogRecord } from '../records.ts';
import { type Anomaly, type AnomalyRule, createAnomalyRules } from './anomalies.ts';

export interface Period {
  /** RFC 3339, or a beginning of it; included. */
  readonly since?: string;
  /** The same; not included. */
  readonly until?: string;
}

/** Where a record stands, for a reader to look it up. */
export interface Place {
  readonly log: string;
  readonly seq: number;
  readonly call: string;
  readonly ts: string;
}

export interface Hour {
  allowed: number;
  denied: number;
  rows: number;
  bytes: number;
}

export interface Pair {
  readonly principal: string;
  readonly table: string;
  reads: number;
  writes: number;
  /** Never seen before this period began. */
  readonly isNew: boolean;
  readonly first: Place;
}

export interface Large extends Place {
  readonly principal: string;
  readonly what: string;
  readonly rows: number;
  readonly bytes: number;
  readonly cut: string;
}

export interface Event extends Place {
  readonly type: string;
  readonly text: string;
}

export interface Summary {
  readonly calls: number;
  readonly statuses: ReadonlyMap<string, number>;
  /** Keyed by `YYYY-MM-DDTHH`. */
  readonly hours: ReadonlyMap<string, Hour>;
  readonly pairs: readonly Pair[];
  readonly denialsByCode: ReadonlyMap<string, number>;
  readonly denialsByPrincipal: ReadonlyMap<string, number>;
  /** The policy line that forbids, or that none permits; of calls the policy refused. */
  readonly denialsByRule: ReadonlyMap<string, number>;
  /** `action resource`, as far as the policy named what it withheld. */
  readonly denialsByResource: ReadonlyMap<string, number>;
  readonly largest: readonly Large[];
  readonly cut: number;
  readonly masked: number;
  /** Calls of which a later record says something else than their first outcome. */
  readonly corrected: number;
  /** Calls whose outcome was lost and whose end a `recover` record tells. */
  readonly lost: number;
  readonly anomalies: readonly Anomaly[];
  /** How often each rule fired, listed or not. */
  readonly anomalyCounts: ReadonlyMap<AnomalyRule, number>;
  /** The calls that `largest` and `anomalies` name. */
  readonly cited: readonly AuditedCall[];
  /** Changes of configuration, recoveries, failures of the disk, clock steps, readers of the log. */
  readonly events: readonly Event[];
  readonly writers: number;
  readonly first: string | undefined;
  readonly last: string | undefined;
}

const maxPairs = 100_000;
const maxEvents = 500;
const maxLargest = 20;
const maxResources = 10_000;

export interface SummaryBuilder {
  readonly call: (call: AuditedCall) => void;
  readonly record: (log: string, record: LogRecord) => void;
  readonly finish: () => Summary;
}

export function buildSummary(period: Period): SummaryBuilder {
  const statuses = new Map<string, number>();
  const hours = new Map<string, Hour>();
  const pairs = new Map<string, Pair>();
  const known = new Set<string>();
  const denialsByCode = new Map<string, number>();
  const denialsByPrincipal = new Map<string, number>();
  const denialsByResource = new Map<string, number>();
  const denialsByRule = new Map<string, number>();
  const cited = new Map<string, AuditedCall>();
  const events: Event[] = [];
  const writers = new Set<string>();
  const rules = createAnomalyRules();
  let largest: (Large & { readonly audited: AuditedCall })[] = [];
  let [calls, cut, masked, corrected, lost] = [0, 0, 0, 0, 0];
  let first: string | undefined;
  let last: string | undefined;
  const isIn = (ts: string) =>
    (period.since === undefined || ts >= period.since) && (period.until === undefined || ts < period.until);

  function call(audited: AuditedCall): void {
    const { intent, outcome } = audited;
    const within = isIn(intent.ts);
    if (seePairs(audited, within)) cited.set(intent.call, audited);
    if (!within) return;
    calls += 1;
    first = first === undefined || intent.ts < first ? intent.ts : first;
    last = last === undefined || intent.ts > last ? intent.ts : last;
    add(statuses, statusOf(audited));
    writers.add(intent.w);
    seeHour(audited);
    if (intent.final === true) seeDenial(intent);
    if (outcome?.cut !== undefined && outcome.cut !== 'none') cut += 1;
    if (outcome?.masked !== undefined) masked += 1;
    if (audited.corrects !== undefined) corrected += 1;
    if (audited.lost !== undefined) lost += 1;
    seeSize(audited);
    if (rules.see(audited, placeOf(audited))) cited.set(intent.call, audited);
  }

  function seeDenial({ decision, principal }: AuditedCall['intent']): void {
    add(denialsByCode, decision.code ?? 'unknown');
    add(denialsByPrincipal, principal?.id ?? 'unidentified');
    if (decision.code === 'POLICY_DENIED') {
      const forbidding = (decision.rules ?? []).filter((rule) => rule.endsWith(', deny'));
      for (const rule of forbidding.length === 0 ? ['no rule permits it'] : forbidding) add(denialsByRule, rule);
    }
    for (const { resource, action } of decision.denied ?? []) {
      const key = `${action} ${resource}`;
      if (denialsByResource.has(key) || denialsByResource.size < maxResources) add(denialsByResource, key);
    }
  }

  /** Whether the call is listed as the first of a pair. */
  function seePairs({ log, intent }: AuditedCall, within: boolean): boolean {
    if (intent.final === true || intent.principal?.kind === 'system') return false;
    let listed = false;
    const principal = intent.principal?.id ?? 'unidentified';
    for (const { s, t, k, acc } of intent.objects ?? []) {
      if (k === 'function') continue;
      const table = `${log.split('/')[0]}: ${s}.${t}`;
      const key = `${principal}\n${table}`;
      const place = { log, seq: intent.seq, call: intent.call, ts: intent.ts };
      if (within) listed = countPair(key, principal, table, acc.includes('select'), place) || listed;
      else if (period.since !== undefined && intent.ts < period.since && known.size < maxPairs) known.add(key);
    }
    return listed;
  }

  function countPair(key: string, principal: string, table: string, isRead: boolean, place: Place): boolean {
    let pair = pairs.get(key);
    let listed = false;
    if (pair === undefined) {
      if (pairs.size >= maxPairs) return false;
      pair = {
        principal,
        table,
        reads: 0,
        writes: 0,
        isNew: period.since !== undefined && !known.has(key),
        first: place,
      };
      pairs.set(key, pair);
      listed = pair.isNew && rules.found('first time', principal, `${principal} reached ${table}`, place);
    }
    if (isRead) pair.reads += 1;
    else pair.writes += 1;
    return listed;
  }

  function seeHour({ intent, outcome }: AuditedCall): void {
    const key = intent.ts.slice(0, 13);
    const hour = hours.get(key) ?? { allowed: 0, denied: 0, rows: 0, bytes: 0 };
    hours.set(key, hour);
    if (intent.final === true) hour.denied += 1;
    else hour.allowed += 1;
    hour.rows += outcome?.rows ?? 0;
    hour.bytes += outcome?.bytes ?? 0;
  }

  function seeSize(audited: AuditedCall): void {
    const { intent, outcome } = audited;
    const { rows = 0, bytes = 0, cut: how = 'none' } = outcome ?? {};
    const least = largest.at(-1);
    if (rows === 0 || (largest.length >= maxLargest && least !== undefined && bytes <= least.bytes)) return;
    const what = intent.sql?.text ?? intent.sql?.summary ?? intent.stmt?.fixed ?? intent.stmt?.kind ?? '';
    largest.push({
      ...placeOf(audited),
      principal: intent.principal?.id ?? 'unidentified',
      what: what.slice(0, 200),
      rows,
      bytes,
      cut: how,
      audited,
    });
    largest = largest.sort((a, b) => b.bytes - a.bytes).slice(0, maxLargest);
  }

  function record(log: string, seen: LogRecord): void {
    const text = isIn(seen.ts) && events.length < maxEvents ? eventText(seen) : undefined;
    if (text !== undefined) events.push({ log, seq: seen.seq, call: '', ts: seen.ts, type: seen.type, text });
  }

  return {
    call,
    record,
    finish: () => ({
      ...{
        calls,
        statuses,
        hours,
        denialsByCode,
        denialsByPrincipal,
        denialsByResource,
        denialsByRule,
        cut,
        masked,
        corrected,
        lost,
        first,
        last,
      },
      pairs: [...pairs.values()],
      largest: largest.map(({ audited: _, ...each }) => each),
      cited: [...new Map([...largest.map(({ call: id, audited }) => [id, audited] as const), ...cited]).values()],
      ...rules.finish(),
      events,
      writers: writers.size,
    }),
  };
}

export function placeOf({ log, intent }: AuditedCall): Place {
  return { log, seq: intent.seq, call: intent.call, ts: intent.ts };
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function eventText(record: LogRecord): string | undefined {
  const clock = record.clk === 'back' ? 'the clock had gone backwards; ' : '';
  switch (record.type) {
    case 'config':
      return `${clock}${record.what} ${record.name} ${record.refused === undefined ? `now ${record.new_sha256?.slice(0, 12) ?? 'gone'}` : `refused: ${record.refused}`}, by ${record.by}`;
    case 'recover':
      return `${clock}after ${record.why}: ${record.orphans.length} calls without an outcome, ${record.torn_bytes} bytes set aside`;
    case 'retired':
      return `${clock}${record.file} announced for removal: records ${record.first} to ${record.last}, after ${record.keep_days} days (${record.reason})`;
    case 'degraded':
      return `${clock}${record.why}`;
    case 'resumed':
      return `${clock}${record.refused_total} calls refused from ${record.from} to ${record.to}`;
    case 'access':
      return `${clock}${record.who}: ${record.verb}`;
    default:
      return clock === '' ? undefined : clock;
  }
}
