/** What every view says first: what was verified, and how much of it matched. */

import type { CallsRead } from '../audit/calls.ts';
import { exitCodeOf } from '../audit/findings.ts';
import { areSigned } from '../audit/verify.ts';
import type { Terminal } from './deps.ts';
import { counted } from './layout.ts';

export interface Verified {
  readonly code: 0 | 1 | 3;
  readonly intact: boolean;
  readonly signed: boolean;
  readonly logs: number;
  readonly records: number;
}

export function verifiedOf({ logs, records }: CallsRead): Verified {
  const code = exitCodeOf(logs.flatMap(({ findings }) => findings));
  return {
    code,
    intact: code !== 3,
    signed: areSigned(logs),
    logs: logs.length,
    records,
  };
}

export function verifiedLine({ code, signed, logs, records }: Verified, matched: number): string {
  const state = code === 3 ? 'DAMAGED (see audit verify; what follows the damage is not shown)' : 'chain verified';
  const heads = signed ? 'heads signed' : 'heads unsigned';
  return `Matched ${counted(matched, 'call')} of ${counted(records, 'verified record')} in ${counted(logs, 'log')}; ${state}, ${heads}.`;
}

/** Tells somebody who waits how far the reading of a log is. */
export const progressOn =
  ({ passing }: Terminal) =>
  (log: string, records: number): void =>
    passing(`verifying ${log}: ${records.toLocaleString('en')} records …`);
