/** How far behind the copy elsewhere is: of each log, since when its oldest line that is not there has been waiting. */

import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { listLogs, listSegments, logDirectory, type Segment } from './layout.ts';
import { eachLine } from './lines.ts';
import { isMissing } from './log-errors.ts';
import { readCursor } from './ship-cursor.ts';

export interface ShipLag {
  readonly id: string;
  readonly instance: string;
  /** Lines the target has acknowledged. */
  readonly shipped: number;
  /** `ts` of the oldest line that it has not; undefined when it has all. */
  readonly waitingSince: string | undefined;
}

export interface ShipLagReader {
  /** The lag of every log under the directory, or of one instance's. Costs a few reads for each log; takes no lock. */
  readonly read: (instance?: string) => Promise<readonly ShipLag[]>;
}

/** Bytes in which the `ts` of every line stands. */
const headBytes = 256;

/** `target` as in the cursors: what was shipped elsewhere does not count. */
export function createShipLagReader(root: string, target: string): ShipLagReader {
  /** What waits does not change until the cursor moves: log → the cursor's size, and the time of the line there. */
  const known = new Map<string, { readonly shipped: number; readonly since: string }>();

  async function lagOf(log: { readonly id: string; readonly instance: string }): Promise<ShipLag> {
    const cursor = await readCursor(root, log, target);
    const shipped = cursor?.size ?? 0;
    const key = `${log.id}/${log.instance}`;
    const before = known.get(key);
    if (before?.shipped === shipped) return { ...log, shipped, waitingSince: before.since };
    const look = async () => timeOfLine(await listSegments(logDirectory(root, log.id, log.instance)), shipped, cursor);
    const since = await look().catch((error: unknown) => {
      if (isMissing(error)) return look(); // the file was compressed in between
      throw error;
    });
    if (since !== undefined) known.set(key, { shipped, since });
    return { ...log, shipped, waitingSince: since };
  }

  return {
    async read(instance) {
      const logs = await listLogs(root).catch((error: unknown) => {
        if (isMissing(error)) return [];
        throw error;
      });
      const lags: ShipLag[] = [];
      for (const log of logs) if (instance === undefined || log.instance === instance) lags.push(await lagOf(log));
      return lags;
    },
  };
}

/** The `ts` of the line `seq`; undefined while there is none, or only a part of one. */
async function timeOfLine(
  segments: readonly Segment[],
  seq: number,
  place: { readonly first: number; readonly offset: number } | undefined,
): Promise<string | undefined> {
  const segment = segments.findLast(({ first }) => first <= seq);
  if (segment === undefined)
    return segments[0] === undefined ? undefined : timeOfLine(segments, segments[0].first, undefined);
  const offset = segment.first === seq ? 0 : segment.first === place?.first ? place.offset : undefined;
  if (!segment.compressed && offset !== undefined) return timeAt(segment.path, offset);
  let time: string | undefined;
  let at = segment.first;
  await eachLine(segment.path, (bytes, start, end) => {
    if (at === seq) time = timeIn(bytes.toString('latin1', start, Math.min(end, start + headBytes)));
    at += 1;
    return at <= seq;
  });
  return time;
}

async function timeAt(path: string, offset: number): Promise<string | undefined> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const bytes = Buffer.alloc(headBytes);
    const { bytesRead } = await file.read(bytes, 0, headBytes, offset);
    return timeIn(bytes.toString('latin1', 0, bytesRead));
  } finally {
    await file.close();
  }
}

function timeIn(head: string): string | undefined {
  return /^\{"prev":"[0-9a-f]{64}","seq":\d+,"v":1,"ts":"([^"]+)"/.exec(head)?.[1];
}

/** Milliseconds for which the oldest of them has been waiting; 0 when none waits. */
export function longestWait(lags: readonly ShipLag[], now: number): number {
  const waits = lags.map(({ waitingSince }) => (waitingSince === undefined ? 0 : now - Date.parse(waitingSince)));
  return Math.max(0, ...waits);
}
