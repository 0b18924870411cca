/** The file operations as a log sees them where a journal stands behind: its files are followed, and flushed by whoever is quicker. */

import { fstatSync } from 'node:fs';
import { relative } from 'node:path';
import type { JournalFault } from './journal-fault.ts';
import type { LogFiles } from './log-files.ts';
import { type FlushFile, isBehind, type TrackedFile, trackFile } from './tracked-file.ts';

/** `makeDurable` resolves when what is written of a file is durable, wherever; `flushFile` flushes the file itself. */
export function createTrackedFiles(
  root: string,
  files: LogFiles,
  fault: JournalFault,
  makeDurable: (file: TrackedFile) => Promise<void>,
  flushFile: FlushFile,
): LogFiles {
  const tracked = new Map<number, TrackedFile>();
  return {
    ...files,
    async open(path, flags, mode) {
      const failure = fault.raised();
      if (failure !== undefined) throw failure.error; // a new file would stand where replayed lines belong
      const fd = await files.open(path, flags, mode);
      if (path.endsWith('.jsonl')) tracked.set(fd, trackFile(fd, relative(root, path), fstatSync(fd).size));
      return fd;
    },
    async write(fd, bytes) {
      const count = await files.write(fd, bytes);
      const file = tracked.get(fd);
      if (file === undefined || count <= 0) return count;
      file.pending.push(bytes.subarray(0, count));
      file.size += count;
      return count;
    },
    async truncate(fd, length) {
      await files.truncate(fd, length);
      const file = tracked.get(fd);
      if (file === undefined) return;
      file.pending = [];
      file.size = length;
      file.flushed = Math.min(file.flushed, length);
      file.cuts += 1;
    },
    datasync(fd) {
      const file = tracked.get(fd);
      return file === undefined ? files.datasync(fd) : makeDurable(file);
    },
    async close(fd) {
      const file = tracked.get(fd);
      tracked.delete(fd);
      if (file !== undefined) {
        file.gone = isBehind(file) ? flushFile(file) : Promise.resolve();
        await file.gone.catch(() => undefined); // the journal keeps it, and whoever waits for the disk is told
        await file.busy;
      }
      await files.close(fd);
    },
  };
}
