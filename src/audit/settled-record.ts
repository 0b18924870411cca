/** The outcome of a write whose end this broker missed, from what the server says of its transaction. */

import type { Unsettled } from './open-calls.ts';
import type { OutcomeBody } from './records/outcome.ts';

export interface UnsettledWrite extends Unsettled {
  /** The database. */
  readonly id: string;
}

/** What the server says of a transaction, or why nothing can be said: a word of ours. */
export type WriteFate =
  | { readonly is: 'committed' | 'aborted' }
  | { readonly is: 'unknown'; readonly why: 'forgotten' | 'other_server' | 'database_gone' };

export function settledRecord({ call, iseq, xid, amends }: UnsettledWrite, fate: WriteFate): OutcomeBody {
  const corrected = amends === undefined ? {} : { amends };
  return { type: 'outcome', call, iseq, ...corrected, ...endOf(fate), be: { xid } };
}

/** The change was made and its answer never released; or it was not made; or nobody can say. */
function endOf(fate: WriteFate): Pick<OutcomeBody, 'st' | 'why'> {
  if (fate.is === 'unknown') return { st: 'unknown', why: fate.why };
  return { st: fate.is === 'committed' ? 'withheld' : 'error', why: fate.is };
}
