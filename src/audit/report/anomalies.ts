/** Rules that point at calls worth a second look. Each says what it saw; none says that anything is wrong. */

import type { AuditedCall } from '../calls.ts';
import type { Place } from './summary.ts';

/** Each rule, and when it fires, as the report tells it and in its order. */
export const anomalyRules = {
  'uncertain outcome': 'nobody knows whether it ran, or its rows were withheld',
  probing: 'a principal was refused at least five different things within ten minutes',
  'unbound name allowed': 'a call was permitted although a name in it was not resolved',
  'large result': 'a principal is given at least a hundred rows, and over ten times what it is usually given',
  'first time': 'a principal reached a relation that it had not reached before this period',
  'unusual hour': 'a principal calls in an hour (UTC) that held under one in a hundred of its calls',
  'agent without a human': 'an agent acted, and its token names nobody for whom',
} as const;
export type AnomalyRule = keyof typeof anomalyRules;

export interface Anomaly extends Place {
  readonly rule: AnomalyRule;
  readonly text: string;
}

export interface AnomalyRules {
  /** Whether a rule fired that lists the call. */
  readonly see: (call: AuditedCall, place: Place) => boolean;
  /** Puts on the list what is known elsewhere; the same answer. */
  readonly found: (rule: AnomalyRule, who: string, text: string, place: Place) => boolean;
  readonly finish: () => {
    readonly anomalies: readonly Anomaly[];
    /** How often each rule fired, listed or not. */
    readonly anomalyCounts: ReadonlyMap<AnomalyRule, number>;
  };
}

/** Listed of each rule, and of one principal among them, so that nothing frequent hides what is rare; the rest is counted. */
const listedPerRule = 24;
const listedPerPrincipal = 4;

/** Hours (UTC) that count as off-hours are those in which a principal had made under one in a hundred of its calls. */
const rareHourShare = 100;
const rareHourAfter = 500;
const largeFactor = 10;
const largeAfter = 20;
const largeRows = 100;
const probingDenials = 5;
const probingWindow = 10 * 60_000;

interface Habits {
  calls: number;
  readonly hours: number[];
  /** The newest row counts, for a median. */
  readonly rows: number[];
  /** The newest refusals: when, and of what. */
  readonly denials: { readonly at: number; readonly what: string }[];
  probedAt: number;
}

export function createAnomalyRules(): AnomalyRules {
  const habits = new Map<string, Habits>();
  const anomalies: Anomaly[] = [];
  const counts = new Map<AnomalyRule, number>();
  const listed = new Map<string, number>();

  function found(rule: AnomalyRule, who: string, text: string, place: Place): boolean {
    counts.set(rule, (counts.get(rule) ?? 0) + 1);
    const [all, own] = [listed.get(rule) ?? 0, listed.get(`${rule}\n${who}`) ?? 0];
    if (all >= listedPerRule || own >= listedPerPrincipal) return false;
    listed.set(rule, all + 1);
    listed.set(`${rule}\n${who}`, own + 1);
    anomalies.push({ ...place, rule, text });
    return true;
  }

  function see(call: AuditedCall, place: Place): boolean {
    const before = anomalies.length;
    if (call.intent.principal?.kind !== 'system') judge(call, place);
    return anomalies.length > before;
  }

  function judge({ intent, outcome }: AuditedCall, place: Place): void {
    const id = intent.principal?.id ?? 'unidentified';
    const own = habits.get(id) ?? {
      calls: 0,
      hours: Array.from({ length: 24 }, () => 0),
      rows: [],
      denials: [],
      probedAt: 0,
    };
    habits.set(id, own);
    seeHour(own, id, place);
    if (intent.final === true) seeDenial(own, id, `${intent.decision.code} ${deniedWhat(intent)}`, place);
    if (outcome?.rows !== undefined && outcome.rows > 0) seeRows(own, id, outcome.rows, place);
    if (intent.principal?.kind === 'agent' && intent.principal.obo === undefined && intent.final !== true) {
      found('agent without a human', id, `${id} acted for nobody in particular`, place);
    }
    if (intent.final !== true && (intent.unres?.length ?? 0) > 0)
      found('unbound name allowed', id, `${id} used a name that was not bound`, place);
    if (outcome?.st === 'unknown' || outcome?.st === 'withheld')
      found('uncertain outcome', id, `a call of ${id} ended ${outcome.st}`, place);
  }

  function seeHour(own: Habits, id: string, place: Place): void {
    const hour = Number(place.ts.slice(11, 13));
    const before = own.hours[hour] ?? 0;
    if (own.calls > rareHourAfter && before * rareHourShare < own.calls)
      found('unusual hour', id, `${id} at ${hour} h UTC`, place);
    own.hours[hour] = before + 1;
    own.calls += 1;
  }

  function seeRows(own: Habits, id: string, rows: number, place: Place): void {
    const median = [...own.rows].sort((a, b) => a - b)[own.rows.length >> 1] ?? 0;
    if (own.rows.length >= largeAfter && rows >= largeRows && rows > median * largeFactor) {
      found('large result', id, `${id} was given ${rows} rows, where ${median} are usual`, place);
    }
    own.rows.push(rows);
    if (own.rows.length > 101) own.rows.shift();
  }

  function seeDenial(own: Habits, id: string, what: string, place: Place): void {
    const at = Date.parse(place.ts);
    own.denials.push({ at, what });
    while ((own.denials[0]?.at ?? at) < at - probingWindow || own.denials.length > 100) own.denials.shift();
    const kinds = new Set(own.denials.map((denial) => denial.what)).size;
    if (kinds < probingDenials || at - own.probedAt < probingWindow) return;
    own.probedAt = at;
    found('probing', id, `${id} was refused ${kinds} different things within ten minutes`, place);
  }

  return {
    see,
    found,
    finish: () => ({ anomalies, anomalyCounts: counts }),
  };
}

function deniedWhat({ decision, sql, objects }: AuditedCall['intent']): string {
  const resources = decision.denied?.map(({ resource }) => resource) ?? objects?.map(({ s, t }) => `${s}.${t}`) ?? [];
  return resources.length > 0 ? resources.join(' ') : (sql?.hmac ?? '');
}
