/** The records a log owes before any other: what opens a file, and what was cut short before it. */

import type { OpenCallSection } from './records/file.ts';
import type { Orphan, RecoverBody } from './records/outcome.ts';
import type { RecordBody } from './records.ts';

export type Opening = 'genesis' | 'rotation' | 'flush_failed';

/** What was set aside, and why. */
export type Torn = Omit<RecoverBody, 'type' | 'orphans'>;

/** The log that a file belongs to, and how far it reaches where the file begins. */
export interface OpeningLog {
  readonly origin: string;
  readonly logId: string;
  /** The identity's verifier key, where heads are signed. */
  readonly identity: string | undefined;
  readonly epochs: number;
  /** `seq` of the file's first record. */
  readonly first: number;
  readonly frontier: readonly string[];
  readonly open: OpenCallSection[];
}

/** The first record of a file. */
export function openingRecord(why: Opening, log: OpeningLog): RecordBody {
  const { origin, logId, identity, epochs, first, frontier, open } = log;
  return why === 'genesis'
    ? { type: 'genesis', origin, log_id: logId, vkeys: identity === undefined ? [] : [identity] }
    : { type: 'segment', origin, first, frontier: [...frontier], why, epochs, open };
}

/** Orphans named in one record, so that the line stays short. */
const orphansPerRecord = 1_000;

/** Nothing where nothing is owed; else as many records as it takes to name every orphan. */
export function recoverRecords(torn: Torn | undefined, orphans: readonly Orphan[]): readonly RecordBody[] {
  if (torn === undefined && orphans.length === 0) return [];
  const records: RecordBody[] = [];
  const isCrash = orphans.some(({ why }) => why === 'broker_crash' || why === 'not_committed');
  let found = torn ?? { why: isCrash ? 'crash' : 'write_failed', torn_bytes: 0 };
  for (let at = 0; at === 0 || at < orphans.length; at += orphansPerRecord) {
    records.push({ type: 'recover', ...found, orphans: orphans.slice(at, at + orphansPerRecord) });
    found = { why: found.why, torn_bytes: 0 };
  }
  return records;
}
