/** The records a log owes before any other: what opens a file, and what was cut short before it. */

import type { Orphan, RecordBody, RecoverBody } from './records.ts';

export type Opening = 'genesis' | 'rotation' | 'flush_failed';

/** What was set aside, and why. */
export type Torn = Omit<RecoverBody, 'type' | 'orphans'>;

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
