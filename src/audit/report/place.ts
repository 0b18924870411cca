/** Where a record stands, for a reader to look it up. */

import type { AuditedCall } from '../calls.ts';

export interface Place {
  readonly log: string;
  readonly seq: number;
  readonly call: string;
  readonly ts: string;
}

export function placeOf({ log, intent }: AuditedCall): Place {
  return { log, seq: intent.seq, call: intent.call, ts: intent.ts };
}
