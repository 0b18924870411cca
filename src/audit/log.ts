/** One log: the only writer of its files. What it resolved for is durable and chained (commit.ts says in which order); what it rejected was not told to anyone as done. */

import { createActiveSegment } from './active-segment.ts';
import { createCallLedger } from './call-ledger.ts';
import { type CallRecords, createCallRecords } from './call-records.ts';
import { createCommit } from './commit.ts';
import { createCommitQueue, type Placed } from './commit-queue.ts';
import { findSegment } from './found-segment.ts';
import { type Head, isTooLong } from './frame.ts';
import { prepareDirectory } from './layout.ts';
import { LogUnavailable } from './log-errors.ts';
import type { LogSetting } from './log-setting.ts';
import type { Unsettled } from './open-calls.ts';
import type { RecordBody } from './records.ts';
import { leaveNote } from './resume.ts';
import { createSealCadence } from './seal-cadence.ts';

export interface Log extends CallRecords {
  readonly origin: string;
  /** Any record that is not one of a call under way. */
  readonly note: (body: RecordBody) => Promise<Placed>;
  /** Writes of which the server must be asked what became. */
  readonly unsettled: () => readonly Unsettled[];
  /** Calls between their intent and their outcome, and writes still to be asked for. */
  readonly openCalls: () => number;
  /** Writes what is owed without a call: orphans found when it was opened. */
  readonly payDebts: () => Promise<void>;
  readonly head: () => Head;
  readonly stalled: () => boolean;
  /** Records queued or in flight. */
  readonly waiting: () => number;
  readonly close: () => Promise<void>;
}

/** Opens the log in `directory`, repairing what a crash left. Throws LogUnavailable `unusable` on damage. */
export async function openLog(setting: LogSetting, directory: string, origin: string, logId: string): Promise<Log> {
  const { report, serialize } = setting;
  await prepareDirectory(directory);
  const found = await findSegment(setting, directory);
  if (found.open.size > 0)
    report(`${found.open.size} calls in ${origin} have an intent and no outcome: the process died between`);
  const segment = createActiveSegment(setting, directory, origin, found);
  const ledger = createCallLedger(found.open);
  const seals = createSealCadence(setting, directory, origin, found, () => queue.nudge());
  const commit = createCommit({ setting, origin, logId, segment, ledger, seals });
  const queue = createCommitQueue(commit, mayRetry, setting.queue);
  const records = createCallRecords(queue, ledger, content, (error) =>
    report(`a late record of ${origin} could not be written`, error),
  );

  async function mayRetry(error: LogUnavailable): Promise<boolean> {
    report(`records could not be written to ${origin}: ${error.message}`, error.cause);
    return error.fault === 'no_space' && (await setting.releaseReserve());
  }

  function content(body: RecordBody): string {
    const text = serialize(body);
    if (isTooLong(text)) throw new LogUnavailable('line_too_long', 'the record is longer than a line may be');
    return text;
  }

  const owesNothing = () =>
    segment.opening() === undefined && segment.torn() === undefined && ledger.lost().length === 0;

  async function payDebts(): Promise<void> {
    if (owesNothing()) return;
    queue.nudge();
    await queue.idle();
  }

  async function close(): Promise<void> {
    seals.stop();
    await queue.idle();
    if (seals.isBehind(segment.head().range.size)) {
      seals.ask();
      await queue.idle();
    }
    seals.stop();
    if (owesNothing() && ledger.isEven() && !segment.poisoned())
      await leaveNote(segment.path(), segment.head(), seals.sealed(), seals.epochs()).catch(() => undefined);
    await seals.settled();
    await segment.close();
  }

  return {
    origin,
    ...records,
    note: async (body) => queue.append(content(body), { urgent: body.type !== 'intent' }),
    unsettled: ledger.unsettled,
    openCalls: ledger.size,
    payDebts,
    head: segment.head,
    stalled: queue.stalled,
    waiting: queue.size,
    close,
  };
}
