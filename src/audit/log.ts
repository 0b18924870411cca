/** One log: the only writer of its files. What it resolved for is durable and chained; what it rejected was not told to anyone as done. */

import { stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { createCheckpointFile } from './checkpoint-file.ts';
import type { Clock } from './clock.ts';
import { createCommitQueue, type Entry, type Placed, type QueueLimits } from './commit-queue.ts';
import { beginFrame, type Frame, type Head, isTooLong, newHead } from './frame.ts';
import { listSegments, prepareDirectory, type Segment, segmentName } from './layout.ts';
import { isMissing, LogUnavailable } from './log-errors.ts';
import type { LogFiles } from './log-files.ts';
import { type OpenCall, openSections, partOpenCalls, type Unsettled } from './open-calls.ts';
import { type Opening, recoverRecords, type Torn } from './opening-records.ts';
import type { IntentBody, Orphan, OutcomeBody, PrecommitBody, RecordBody } from './records.ts';
import { readTail, setTornAside } from './recovery.ts';
import { leaveNote, takeNote } from './resume.ts';
import { type Sealer, sealWithin } from './sealer.ts';
import { beginSealing } from './sealing.ts';
import { createSegment, openSegment, type SegmentFile } from './segment-file.ts';
import type { Serialize } from './serializer.ts';

/** What all logs of a process share. */
export interface LogSetting {
  readonly files: LogFiles;
  readonly clock: Clock;
  /** ULID of this process. */
  readonly writer: string;
  readonly serialize: Serialize;
  readonly queue: QueueLimits;
  /** Bytes after which a new segment is begun; so it is at the first record of a UTC day. */
  readonly rotateBytes: number;
  /** Gives back space kept in reserve; false when there is none left to give. */
  readonly releaseReserve: () => Promise<boolean>;
  /** Absent: heads are not signed. */
  readonly sealer?: Sealer;
  /** The newest anchor, for seals to carry. */
  readonly anchored?: () => { readonly size: number; readonly root: string } | undefined;
  /** Told of a file that is complete: it may be compressed. Never throws. */
  readonly closed?: (path: string, first: number) => void;
  /** For the operational log. */
  readonly report: (message: string, cause?: unknown) => void;
}

export interface Log {
  readonly origin: string;
  /** An intent that is not final: it owes an outcome. */
  readonly intent: (body: IntentBody) => Promise<Placed>;
  readonly outcome: (body: OutcomeBody) => Promise<Placed>;
  /** Resolves when the number of a write's transaction is durable: before its COMMIT. */
  readonly precommit: (body: PrecommitBody) => Promise<Placed>;
  /** Writes of which the server must be asked what became. */
  readonly unsettled: () => readonly Unsettled[];
  /** The outcome of such a write, once the server was asked. */
  readonly settle: (body: OutcomeBody) => Promise<Placed>;
  /** Any other record. */
  readonly note: (body: RecordBody) => Promise<Placed>;
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

/** Milliseconds between two attempts to go on after a failed flush. */
const healInterval = 1_000;

/** Opens the log in `directory`, repairing what a crash left. Throws LogUnavailable `unusable` on damage. */
export async function openLog(setting: LogSetting, directory: string, origin: string, logId: string): Promise<Log> {
  await prepareDirectory(directory);
  const { clock, files, report, serialize, writer } = setting;
  /** `seq` of an intent → its call. */
  const open = new Map<number, OpenCall>();
  /** `seq` of an intent → its write, of which the server must be asked. */
  const unsettled = new Map<number, Unsettled>();
  let head: Head = newHead;
  let first = 0;
  let file: SegmentFile;
  let opening: Opening | undefined;
  let torn: Torn | undefined;
  let lost: Orphan[] = [];
  let healTried = Number.NEGATIVE_INFINITY;
  let segmentDay = '';
  let sealed = 0; // lines up to and with the last seal or epoch certificate
  let epochs = 0;
  let sealTimer: NodeJS.Timeout | undefined;
  let sealNow = false;

  async function openTail(): Promise<SegmentFile> {
    const segments = [...(await listSegments(directory))];
    for (let last = segments.pop(); last !== undefined; last = segments.pop()) {
      const tail = (await takeNote(last.path)) ?? (await readTail(last));
      if (tail.torn > 0) {
        const aside = await setTornAside(last.path, tail.head.offset);
        torn = { why: 'crash', torn_bytes: aside.bytes, torn_sha256: aside.sha256 };
        report(`${aside.bytes} bytes of an unfinished write were set aside in ${directory}/torn`);
      }
      if (tail.head.offset === 0) {
        await unlink(last.path); // made, and never written to
        continue;
      }
      head = tail.head;
      first = last.first;
      sealed = tail.sealed;
      epochs = tail.epochs;
      segmentDay = head.ts.slice(0, 10);
      adopt(tail.open);
      for (const left of segments) if (!left.compressed) await finishFile(left); // a crash came first
      if (!last.compressed) return openSegment(files, last.path);
      head = { ...head, offset: 0 }; // complete and compressed: the file after it was made, and never written to
      first = head.range.size;
      opening = 'rotation';
      return createSegment(files, directory, join(directory, segmentName(first)));
    }
    opening = 'genesis';
    return createSegment(files, directory, join(directory, segmentName(0)));
  }

  /** A file left plain is complete, or it was made for a rotation that failed, and never written to. */
  async function finishFile({ path, first: begins }: Segment): Promise<void> {
    const bytes = await sizeOf(path);
    if (bytes === undefined) return; // compressed meanwhile: the work was handed out before this opening
    if (bytes === 0) await unlink(path);
    else setting.closed?.(path, begins);
  }

  /** Calls the process before this one left open. */
  function adopt(found: ReadonlyMap<number, OpenCall>): void {
    const parted = partOpenCalls(found);
    lost.push(...parted.lost);
    for (const write of parted.unsettled) {
      open.set(write.iseq, write);
      unsettled.set(write.iseq, write);
    }
    if (found.size > 0)
      report(`${found.size} calls in ${origin} have an intent and no outcome: the process died between`);
  }

  async function begin(why: Opening): Promise<void> {
    const size = head.range.size;
    const next = await createSegment(files, directory, join(directory, segmentName(size)));
    const done = { path: file.path, first };
    await file.close().catch((error: unknown) => report('an audit log file could not be closed', error));
    if (why === 'rotation') setting.closed?.(done.path, done.first);
    file = next;
    head = { ...head, offset: 0 };
    first = size;
    opening = why;
  }

  async function heal(): Promise<void> {
    if (Date.now() - healTried < healInterval) throw new LogUnavailable('poisoned', 'a flush of the audit log failed');
    healTried = Date.now();
    try {
      const aside = await setTornAside(file.path, head.offset);
      torn = { why: 'flush_failed', torn_bytes: aside.bytes, torn_sha256: aside.sha256 };
      if (head.range.size === first) await unlink(file.path);
      await begin(head.range.size === 0 ? 'genesis' : 'flush_failed');
    } catch (error) {
      throw new LogUnavailable('poisoned', 'the audit log could not be reopened after a failed flush', error);
    }
    report(`the audit log ${origin} goes on in a new segment after a failed flush`);
  }

  async function ready(): Promise<void> {
    if (file.poisoned()) await heal();
    const today = clock.stamp(head.ts).ts.slice(0, 10);
    if (opening !== undefined || (head.offset < setting.rotateBytes && today === segmentDay)) return;
    try {
      await begin('rotation');
    } catch (error) {
      report('a new audit log segment could not be begun; the old one is used on', error);
    }
  }

  function openingRecord(): readonly RecordBody[] {
    if (opening === undefined) return [];
    if (opening === 'genesis') {
      return [{ type: 'genesis', origin, log_id: logId, vkeys: sealer === undefined ? [] : [sealer.identity] }];
    }
    return [
      {
        type: 'segment',
        origin,
        first,
        frontier: [...head.range.frontier],
        why: opening,
        epochs: sealer?.epochs() ?? epochs,
        open: openSections(open),
      },
    ];
  }

  /** Records owed before anything else, and what to forget once they are durable. */
  function addDebts(add: (body: RecordBody) => void): () => void {
    const orphans = [...lost];
    for (const record of [...openingRecord(), ...recoverRecords(torn, orphans)]) add(record);
    return () => {
      for (const { iseq } of orphans) open.delete(iseq);
      lost = lost.slice(orphans.length);
      torn = undefined;
      if (opening !== undefined) segmentDay = head.ts.slice(0, 10);
      opening = undefined;
    };
  }

  async function commit(batch: readonly Entry[]): Promise<readonly Placed[]> {
    await ready();
    const frame = beginFrame(head, clock, writer);
    const sealing = beginSealing(frame, sealer, sealed, setting.anchored ?? (() => undefined), serialize);
    const paid = addDebts((body) => frame.add(serialize(body)));
    const mustSeal = sealNow && sealed < head.range.size; // what a process before this one left without a head
    if (batch.length > 0 || frame.size() > head.range.size || mustSeal) {
      sealing.certify(frame.now(), opening !== undefined);
    }
    const placed = batch.map(({ content }) => sealing.add(content));
    if (sealNow || rotationIsDue(frame)) sealing.close();
    sealNow = false;
    if (frame.size() === head.range.size) return [];
    const { bytes, head: next } = frame.finish();
    try {
      await file.append(bytes, head.offset);
    } catch (error) {
      sealer?.settle(false);
      throw error;
    }
    head = next;
    sealed = sealing.sealed();
    sealer?.settle(true);
    paid();
    const note = sealing.note();
    if (note !== undefined) checkpoint.publish(note);
    planSeal();
    return placed;
  }

  /** A line waits a second for its seal at most; while the disk fails, the next commit tries again. */
  function planSeal(): void {
    if (sealer === undefined || sealed === head.range.size || sealTimer !== undefined) return;
    sealTimer = setTimeout(() => {
      sealTimer = undefined;
      sealNow = true;
      queue.nudge();
    }, sealWithin);
    sealTimer.unref();
  }

  /** The last line of a segment is a seal, so that each can be checked alone. */
  function rotationIsDue(frame: Frame): boolean {
    return sealer !== undefined && head.offset + frame.bytes() >= setting.rotateBytes;
  }

  async function mayRetry(error: LogUnavailable): Promise<boolean> {
    report(`records could not be written to ${origin}: ${error.message}`, error.cause);
    return error.fault === 'no_space' && (await setting.releaseReserve());
  }

  const queue = createCommitQueue(commit, mayRetry, setting.queue);

  function content(body: RecordBody): string {
    const text = serialize(body);
    if (isTooLong(text)) throw new LogUnavailable('line_too_long', 'the record is longer than a line may be');
    return text;
  }

  async function intent(body: IntentBody): Promise<Placed> {
    const fate = (placed: Placed | undefined, tooLate: boolean) => {
      if (placed === undefined) return;
      open.set(placed.seq, { call: body.call });
      if (tooLate) quietly(outcome(settled(body.call, placed.seq, 'not_executed')));
    };
    return queue.append(content(body), { urgent: false, fate });
  }

  async function precommit(body: PrecommitBody): Promise<Placed> {
    const fate = (placed: Placed | undefined) => {
      if (placed !== undefined) open.set(body.iseq, { call: body.call, xid: body.xid });
    };
    return queue.append(content(body), { urgent: true, fate });
  }

  /** A write that ended `unknown` after its number was on record can still be asked for. */
  function answered({ call, iseq, st }: OutcomeBody, seq: number): void {
    const xid = open.get(iseq)?.xid;
    open.delete(iseq);
    if (st === 'unknown' && xid !== undefined) unsettled.set(iseq, { call, iseq, xid, amends: seq });
  }

  async function outcome(body: OutcomeBody): Promise<Placed> {
    const fate = (placed: Placed | undefined, tooLate: boolean) => {
      const st = body.st === 'ok' ? 'withheld' : body.st;
      if (placed === undefined) lost.push({ call: body.call, iseq: body.iseq, st, why: 'audit_failed' });
      else answered(body, placed.seq);
      if (placed === undefined || !tooLate || body.st !== 'ok') return;
      quietly(
        queue.append(content({ ...settled(body.call, body.iseq, 'withheld'), amends: placed.seq }), { urgent: true }),
      );
    };
    return queue.append(content(body), { urgent: true, fate });
  }

  async function settle(body: OutcomeBody): Promise<Placed> {
    const fate = (placed: Placed | undefined) => {
      if (placed === undefined) return; // it is asked for again
      open.delete(body.iseq);
      unsettled.delete(body.iseq);
    };
    return queue.append(content(body), { urgent: true, fate });
  }

  /** Nobody waits for these; what became of them stands in the log or in `lost`. */
  function quietly(work: Promise<Placed>): void {
    work.catch((error: unknown) => report(`a late record of ${origin} could not be written`, error));
  }

  const checkpoint = createCheckpointFile(directory);
  file = await openTail();
  const sealer = setting.sealer?.forLog(origin, epochs);

  return {
    origin,
    intent,
    outcome,
    precommit,
    unsettled: () => [...unsettled.values()],
    settle,
    note: async (body) => queue.append(content(body), { urgent: body.type !== 'intent' }),
    openCalls: () => new Set([...open.keys(), ...unsettled.keys()]).size,
    async payDebts() {
      if (opening === undefined && torn === undefined && lost.length === 0) return;
      queue.nudge();
      await queue.idle();
    },
    head: () => head,
    stalled: queue.stalled,
    waiting: queue.size,
    async close() {
      clearTimeout(sealTimer);
      await queue.idle();
      if (sealer !== undefined && sealed < head.range.size) {
        sealNow = true;
        queue.nudge();
        await queue.idle();
      }
      clearTimeout(sealTimer);
      const isClean = open.size === 0 && lost.length === 0 && torn === undefined && opening === undefined;
      if (isClean && !file.poisoned()) {
        await leaveNote(file.path, head, sealed, sealer?.epochs() ?? epochs).catch(() => undefined);
      }
      await checkpoint.settled();
      await file.close();
    },
  };
}

function settled(call: string, iseq: number, st: 'not_executed' | 'withheld'): OutcomeBody {
  return { type: 'outcome', call, iseq, st, why: 'audit_deadline' };
}

/** In bytes; undefined where there is no such file. */
function sizeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ size }) => size,
    (error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    },
  );
}
