/** An open log file as the journal follows it: how far it is written, how far the journal answers for it, how far it is flushed. */

import type { JournalFault } from './journal-fault.ts';
import type { LogFiles } from './log-files.ts';

export interface TrackedFile {
  readonly fd: number;
  /** Relative to the audit directory. */
  readonly path: string;
  /** Bytes written. */
  size: number;
  /** Written by the append under way, at the end of the file, and acknowledged by nobody yet. */
  pending: Buffer[];
  /** How far the journal has acknowledged it, and how far the file itself is flushed. */
  journalled: number;
  flushed: number;
  /** How often it was cut back: a flush begun before a cut tells nothing of what was written after it. */
  cuts: number;
  /** Flushes under way: the descriptor may not be closed before they are over. */
  busy: Promise<unknown>;
  /** Set when it is being closed: settles when all of it is flushed, or cannot be. */
  gone: Promise<void> | undefined;
}

export function trackFile(fd: number, path: string, size: number): TrackedFile {
  const reach = { size, journalled: 0, flushed: 0, cuts: 0, pending: [] };
  return { fd, path, ...reach, busy: Promise.resolve(), gone: undefined };
}

/** Whether the journal alone holds something of it that was acknowledged. */
export function isBehind({ journalled, flushed }: TrackedFile): boolean {
  return journalled > flushed;
}

/** Flushes the file itself: all of it that was written when this was called is durable when it resolves. */
export type FlushFile = (file: TrackedFile) => Promise<void>;

/** Journal, sweep and close may all want it of one file at once: each answers for what was written when it began. */
export function createFlushFile(files: LogFiles, fault: JournalFault): FlushFile {
  return async (file) => {
    const { size, cuts } = file;
    const flush = files.datasync(file.fd);
    file.busy = Promise.allSettled([file.busy, flush]);
    try {
      await flush;
      if (file.cuts === cuts) file.flushed = Math.max(file.flushed, size);
    } catch (error) {
      if (isBehind(file)) fault.raise(error); // what the journal had acknowledged may be gone from the cache
      throw error;
    }
  };
}
