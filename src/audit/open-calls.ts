/** Calls between their intent and their outcome, and what a start makes of those it finds: lost, not committed, or still to be asked. */

import type { OpenCallSection } from './records/file.ts';
import type { Orphan } from './records/outcome.ts';

export interface OpenCall {
  readonly call: string;
  /** Number of the transaction, once it is on record that a COMMIT may follow. */
  readonly xid?: string;
  /** A write whose intent this process read: without a number on record, no COMMIT was sent. */
  readonly writes?: boolean;
}

/** A write of which only the server knows what became. */
export interface Unsettled {
  readonly call: string;
  readonly iseq: number;
  readonly xid: string;
  /** `seq` of the outcome `unknown` that is to be corrected; absent where there is no outcome yet. */
  readonly amends?: number;
}

/** As a `segment` record carries them into a new file. */
export function openSections(open: ReadonlyMap<number, OpenCall>): OpenCallSection[] {
  return [...open].map(([iseq, { call, xid }]) => ({ call, iseq, ...(xid === undefined ? {} : { xid }) }));
}

/**
 * Parts the calls that a dead process left open. The record of a write's number is durable before its COMMIT is sent, so a
 * write without one was rolled back by the server; with one, the server must be asked.
 */
export function partOpenCalls(found: ReadonlyMap<number, OpenCall>): {
  readonly lost: readonly Orphan[];
  readonly unsettled: readonly Unsettled[];
} {
  const lost: Orphan[] = [];
  const unsettled: Unsettled[] = [];
  for (const [iseq, { call, xid, writes }] of found) {
    if (xid !== undefined) unsettled.push({ call, iseq, xid });
    else if (writes === true) lost.push({ call, iseq, st: 'error', why: 'not_committed' });
    else lost.push({ call, iseq, st: 'unknown', why: 'broker_crash' });
  }
  return { lost, unsettled };
}
