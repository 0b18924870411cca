/** Appends the records of calls. Where a record lands after its caller was told that it failed, one more says so. */

import type { CallLedger } from './call-ledger.ts';
import type { CommitQueue, Placed } from './commit-queue.ts';
import type { IntentBody } from './records/intent.ts';
import type { OutcomeBody, PrecommitBody } from './records/outcome.ts';

export interface CallRecords {
  /** An intent that is not final: it owes an outcome. */
  readonly intent: (body: IntentBody) => Promise<Placed>;
  /** Resolves when the number of a write's transaction is durable: before its COMMIT. */
  readonly precommit: (body: PrecommitBody) => Promise<Placed>;
  readonly outcome: (body: OutcomeBody) => Promise<Placed>;
  /** The outcome of a write, once the server was asked what became of it. */
  readonly settle: (body: OutcomeBody) => Promise<Placed>;
}

/** `serialize` throws LogUnavailable where a record's line would be too long. `late` is told of a late record that failed. */
export function createCallRecords(
  queue: CommitQueue,
  ledger: CallLedger,
  serialize: (body: IntentBody | PrecommitBody | OutcomeBody) => string,
  late: (error: unknown) => void,
): CallRecords {
  async function intent(body: IntentBody): Promise<Placed> {
    const fate = (placed: Placed | undefined, tooLate: boolean) => {
      if (placed === undefined) return;
      ledger.intended(body, placed.seq);
      if (tooLate) outcome(afterDeadline(body.call, placed.seq, 'not_executed')).catch(late);
    };
    return queue.append(serialize(body), { urgent: false, fate });
  }

  async function precommit(body: PrecommitBody): Promise<Placed> {
    const fate = (placed: Placed | undefined) => {
      if (placed !== undefined) ledger.committing(body);
    };
    return queue.append(serialize(body), { urgent: true, fate });
  }

  async function outcome(body: OutcomeBody): Promise<Placed> {
    const { call, iseq, st } = body;
    const fate = (placed: Placed | undefined, tooLate: boolean) => {
      if (placed === undefined) ledger.lose({ call, iseq, st: st === 'ok' ? 'withheld' : st, why: 'audit_failed' });
      else ledger.ended(body, placed.seq);
      if (placed === undefined || !tooLate || st !== 'ok') return;
      const amended = { ...afterDeadline(call, iseq, 'withheld'), amends: placed.seq };
      queue.append(serialize(amended), { urgent: true }).catch(late);
    };
    return queue.append(serialize(body), { urgent: true, fate });
  }

  async function settle(body: OutcomeBody): Promise<Placed> {
    const fate = (placed: Placed | undefined) => {
      if (placed !== undefined) ledger.settled(body); // else it is asked for again
    };
    return queue.append(serialize(body), { urgent: true, fate });
  }

  return { intent, precommit, outcome, settle };
}

function afterDeadline(call: string, iseq: number, st: 'not_executed' | 'withheld'): OutcomeBody {
  return { type: 'outcome', call, iseq, st, why: 'audit_deadline' };
}
