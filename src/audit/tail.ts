/** The newest records of every log, in the order of their time, and those that follow as they are written. */

import { open, stat } from 'node:fs/promises';
import { readRecord } from './full-check.ts';
import { listLogs, listSegments, logDirectory } from './layout.ts';
import type { LogRecord } from './records.ts';

export interface TailLine {
  /** `database/instance`. */
  readonly log: string;
  readonly record: LogRecord;
  /** As it stands in the file. */
  readonly line: string;
}

/** How far back one log is read for its newest records. */
const windowBytes = 1024 * 1024;

interface Follower {
  readonly id: string;
  readonly instance: string;
  path: string;
  offset: number;
}

/** Reads the newest `count` records of the logs asked for; `follow` then gives those written since, each time it is called. */
export async function openTailReader(root: string, only: readonly string[], count: number) {
  const followers = new Map<string, Follower>();

  async function discover(): Promise<readonly TailLine[]> {
    const fresh: TailLine[] = [];
    for (const { id, instance } of await listLogs(root)) {
      const log = `${id}/${instance}`;
      if (followers.has(log) || (only.length > 0 && !only.includes(id))) continue;
      const segment = (await listSegments(logDirectory(root, id, instance))).findLast(({ compressed }) => !compressed);
      if (segment === undefined) continue;
      const { size } = await stat(segment.path);
      const follower = { id, instance, path: segment.path, offset: Math.max(0, size - windowBytes) };
      followers.set(log, follower);
      fresh.push(...(await readNew(follower))); // a line cut by the window is no record, and is skipped
    }
    return fresh;
  }

  async function advance(follower: Follower): Promise<readonly TailLine[]> {
    const lines = [...(await readNew(follower))];
    const segments = await listSegments(logDirectory(root, follower.id, follower.instance));
    for (const { path } of segments.filter(({ path, compressed }) => !compressed && path > follower.path)) {
      follower.path = path;
      follower.offset = 0;
      lines.push(...(await readNew(follower)));
    }
    return lines;
  }

  const newest = byTime(await discover()).slice(-count);
  return {
    newest,
    async follow(): Promise<readonly TailLine[]> {
      const known = [...followers.values()];
      const lines: TailLine[] = [];
      for (const follower of known) lines.push(...(await advance(follower)));
      lines.push(...(await discover()));
      return byTime(lines);
    },
  };
}

/** Whole lines after the follower's offset; an unfinished one waits. Lines that are no records are left to `verify`. */
async function readNew(follower: Follower): Promise<readonly TailLine[]> {
  const { size } = await stat(follower.path);
  const bytes = Buffer.alloc(Math.max(0, size - follower.offset));
  const file = await open(follower.path, 'r');
  const { bytesRead } = await file.read(bytes, 0, bytes.length, follower.offset).finally(() => file.close());
  const end = bytes.lastIndexOf(0x0a, bytesRead - 1) + 1;
  follower.offset += end;
  const log = `${follower.id}/${follower.instance}`;
  return bytes
    .toString('utf8', 0, end)
    .split('\n')
    .slice(0, -1)
    .map((line) => ({ line, record: readRecord(line) }))
    .flatMap(({ line, record }) => (typeof record === 'string' ? [] : [{ log, record, line }]));
}

function byTime(lines: readonly TailLine[]): readonly TailLine[] {
  return [...lines].sort((a, b) =>
    a.record.ts < b.record.ts ? -1 : a.record.ts > b.record.ts ? 1 : a.record.seq - b.record.seq,
  );
}
