/** One file of a journal: what is appended to it is durable and acknowledges the logs it covers, until it is emptied. */

import type { JournalFault } from './journal-fault.ts';
import { createFlags, type LogFiles } from './log-files.ts';
import type { TrackedFile } from './tracked-file.ts';

export interface JournalFile {
  /** Bytes that are durable. */
  readonly size: () => number;
  /** Logs whose lines it holds and that may not be flushed yet. */
  readonly covers: Set<TrackedFile>;
  /**
   * Whether the bytes are durable; false where there was no room, and the file is as it was before. Throws where nobody
   * knows what it holds: the fault is raised then.
   */
  readonly append: (bytes: Buffer) => Promise<boolean>;
  /** The logs it covered are flushed. */
  readonly empty: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface JournalFileParts {
  readonly files: LogFiles;
  readonly fault: JournalFault;
  readonly report: (message: string, cause?: unknown) => void;
}

/** Makes the file, which must not exist. */
export async function openJournalFile(path: string, { files, fault, report }: JournalFileParts): Promise<JournalFile> {
  const fd = await files.open(path, createFlags, 0o600);
  const covers = new Set<TrackedFile>();
  let size = 0;

  async function write(bytes: Buffer): Promise<boolean> {
    try {
      let rest = bytes;
      while (rest.length > 0) {
        const count = await files.write(fd, rest);
        if (count <= 0) throw new Error('the file takes no more bytes');
        rest = rest.subarray(count);
      }
      return true;
    } catch (error) {
      await files.truncate(fd, size);
      report('the audit journal could not be written to; logs are flushed one by one', error);
      return false;
    }
  }

  /** What could not be flushed was acknowledged to nobody, and must not come back at the next start. */
  async function flush(): Promise<void> {
    try {
      await files.datasync(fd);
    } catch (error) {
      fault.raise(error); // before anything else may be recorded
      await files.truncate(fd, size).catch(() => undefined);
      throw error;
    }
  }

  return {
    size: () => size,
    covers,
    async append(bytes) {
      if (!(await write(bytes))) return false;
      await flush();
      size += bytes.length;
      return true;
    },
    async empty() {
      covers.clear();
      await files.truncate(fd, 0);
      size = 0;
    },
    close: () => files.close(fd),
  };
}
