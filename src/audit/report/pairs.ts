/** Who reached which relation, and who for the first time: pairs of principal and relation, a bounded number of them. */

import type { AuditedCall } from '../calls.ts';
import type { createAnomalyRules } from './anomalies.ts';
import type { Place } from './summary.ts';

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
  /** Takes a call of the period, or one before it; answers whether it is listed as the first of a pair. */
  readonly see: (call: AuditedCall, within: boolean) => boolean;
  readonly list: () => readonly Pair[];
}

type Rules = Pick<ReturnType<typeof createAnomalyRules>, 'found'>;

const maxPairs = 100_000;

/** `since`: where the period begins; a pair is new in it where nothing before it had that pair. */
export function createPairs(since: string | undefined, rules: Rules): Pairs {
  const pairs = new Map<string, Pair>();
  /** Keys of pairs seen before the period. */
  const known = new Set<string>();

  function count(key: string, principal: string, table: string, isRead: boolean, first: Place): boolean {
    let pair = pairs.get(key);
    let listed = false;
    if (pair === undefined) {
      if (pairs.size >= maxPairs) return false;
      pair = { principal, table, reads: 0, writes: 0, isNew: since !== undefined && !known.has(key), first };
      pairs.set(key, pair);
      listed = pair.isNew && rules.found('first time', principal, `${principal} reached ${table}`, first);
    }
    if (isRead) pair.reads += 1;
    else pair.writes += 1;
    return listed;
  }

  return {
    see({ log, intent }, within) {
      if (intent.final === true || intent.principal?.kind === 'system') return false;
      let listed = false;
      const principal = intent.principal?.id ?? 'unidentified';
      for (const { s, t, k, acc } of intent.objects ?? []) {
        if (k === 'function') continue;
        const table = `${log.split('/')[0]}: ${s}.${t}`;
        const key = `${principal}\n${table}`;
        const place = { log, seq: intent.seq, call: intent.call, ts: intent.ts };
        if (within) listed = count(key, principal, table, acc.includes('select'), place) || listed;
        else if (since !== undefined && intent.ts < since && known.size < maxPairs) known.add(key);
      }
      return listed;
    },
    list: () => [...pairs.values()],
  };
}
