/** A disk that fails on demand: the real file operations, with one put out of order. */

import { diskFiles, type LogFiles } from '../../src/audit/log-files.ts';

export type Operation = 'write' | 'datasync' | 'truncate' | 'sync' | 'open';

export interface FailingFiles {
  readonly files: LogFiles;
  /** The next `times` calls of `operation` throw `code`. */
  readonly fail: (operation: Operation, code: string, times?: number) => void;
  /** The `n`-th call of `operation`, counted from 1 since the disk was made, throws `code`, and `more` calls after it. */
  readonly failAt: (operation: Operation, n: number, code: string, more?: number) => void;
  /** From the next write on, only so many bytes in all are taken; then short writes, then ENOSPC. */
  readonly space: (bytes: number) => void;
  /** Every call of `operation` waits until the returned function is called. */
  readonly stall: (operation: 'write' | 'datasync') => () => void;
  /** How often each operation was called. */
  readonly calls: Record<Operation, number>;
}

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: on demand`), { code });
}

export function failingFiles(): FailingFiles {
  const faults = new Map<Operation, { code: string; times: number }>();
  const plans = new Map<Operation, { n: number; code: string; more: number }>();
  const gates = new Map<Operation, Promise<void>>();
  const calls = { write: 0, datasync: 0, truncate: 0, sync: 0, open: 0 };
  let left = Number.POSITIVE_INFINITY;

  async function pass(operation: Operation): Promise<void> {
    calls[operation] += 1;
    await gates.get(operation);
    const planned = plans.get(operation);
    if (planned !== undefined && calls[operation] >= planned.n && calls[operation] <= planned.n + planned.more)
      throw systemError(planned.code);
    const fault = faults.get(operation);
    if (fault === undefined || fault.times <= 0) return;
    fault.times -= 1;
    throw systemError(fault.code);
  }

  return {
    calls,
    fail: (operation, code, times = 1) => void faults.set(operation, { code, times }),
    failAt: (operation, n, code, more = 0) => void plans.set(operation, { n, code, more }),
    space: (bytes) => {
      left = bytes;
    },
    stall(operation) {
      let open = () => {};
      gates.set(operation, new Promise((resolve) => (open = resolve)));
      return () => {
        gates.delete(operation);
        open();
      };
    },
    files: {
      ...diskFiles,
      async open(path, flags, mode) {
        await pass('open');
        return diskFiles.open(path, flags, mode);
      },
      async write(fd, bytes) {
        await pass('write');
        if (left <= 0) throw systemError('ENOSPC');
        const written = await diskFiles.write(fd, bytes.subarray(0, Math.min(bytes.length, left)));
        left -= written;
        return written;
      },
      async datasync(fd) {
        await pass('datasync');
        return diskFiles.datasync(fd);
      },
      async truncate(fd, length) {
        await pass('truncate');
        return diskFiles.truncate(fd, length);
      },
      async sync(fd) {
        await pass('sync');
        return diskFiles.sync(fd);
      },
    },
  };
}
