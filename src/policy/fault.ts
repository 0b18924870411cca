/** What is wrong with a policy, told so that a person can mend it. */

import { Refusal } from '../model/errors.ts';

export interface Fault {
  readonly file: string;
  /** 1-based; 0 where the whole file is meant. */
  readonly line: number;
  readonly message: string;
  readonly hint: string;
}

export const printFault = ({ file, line, message }: Fault): string =>
  `${line === 0 ? file : `${file}:${line}`}: ${message}`;

/** POLICY_UNAVAILABLE: at least one policy cannot be used. For operators; the broker tells callers only the code's meaning. */
export class PolicyUnusable extends Refusal {
  constructor(readonly faults: readonly Fault[]) {
    const [first] = faults;
    const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
    super(
      'POLICY_UNAVAILABLE',
      first ? `${printFault(first)}${more}` : 'The policy cannot be used.',
      first ? { hint: first.hint } : {},
    );
  }
}

/** The candidate at most two edits away from a misspelt word. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const close = candidates.map((candidate) => ({
    candidate,
    edits: distance(word.toLowerCase(), candidate.toLowerCase()),
  }));
  return close.filter(({ edits }) => edits <= 2).sort((a, b) => a.edits - b.edits)[0]?.candidate;
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
