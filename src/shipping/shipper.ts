/** Ships what is new of every log, oldest line first, and moves each cursor only behind what the target has acknowledged. */

import { formatTime } from '../audit/clock.ts';
import { listLogs, listSegments, logDirectory, type Segment } from '../audit/layout.ts';
import { isMissing } from '../audit/log-errors.ts';
import { readCursor, writeCursor } from '../audit/ship-cursor.ts';
import { readOpening } from './opening.ts';
import { type LinesFrom, type Place, readBatches } from './read-batches.ts';
import { ShipContradicted, ShipFailed, type ShipTarget } from './target.ts';
import { createTextShipper } from './text-shipper.ts';

export interface ShipperOptions {
  readonly root: string;
  readonly target: ShipTarget;
  /** Milliseconds a line must be old; see `settleTime`. */
  readonly settle?: number;
  readonly maxBytes?: number;
  /** For the operator: a log whose copy contradicts it, once. */
  readonly report: (message: string) => void;
}

export interface Pass {
  readonly lines: number;
  readonly bytes: number;
  /** Logs that are not shipped any more because they contradict their copy, or themselves. */
  readonly contradicted: readonly string[];
  /** Logs this process could not read, or whose cursor it could not write, this time. */
  readonly unreadable: readonly string[];
}

export interface Shipper {
  /** Ships once what is there. Throws ShipFailed when the target does not take it; what it acknowledged before stays so. */
  readonly pass: () => Promise<Pass>;
}

interface LogName {
  readonly id: string;
  readonly instance: string;
}

interface NamedLog extends LogName {
  readonly origin: string;
}

/**
 * Milliseconds. A line may stand in its file for a moment and be cut off again, when the write of its batch failed half
 * way; a line that old was not.
 */
export const settleTime = 2_000;

const batchBytes = 8 * 1024 * 1024;
const logsAtOnce = 8;

/** Only the process that holds the lock of `_ship` may use it. */
export function createShipper(options: ShipperOptions): Shipper {
  const { root, target, settle = settleTime, maxBytes = batchBytes, report } = options;
  /** What was told of a log: once, until it changes. */
  const reported = new Map<string, string>();
  const texts = createTextShipper(root, target);
  /** Logs the target did not take the last time: they come last, so that none keeps the others waiting. */
  const failed = new Set<string>();

  const segmentsOf = ({ id, instance }: LogName) => listSegments(logDirectory(root, id, instance));

  /** Undefined while the log has no line. */
  async function startOf(log: LogName): Promise<(Place & { readonly origin: string }) | undefined> {
    const cursor = await readCursor(root, log, target.name);
    if (cursor !== undefined) return cursor;
    const [oldest] = await segmentsOf(log);
    const opening = oldest === undefined ? undefined : await readOpening(oldest);
    if (oldest === undefined || opening === undefined) return undefined;
    const { origin, prev } = opening;
    return { origin, size: oldest.first, leaf: prev, first: oldest.first, offset: 0 };
  }

  async function shipLog(name: LogName, sum: Sum): Promise<void> {
    const start = await startOf(name);
    if (start === undefined) return;
    const log = { ...name, origin: start.origin };
    let place: Place = start;
    for (;;) {
      const { size, first: file } = place;
      const segment = (await segmentsOf(log)).findLast(({ first }) => first <= size);
      if (segment === undefined) return;
      const here = segment.first === file ? place : { ...place, first: segment.first, offset: 0 };
      place = await shipFile(log, segment, here, sum);
      const { size: reached } = place;
      if (!(await segmentsOf(log)).some(({ first }) => first === reached && first !== segment.first)) return;
    }
  }

  async function shipFile(log: NamedLog, segment: Segment, from: Place, sum: Sum): Promise<Place> {
    const limits = { maxBytes, before: formatTime((Date.now() - settle + 1) * 1000) };
    let place = from;
    for (let again = true; again; ) {
      again = false;
      for await (const batch of readBatches(segment, place, limits)) {
        const reached = await deliver(log, segment, batch);
        place = reached.to;
        const at = formatTime(Date.now() * 1000);
        await writeCursor(root, log, { target: target.name, origin: log.origin, ...place, ts: reached.ts, at });
        sum.lines += reached.to.size - reached.from.size;
        sum.bytes += reached.lines.length;
        again = reached !== batch;
        if (again) break; // the copy ends elsewhere: go on from there
      }
    }
    return place;
  }

  /** Resolves with the lines that are there now: the batch, or what an earlier attempt, cut short, had left. */
  async function deliver(log: NamedLog, segment: Segment, batch: LinesFrom): Promise<LinesFrom> {
    const { from, to, ts, lines } = batch;
    const place = { first: from.size, size: to.size, prev: from.leaf, leaf: to.leaf };
    const copy = await target.put({ ...log, ...place, ts, lines });
    if (copy.size === to.size && copy.leaf === to.leaf) return batch;
    const limits = { maxBytes: Number.POSITIVE_INFINITY, upTo: copy.size };
    for await (const own of readBatches(segment, from, limits))
      if (own.to.size === copy.size && own.to.leaf === copy.leaf) return own;
    throw new ShipContradicted(`its copy has records up to ${copy.size} that are not those of the log`);
  }

  /** Whatever is wrong with one log, the others are shipped. Throws ShipFailed alone: what concerns the target concerns all. */
  async function alone(name: string, pass: Stopped, work: () => Promise<void>) {
    try {
      await work();
      reported.delete(name);
    } catch (error) {
      if (error instanceof ShipFailed) throw error;
      if (isMissing(error)) return; // a file was compressed in between: the next pass finds it
      const contradicts = error instanceof ShipContradicted;
      (contradicts ? pass.contradicted : pass.unreadable).push(name);
      const why = contradicts
        ? `${name} is not shipped any more: ${error.message}`
        : `${name} cannot be shipped: ${codeOf(error)}`;
      if (reported.get(name) !== why) report(why);
      reported.set(name, why);
    }
  }

  async function logs(): Promise<readonly LogName[]> {
    const all = await listLogs(root).catch((error: unknown) => {
      if (isMissing(error)) return [];
      throw error;
    });
    const isLate = (log: LogName) => Number(failed.has(nameOf(log)));
    return [...all].sort((a, b) => isLate(a) - isLate(b));
  }

  return {
    async pass() {
      const sum = { lines: 0, bytes: 0 };
      const stopped: Stopped = { contradicted: [], unreadable: [] };
      await alone('_policy', stopped, texts.ship);
      const queue = [...(await logs())];
      failed.clear();
      const work = async () => {
        for (let log = queue.shift(); log !== undefined && failed.size === 0; log = queue.shift()) {
          const current = log;
          await alone(nameOf(current), stopped, () => shipLog(current, sum)).catch((error: unknown) => {
            failed.add(nameOf(current));
            throw error;
          });
        }
      };
      const ends = await Promise.allSettled(Array.from({ length: logsAtOnce }, work));
      for (const end of ends) if (end.status === 'rejected') throw end.reason;
      return { ...sum, ...stopped };
    },
  };
}

/** The system's word for it (`EACCES`); a path may name what is nobody's business. */
function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : String(error);
}

interface Stopped {
  readonly contradicted: string[];
  readonly unreadable: string[];
}

interface Sum {
  lines: number;
  bytes: number;
}

const nameOf = ({ id, instance }: LogName) => `${id}/${instance}`;
