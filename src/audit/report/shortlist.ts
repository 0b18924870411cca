/** The calls of each rule that a report shows: a bounded number of every rule, the same in whatever order logs are read. */

import type { AuditedCall } from '../calls.ts';

export interface Entry<Rule extends string> {
  readonly rule: Rule;
  readonly who: string;
  readonly text: string;
  readonly call: AuditedCall;
  /** What matters more is shown first; among equals, what happened earlier. */
  readonly weight: number;
}

export interface Shortlist<Rule extends string> {
  readonly add: (entry: Entry<Rule>) => void;
  /** How often each rule fired, shown or not. */
  readonly counts: ReadonlyMap<Rule, number>;
  /** What is shown, rule by rule. */
  readonly entries: () => readonly Entry<Rule>[];
}

/** Places of each rule, so that a frequent one hides no rare one, and of one principal among them. */
export const placesPerRule = 24;
export const placesPerPrincipal = 4;

export function createShortlist<Rule extends string>(): Shortlist<Rule> {
  const counts = new Map<Rule, number>();
  const shown = new Map<Rule, Entry<Rule>[]>();

  /** Keeps the best that the two bounds allow: what is dropped could not come back, whatever follows. */
  function add(entry: Entry<Rule>): void {
    counts.set(entry.rule, (counts.get(entry.rule) ?? 0) + 1);
    const list = shown.get(entry.rule) ?? [];
    shown.set(entry.rule, list);
    const own = list.filter(({ who }) => who === entry.who);
    const rivals = own.length >= placesPerPrincipal ? own : list.length >= placesPerRule ? list : [];
    const worst = rivals.at(-1);
    if (worst !== undefined && compare(entry, worst) >= 0) return;
    if (worst !== undefined) list.splice(list.indexOf(worst), 1);
    const after = list.findIndex((each) => compare(entry, each) < 0);
    list.splice(after === -1 ? list.length : after, 0, entry);
  }

  return { add, counts, entries: () => [...shown.values()].flat() };
}

function compare(a: Entry<string>, b: Entry<string>): number {
  const [one, other] = [a.call, b.call];
  if (a.weight !== b.weight) return b.weight - a.weight;
  if (one.intent.ts !== other.intent.ts) return one.intent.ts < other.intent.ts ? -1 : 1;
  if (one.log !== other.log) return one.log < other.log ? -1 : 1;
  return one.intent.seq - other.intent.seq;
}
