/** Who reached which relation, and who for the first time: pairs of principal and relation, a bounded number of them. */

import type { AuditedCall } from '../calls.ts';
import type { AnomalyRules } from './anomalies.ts';
import { type Place, placeOf } from './place.ts';

export interface Pair {
  readonly principal: string;
  readonly table: string;
  reads: number;
  writes: number;
  /** Never seen before this period began. */
  readonly isNew: boolean;
  readonly first: Place;
}

export interface Pairs {
  /** Takes a call of the period, or one before it. */
  readonly see: (call: AuditedCall, within: boolean) => void;
  readonly list: () => readonly Pair[];
}

const maxPairs = 100_000;

/** `since`: where the period begins; a pair is new in it where nothing before it had that pair. */
export function createPairs(since: string | undefined, rules: Pick<AnomalyRules, 'found'>): Pairs {
  const pairs = new Map<string, Pair>();
  /** Keys of pairs seen before the period. */
  const known = new Set<string>();

  function count(principal: string, table: string, isRead: boolean, call: AuditedCall): void {
    const key = `${principal}\n${table}`;
    let pair = pairs.get(key);
    if (pair === undefined) {
      if (pairs.size >= maxPairs) return;
      const isNew = since !== undefined && !known.has(key);
      pair = { principal, table, reads: 0, writes: 0, isNew, first: placeOf(call) };
      pairs.set(key, pair);
      if (isNew) rules.found('first time', principal, `${principal} reached ${table}`, call);
    }
    if (isRead) pair.reads += 1;
    else pair.writes += 1;
  }

  return {
    see(call, within) {
      const { log, intent } = call;
      if (intent.final === true || intent.principal?.kind === 'system') return;
      const principal = intent.principal?.id ?? 'unidentified';
      for (const { s, t, k, acc } of intent.objects ?? []) {
        if (k === 'function') continue;
        const table = `${log.split('/')[0]}: ${s}.${t}`;
        if (within) count(principal, table, acc.includes('select'), call);
        else if (since !== undefined && intent.ts < since && known.size < maxPairs) known.add(`${principal}\n${table}`);
      }
    },
    list: () => [...pairs.values()],
  };
}
