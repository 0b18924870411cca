/** What a report counts, added up while the log is read: bounded memory, however many calls there are. */

import { type AuditedCall, statusOf } from '../calls.ts';
import type { LogRecord } from '../records.ts';
import { type Anomalies, createAnomalyRules } from './anomalies.ts';
import { eventText } from './events.ts';
import { createPairs, type Pair } from './pairs.ts';
import { type Place, placeOf } from './place.ts';

export interface Period {
  /** RFC 3339, or a beginning of it; included. */
  readonly since?: string;
  /** The same; not included. */
  readonly until?: string;
}

export interface Hour {
  allowed: number;
  denied: number;
  rows: number;
  bytes: number;
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

export interface Summary extends Anomalies {
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
  /** The calls that `largest` and `anomalies` name. */
  readonly cited: readonly AuditedCall[];
  /** Changes of configuration, recoveries, failures of the disk, clock steps, readers of the log. */
  readonly events: readonly Event[];
  readonly writers: number;
  readonly first: string | undefined;
  readonly last: string | undefined;
}

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
  const denialsByCode = new Map<string, number>();
  const denialsByPrincipal = new Map<string, number>();
  const denialsByResource = new Map<string, number>();
  const denialsByRule = new Map<string, number>();
  const events: Event[] = [];
  const writers = new Set<string>();
  const rules = createAnomalyRules();
  const pairs = createPairs(period.since, rules);
  let largest: (Large & { readonly audited: AuditedCall })[] = [];
  let [calls, cut, masked, corrected, lost] = [0, 0, 0, 0, 0];
  let first: string | undefined;
  let last: string | undefined;
  const isIn = (ts: string) =>
    (period.since === undefined || ts >= period.since) && (period.until === undefined || ts < period.until);

  function call(audited: AuditedCall): void {
    const { intent, outcome } = audited;
    const within = isIn(intent.ts);
    pairs.see(audited, within);
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
    rules.see(audited);
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

  function finish(): Summary {
    const { calls: second, ...anomalies } = rules.finish();
    const cited = [...largest.map(({ audited }) => audited), ...second];
    return {
      ...{ calls, statuses, hours, cut, masked, corrected, lost, first, last, writers: writers.size },
      ...{ denialsByCode, denialsByPrincipal, denialsByResource, denialsByRule },
      pairs: pairs.list(),
      largest: largest.map(({ audited: _, ...each }) => each),
      ...anomalies,
      cited: [...new Map(cited.map((each) => [each.intent.call, each])).values()],
      events,
    };
  }

  return { call, record, finish };
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
