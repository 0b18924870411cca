/** One open log file: what `append` resolved for is on disk, and what it rejected is not in the file or the file is given up. */

import { unlink } from 'node:fs/promises';
import { isOutOfSpace, LogUnavailable } from './log-errors.ts';
import { appendFlags, createFlags, type LogFiles, syncDirectory } from './log-files.ts';

export interface SegmentFile {
  readonly path: string;
  /**
   * Writes `bytes` at `end`, the current end of the file, and flushes them. On an error of the write the file is cut back
   * to `end`. A file that was removed, replaced, cut or written by someone else takes no record any more: nobody would
   * find what it acknowledged. On an error of the flush, or of the cut, the file is poisoned: what it holds beyond `end` is unknown, and
   * retrying a flush may report success for pages the kernel has dropped. Throws LogUnavailable.
   */
  readonly append: (bytes: Buffer, end: number) => Promise<void>;
  readonly poisoned: () => boolean;
  readonly close: () => Promise<void>;
}

/** Opens an existing file (its last durable byte is the caller's to know). */
export async function openSegment(files: LogFiles, path: string): Promise<SegmentFile> {
  return segment(files, path, await files.open(path, appendFlags, 0o640));
}

/** Makes a file that must not exist; its directory entry is durable when this resolves. */
export async function createSegment(files: LogFiles, directory: string, path: string): Promise<SegmentFile> {
  const fd = await files.open(path, createFlags, 0o640);
  try {
    await files.sync(fd);
    await syncDirectory(files, directory);
  } catch (error) {
    await files.close(fd).catch(() => undefined);
    await unlink(path).catch(() => undefined); // an empty file of that name would stand in the way of the next attempt
    throw error;
  }
  return segment(files, path, fd);
}

function segment(files: LogFiles, path: string, fd: number): SegmentFile {
  let poisoned = false;
  let foreign = false;

  function poison(error: unknown): LogUnavailable {
    poisoned = true;
    return new LogUnavailable('poisoned', 'a flush of the audit log failed', error);
  }

  function refuseForeign(): void {
    if (foreign)
      throw new LogUnavailable(
        'unusable',
        'the audit log file was removed, replaced or changed by someone else; find out who, then start anew',
      );
  }

  async function writeAll(bytes: Buffer): Promise<void> {
    let rest = bytes;
    while (rest.length > 0) {
      const written = await files.write(fd, rest); // may be short without an error: a full disk says so only the next time
      if (written <= 0) throw new Error('the file takes no more bytes');
      rest = rest.subarray(written);
    }
  }

  async function cutBack(end: number, error: unknown): Promise<LogUnavailable> {
    try {
      await files.truncate(fd, end);
    } catch (failure) {
      return poison(failure);
    }
    if (isOutOfSpace(error)) return new LogUnavailable('no_space', 'there is no space left for the audit log', error);
    return new LogUnavailable('write_failed', 'the audit log could not be written', error);
  }

  return {
    path,
    async append(bytes, end) {
      if (poisoned) throw new LogUnavailable('poisoned', 'the audit log file was given up after a failed flush');
      refuseForeign();
      try {
        await writeAll(bytes);
      } catch (error) {
        throw await cutBack(end, error);
      }
      try {
        await files.datasync(fd);
      } catch (error) {
        throw poison(error);
      }
      foreign = !files.holds(fd, path, end + bytes.length);
      refuseForeign();
    },
    poisoned: () => poisoned,
    close: () => files.close(fd),
  };
}
