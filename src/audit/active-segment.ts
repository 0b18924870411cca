/** The file a log writes to now, and the log's head: begun anew where it is time, and after a failed flush. */

import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { FoundSegment } from './found-segment.ts';
import type { Head } from './frame.ts';
import { segmentName } from './layout.ts';
import { LogUnavailable } from './log-errors.ts';
import type { LogSetting } from './log-setting.ts';
import type { Opening, Torn } from './opening-records.ts';
import { setTornAside } from './recovery.ts';
import { createSegment } from './segment-file.ts';

export interface ActiveSegment {
  readonly path: () => string;
  /** What the next line continues from. It moves only once the lines before it are durable. */
  readonly head: () => Head;
  /** `seq` of the file's first record. */
  readonly first: () => number;
  /** Why the record that opens the file is owed; undefined once it is durable. */
  readonly opening: () => Opening | undefined;
  /** What was set aside and is not yet on record. */
  readonly torn: () => Torn | undefined;
  /** Before a batch: begins a new file where it is time. Throws LogUnavailable while a failed flush cannot be overcome. */
  readonly prepare: () => Promise<void>;
  /** Whether so many bytes more fill it. */
  readonly isFullWith: (bytes: number) => boolean;
  /**
   * Writes and flushes the lines that lead to `next`, the opening record and that of what was torn among them; they are
   * durable when this resolves. Throws LogUnavailable: then none of them is in the log.
   */
  readonly append: (bytes: Buffer, next: Head) => Promise<void>;
  readonly poisoned: () => boolean;
  readonly close: () => Promise<void>;
}

/** Milliseconds between two attempts to go on after a failed flush. */
const healInterval = 1_000;

export function createActiveSegment(
  setting: LogSetting,
  directory: string,
  origin: string,
  found: FoundSegment,
): ActiveSegment {
  const { clock, files, report, rotateBytes } = setting;
  let { file, first, head, opening, torn } = found;
  let day = head.ts.slice(0, 10);
  let healTried = Number.NEGATIVE_INFINITY;

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

  async function prepare(): Promise<void> {
    if (file.poisoned()) await heal();
    const today = clock.stamp(head.ts).ts.slice(0, 10);
    if (opening !== undefined || (head.offset < rotateBytes && today === day)) return;
    try {
      await begin('rotation');
    } catch (error) {
      report('a new audit log segment could not be begun; the old one is used on', error);
    }
  }

  async function append(bytes: Buffer, next: Head): Promise<void> {
    await file.append(bytes, head.offset);
    head = next;
    if (opening !== undefined) day = head.ts.slice(0, 10);
    opening = undefined;
    torn = undefined;
  }

  return {
    path: () => file.path,
    head: () => head,
    first: () => first,
    opening: () => opening,
    torn: () => torn,
    prepare,
    isFullWith: (bytes) => head.offset + bytes >= rotateBytes,
    append,
    poisoned: () => file.poisoned(),
    close: () => file.close(),
  };
}
