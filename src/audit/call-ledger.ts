/** Which calls of a log are between their records: what is owed to them, and what the next file and the next start must know. */

import { type OpenCall, openSections, partOpenCalls, type Unsettled } from './open-calls.ts';
import type { OpenCallSection } from './records/file.ts';
import type { IntentBody } from './records/intent.ts';
import type { Orphan, OutcomeBody, PrecommitBody } from './records/outcome.ts';

/** Told of each record of a call once it is durable; and of an outcome that never will be. */
export interface CallLedger {
  readonly intended: (body: IntentBody, seq: number) => void;
  readonly committing: (body: PrecommitBody) => void;
  readonly ended: (body: OutcomeBody, seq: number) => void;
  /** The server was asked what became of a write, and the answer is on record. */
  readonly settled: (body: OutcomeBody) => void;
  readonly lose: (orphan: Orphan) => void;
  /** Calls whose end must be told by a `recover` record. */
  readonly lost: () => readonly Orphan[];
  /** Such a record names them, the first of `lost`, and is durable. */
  readonly accounted: (orphans: readonly Orphan[]) => void;
  /** Writes of which the server must be asked what became. */
  readonly unsettled: () => readonly Unsettled[];
  /** As a `segment` record carries the open calls into a new file. */
  readonly sections: () => OpenCallSection[];
  /** Calls between their intent and their outcome, and writes still to be asked for. */
  readonly size: () => number;
  /** Whether every intent has its outcome, or a `recover` record that tells its end. */
  readonly isEven: () => boolean;
}

/** `found`: the calls that the process before this one left open. */
export function createCallLedger(found: ReadonlyMap<number, OpenCall>): CallLedger {
  /** `seq` of an intent → its call. */
  const open = new Map<number, OpenCall>();
  /** `seq` of an intent → its write, of which the server must be asked. */
  const unsettled = new Map<number, Unsettled>();
  const parted = partOpenCalls(found);
  let lost = [...parted.lost];
  for (const write of parted.unsettled) {
    open.set(write.iseq, write);
    unsettled.set(write.iseq, write);
  }

  return {
    intended({ call }, seq) {
      open.set(seq, { call });
    },
    committing({ call, iseq, xid }) {
      open.set(iseq, { call, xid });
    },
    ended({ call, iseq, st }, seq) {
      const xid = open.get(iseq)?.xid;
      open.delete(iseq);
      // a write that ended `unknown` after its number was on record can still be asked for
      if (st === 'unknown' && xid !== undefined) unsettled.set(iseq, { call, iseq, xid, amends: seq });
    },
    settled({ iseq }) {
      open.delete(iseq);
      unsettled.delete(iseq);
    },
    lose(orphan) {
      lost.push(orphan);
    },
    lost: () => [...lost],
    accounted(orphans) {
      for (const { iseq } of orphans) open.delete(iseq);
      lost = lost.slice(orphans.length);
    },
    unsettled: () => [...unsettled.values()],
    sections: () => openSections(open),
    size: () => new Set([...open.keys(), ...unsettled.keys()]).size,
    isEven: () => open.size === 0 && lost.length === 0,
  };
}
