/**
 * What is acknowledged when. A record of a log goes these steps, in this order, and is told to nobody before the fifth:
 *
 * 1. serialize    when it is appended: one line's content, refused where it would be too long (log.ts, serializer.ts)
 * 2. queue        all that is appended while one commit runs is the batch of the next (commit-queue.ts)
 * 3. chain        each line names the hash of the line before it; the log's head does not move yet (frame.ts)
 * 4. write and    into the file of the log with one fdatasync; where several logs wait for the disk, lines are flushed
 *    flush        with one fdatasync of the journal instead (active-segment.ts, segment-file.ts, journal.ts)
 * 5. acknowledge  the head moves to the new end; then the caller of each record is told where it stands
 *
 * Intent and outcome go the same way. The key to a backend is cut after the fifth step of the intent, rows are released
 * after the fifth of the outcome (desk.ts). Who waits longer than the deadline is told that it failed, while the disk may
 * still be at it: where the record lands after all, one more says that nothing ran, or that the rows were withheld
 * (call-records.ts).
 *
 * A batch also holds what the log owes: first the record that opens a file, then what was cut short before, then the
 * key in force; after the records a seal, where one is due or the file is full. A full file, a new day and a failed flush
 * begin a new file before a batch, never within one. Where a step fails the head stays, and what may stand beyond it is
 * cut off or set aside before another line is written.
 */

import type { ActiveSegment } from './active-segment.ts';
import type { CallLedger } from './call-ledger.ts';
import type { Entry, Placed } from './commit-queue.ts';
import { beginFrame } from './frame.ts';
import type { LogSetting } from './log-setting.ts';
import { openingRecord, recoverRecords } from './opening-records.ts';
import type { Orphan } from './records/outcome.ts';
import type { RecordBody } from './records.ts';
import type { SealCadence } from './seal-cadence.ts';

export interface CommitParts {
  readonly setting: LogSetting;
  readonly origin: string;
  readonly logId: string;
  readonly segment: ActiveSegment;
  readonly ledger: CallLedger;
  readonly seals: SealCadence;
}

/** Makes a batch durable and says where each entry stands, in order. Throws LogUnavailable: then none does. */
export type Commit = (batch: readonly Entry[]) => Promise<readonly Placed[]>;

export function createCommit({ setting, origin, logId, segment, ledger, seals }: CommitParts): Commit {
  const { clock, serialize, writer } = setting;

  /** What must be on record before anything else. */
  function owed(orphans: readonly Orphan[]): readonly RecordBody[] {
    const cutShort = recoverRecords(segment.torn(), orphans);
    const opening = segment.opening();
    if (opening === undefined) return cutShort;
    const log = { origin, logId, identity: seals.identity, epochs: seals.epochs() };
    const { frontier } = segment.head().range;
    return [openingRecord(opening, { ...log, first: segment.first(), frontier, open: ledger.sections() }), ...cutShort];
  }

  return async (batch) => {
    await segment.prepare();
    const before = segment.head().range.size;
    const frame = beginFrame(segment.head(), clock, writer);
    const sealing = seals.begin(frame);
    const orphans = ledger.lost();
    for (const record of owed(orphans)) frame.add(serialize(record));
    // asked for although nothing is new: what a process before this one left without a head
    const isOverdue = seals.isAsked() && seals.isBehind(before);
    if (batch.length > 0 || frame.size() > before || isOverdue)
      sealing.certify(frame.now(), segment.opening() !== undefined);
    const placed = batch.map(({ content }) => sealing.add(content));
    if (seals.isAsked() || segment.isFullWith(frame.bytes())) sealing.close(); // so that each file can be checked alone
    seals.answer();
    if (frame.size() === before) return [];

    const { bytes, head } = frame.finish();
    try {
      await segment.append(bytes, head);
    } catch (error) {
      seals.dropped();
      throw error;
    }
    seals.durable(sealing, head.range.size);
    ledger.accounted(orphans);
    return placed;
  };
}
