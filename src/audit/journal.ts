/**
 * One flush for many logs. Where several logs wait for the disk at once, their lines go to a shared journal with one write
 * and one flush, which acknowledges them; the logs themselves, written to already, are flushed behind. A start writes again
 * what only the journal holds. It is transport, not evidence: mode 0600, never shipped, gone after a clean end.
 */

import { createJournalFault } from './journal-fault.ts';
import { encodeJournalFrame } from './journal-frames.ts';
import { createJournalPair, sweepAfter } from './journal-pair.ts';
import type { LogFiles } from './log-files.ts';
import { createFlushFile, type TrackedFile } from './tracked-file.ts';
import { createTrackedFiles } from './tracked-files.ts';

export interface Journal {
  /** The file operations as a log sees them: `datasync` resolves when the bytes written are durable, wherever. */
  readonly files: LogFiles;
  /** After the last log is closed. */
  readonly close: () => Promise<void>;
}

export interface JournalOptions {
  readonly root: string;
  readonly instance: string;
  readonly files: LogFiles;
  readonly report: (message: string, cause?: unknown) => void;
}

/** So many flushes of logs run side by side before the journal takes over: with one or two logs it would only cost. */
const direct = 2;

/** A log that waits for the disk. */
interface Waiting {
  readonly file: TrackedFile;
  readonly done: () => void;
  readonly fail: (error: unknown) => void;
}

export function createJournal({ root, instance, files, report }: JournalOptions): Journal {
  const fault = createJournalFault(report);
  const flushFile = createFlushFile(files, fault);
  const pair = createJournalPair({ root, instance, files, fault, flushFile, report });
  let waiting: Waiting[] = [];
  let directly = 0;
  let running = false;
  let unusable = false;

  function makeDurable(file: TrackedFile): Promise<void> {
    return new Promise((done, fail) => {
      waiting.push({ file, done, fail });
      if (running) return;
      running = true;
      setImmediate(() => void run()); // logs that were woken together wait together
    });
  }

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      const failure = fault.raised();
      if (failure !== undefined) for (const { fail } of batch) fail(failure.error);
      else if (unusable || batch.length + directly <= direct) for (const each of batch) void flushDirectly(each);
      else await commit(batch);
    }
    running = false;
  }

  async function flushDirectly({ file, done, fail }: Waiting): Promise<void> {
    directly += 1;
    file.pending = [];
    await flushFile(file).then(done, fail);
    directly -= 1;
  }

  /** The journal answers for the whole batch with one flush; where it cannot, each log is flushed by itself. */
  async function commit(batch: readonly Waiting[]): Promise<void> {
    const journal = await pair.current().catch((error: unknown) => {
      unusable = true;
      report('the audit journal cannot be made; logs are flushed one by one', error);
      return undefined;
    });
    if (journal === undefined) return void (await Promise.all(batch.map(flushDirectly)));
    try {
      const bytes = Buffer.concat(batch.flatMap(({ file }) => frameOf(file)));
      if (!(await journal.append(bytes))) return void (await Promise.all(batch.map(flushDirectly)));
      for (const { file, done } of batch) {
        file.journalled = file.size; // nothing is appended to it before `done`
        file.pending = [];
        journal.covers.add(file);
        done();
      }
    } catch (error) {
      fault.raise(error);
      for (const { fail } of batch) fail(error);
    }
  }

  const timer = setInterval(() => {
    if (!running) pair.tick();
  }, sweepAfter);
  timer.unref();

  return {
    files: createTrackedFiles(root, files, fault, makeDurable, flushFile),
    async close() {
      clearInterval(timer);
      await pair.close();
    },
  };
}

function frameOf({ path, size, pending }: TrackedFile): readonly Buffer[] {
  const bytes = pending.length === 1 ? (pending[0] ?? Buffer.alloc(0)) : Buffer.concat(pending);
  return encodeJournalFrame(path, size - bytes.length, bytes);
}
