/** Rules that point at calls worth a second look. Each says what it saw; none says that anything is wrong. */

import type { AuditedCall } from '../calls.ts';
import { type Place, placeOf } from './place.ts';
import { createProbing } from './probing.ts';
import { createShortlist } from './shortlist.ts';

/** Each rule, and when it fires, as the report tells it and in its order. */
export const anomalyRules = {
  'uncertain outcome': 'nobody knows whether it ran, or its rows were withheld',
  probing: 'a principal was refused at least five different things within ten minutes',
  'unbound name allowed': 'a call was permitted although a name in it was not resolved',
  'large result': 'a principal is given at least a hundred rows, and over ten times what it is usually given',
  'first time': 'a principal reached a relation that it had not reached before this period',
  'unusual hour':
    'a principal of whom a week is known calls in an hour (UTC) that held under one in a hundred of its calls',
  'agent without a human': 'an agent acted, and its token names nobody for whom',
} as const;
export type AnomalyRule = keyof typeof anomalyRules;

export interface Anomaly extends Place {
  readonly rule: AnomalyRule;
  readonly text: string;
}

/** What the rules found. */
export interface Anomalies {
  /** Some of each rule that fired. */
  readonly anomalies: readonly Anomaly[];
  /** How often each rule fired, listed or not. */
  readonly anomalyCounts: ReadonlyMap<AnomalyRule, number>;
}

export interface AnomalyRules {
  readonly see: (call: AuditedCall) => void;
  /** Takes what is known elsewhere. The heavier is listed first; among equals the earlier. */
  readonly found: (rule: AnomalyRule, who: string, text: string, call: AuditedCall, weight?: number) => void;
  /** And the calls that the list names. */
  readonly finish: () => Anomalies & { readonly calls: readonly AuditedCall[] };
}

/** Hours (UTC) that count as unusual are those in which a principal had made under one in a hundred of its calls. */
const rareHourShare = 100;
const rareHourAfter = { calls: 500, days: 7 };
const largeFactor = 10;
const largeAfter = 20;
const largeRows = 100;
const rowsRemembered = 101;

interface Habits {
  calls: number;
  readonly hours: number[];
  /** The first days with calls, as many as are needed to know its hours. */
  readonly days: Set<string>;
  /** The newest row counts, for a median. */
  readonly rows: number[];
}

export function createAnomalyRules(): AnomalyRules {
  const habits = new Map<string, Habits>();
  const list = createShortlist<AnomalyRule>();
  const probing = createProbing();

  const found: AnomalyRules['found'] = (rule, who, text, call, weight = 0) =>
    list.add({ rule, who, text, call, weight });

  function see(call: AuditedCall): void {
    const { intent, outcome } = call;
    const { principal } = intent;
    if (principal?.kind === 'system') return;
    const id = principal?.id ?? 'unidentified';
    const own = habits.get(id) ?? { calls: 0, hours: Array.from({ length: 24 }, () => 0), days: new Set(), rows: [] };
    habits.set(id, own);
    seeHour(own, id, call);
    if (intent.final === true) seeDenial(id, call);
    else {
      if (principal?.kind === 'agent' && principal.obo === undefined)
        found('agent without a human', id, `${id} acted for nobody in particular`, call);
      if ((intent.unres?.length ?? 0) > 0)
        found('unbound name allowed', id, `${id} used a name that was not bound`, call);
    }
    if (outcome?.rows !== undefined && outcome.rows > 0) seeRows(own, id, outcome.rows, call);
    if (outcome?.st === 'unknown' || outcome?.st === 'withheld')
      found('uncertain outcome', id, `a call of ${id} ended ${outcome.st}`, call);
  }

  function seeHour(own: Habits, id: string, call: AuditedCall): void {
    const { ts } = call.intent;
    const hour = Number(ts.slice(11, 13));
    const before = own.hours[hour] ?? 0;
    const isKnown = own.calls >= rareHourAfter.calls && own.days.size >= rareHourAfter.days;
    if (isKnown && before * rareHourShare < own.calls) found('unusual hour', id, `${id} at ${hour} h UTC`, call);
    own.hours[hour] = before + 1;
    own.calls += 1;
    if (own.days.size < rareHourAfter.days) own.days.add(ts.slice(0, 10));
  }

  function seeRows(own: Habits, id: string, rows: number, call: AuditedCall): void {
    if (rows >= largeRows && own.rows.length >= largeAfter) {
      const median = own.rows.toSorted((a, b) => a - b)[own.rows.length >> 1] ?? 0;
      if (rows > median * largeFactor)
        found('large result', id, `${id} was given ${rows} rows, where ${median} are usual`, call, rows);
    }
    own.rows.push(rows);
    if (own.rows.length > rowsRemembered) own.rows.shift();
  }

  function seeDenial(id: string, call: AuditedCall): void {
    const { intent } = call;
    const kinds = probing(id, `${intent.decision.code} ${deniedWhat(intent)}`, Date.parse(intent.ts));
    if (kinds === undefined) return;
    found('probing', id, `${id} was refused ${kinds} different things within ten minutes`, call);
  }

  return {
    see,
    found,
    finish() {
      const entries = list.entries();
      return {
        anomalies: entries.map(({ rule, text, call }) => ({ ...placeOf(call), rule, text })),
        anomalyCounts: list.counts,
        calls: entries.map(({ call }) => call),
      };
    },
  };
}

function deniedWhat({ decision, sql, objects }: AuditedCall['intent']): string {
  const resources = decision.denied?.map(({ resource }) => resource) ?? objects?.map(({ s, t }) => `${s}.${t}`) ?? [];
  return resources.length > 0 ? resources.join(' ') : (sql?.hmac ?? '');
}
