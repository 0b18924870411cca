/** What every view says first: what was verified, and how much of it matched. */

import type { CallsRead } from '../audit/calls.ts';
import { exitCodeOf } from '../audit/findings.ts';
import { areSigned } from '../audit/verify.ts';

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
  return `Matched ${matched} calls of ${records} verified records in ${logs} logs; ${state}, ${heads}.`;
}
