/**
 * One flush for many logs. Where several logs wait for the disk at once, their lines go to a shared journal with one write
 * and one flush, which acknowledges them; the logs themselves, written to already, are flushed behind. A start writes again
 * what only the journal holds. It is transport, not evidence: mode 0600, never shipped, gone after a clean end.
 */

import { fstatSync } from 'node:fs';
import { mkdir, unlink } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { encodeJournalFrame, journalDirectory, journalNames } from './journal-frames.ts';
import { createFlags, type LogFiles, syncDirectory } from './log-files.ts';

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

/** Milliseconds between two flushes of the logs behind the journal, at least; and at least four times what the last took. */
const sweepAfter = 1_000;

/** Bytes of a journal file at which the logs are flushed sooner. */
const sweepBytes = 64 * 1024 * 1024;

/** An open log file. */
interface Tracked {
  readonly fd: number;
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

interface Waiting {
  readonly file: Tracked;
  readonly done: () => void;
  readonly fail: (error: unknown) => void;
}

interface JournalFile {
  readonly fd: number;
  size: number;
  /** Logs whose lines it holds and that are not flushed yet. */
  covers: Set<Tracked>;
}

/** Whether the journal alone holds something of it that was acknowledged. */
function isBehind({ journalled, flushed }: Tracked): boolean {
  return journalled > flushed;
}

export function createJournal({ root, instance, files, report }: JournalOptions): Journal {
  const tracked = new Map<number, Tracked>();
  let waiting: Waiting[] = [];
  let directly = 0;
  let running = false;
  let sweeping: Promise<void> | undefined;
  let swept = { at: 0, took: 0 };
  let pair: readonly [JournalFile, JournalFile] | undefined;
  let unusable = false;
  let broken: unknown;

  /** The journal stays as it is for the next start; until then nothing more is acknowledged. */
  function breakDown(error: unknown): void {
    broken ??= error;
    report(
      'the audit journal, or a log behind it, could not be flushed; nothing is recorded until the next start',
      error,
    );
  }

  /** Journal, sweep and close may all want it of one file at once: each answers for what was written when it began. */
  async function flushLog(file: Tracked): Promise<void> {
    const { size, cuts } = file;
    const flush = files.datasync(file.fd);
    file.busy = Promise.allSettled([file.busy, flush]);
    try {
      await flush;
      if (file.cuts === cuts) file.flushed = Math.max(file.flushed, size);
    } catch (error) {
      if (isBehind(file)) breakDown(error); // what the journal had acknowledged may be gone from the cache
      throw error;
    }
  }

  function enqueue(file: Tracked): Promise<void> {
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
      if (broken !== undefined) for (const { fail } of batch) fail(broken);
      else if (unusable || batch.length + directly <= direct) for (const each of batch) void flushDirectly(each);
      else await commit(batch);
    }
    running = false;
  }

  async function flushDirectly({ file, done, fail }: Waiting): Promise<void> {
    directly += 1;
    file.pending = [];
    await flushLog(file).then(done, fail);
    directly -= 1;
  }

  async function commit(batch: readonly Waiting[]): Promise<void> {
    const journal = await current().catch((error: unknown) => {
      unusable = true;
      report('the audit journal cannot be made; logs are flushed one by one', error);
      return undefined;
    });
    if (journal === undefined) return void (await Promise.all(batch.map(flushDirectly)));
    try {
      const bytes = Buffer.concat(batch.flatMap(({ file }) => frameOf(file)));
      if (!(await written(journal, bytes))) return void (await Promise.all(batch.map(flushDirectly)));
      await flushed(journal);
      journal.size += bytes.length;
      for (const { file, done } of batch) {
        file.journalled = file.size; // nothing is appended to it before `done`
        file.pending = [];
        journal.covers.add(file);
        done();
      }
    } catch (error) {
      breakDown(error);
      for (const { fail } of batch) fail(error);
    }
  }

  function frameOf({ path, size, pending }: Tracked): readonly Buffer[] {
    const bytes = pending.length === 1 ? (pending[0] ?? Buffer.alloc(0)) : Buffer.concat(pending);
    return encodeJournalFrame(path, size - bytes.length, bytes);
  }

  /** False when there was no room and the journal is as it was before. Throws when it is not. */
  async function written({ fd, size }: JournalFile, bytes: Buffer): Promise<boolean> {
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

  /** The file to write to now. When it is time, the other one takes over and the logs behind this one are flushed. */
  async function current(): Promise<JournalFile> {
    pair ??= await begin();
    const [active, other] = pair;
    const isDue = Date.now() - swept.at >= Math.max(sweepAfter, swept.took * 4) || active.size >= sweepBytes;
    if (active.covers.size === 0 || !isDue || sweeping !== undefined) return active;
    pair = [other, active];
    sweeping = sweep(active).finally(() => {
      sweeping = undefined;
    });
    return other;
  }

  /** What could not be flushed was acknowledged to nobody, and must not come back at the next start. */
  async function flushed({ fd, size }: JournalFile): Promise<void> {
    try {
      await files.datasync(fd);
    } catch (error) {
      breakDown(error); // before anything else may be recorded
      await files.truncate(fd, size).catch(() => undefined);
      throw error;
    }
  }

  async function begin(): Promise<readonly [JournalFile, JournalFile]> {
    const directory = journalDirectory(root, instance);
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const open = async (name: string) => ({
      fd: await files.open(join(directory, name), createFlags, 0o600),
      size: 0,
      covers: new Set<Tracked>(),
    });
    const [first, second] = [await open(journalNames[0]), await open(journalNames[1])];
    await syncDirectory(files, directory);
    await syncDirectory(files, join(directory, '..'));
    await syncDirectory(files, root);
    swept = { at: Date.now(), took: 0 };
    return [first, second];
  }

  /** Flushes the logs a journal file covers, then empties it. One at a time: calls that wait for the disk come between. */
  async function sweep(journal: JournalFile): Promise<void> {
    const from = Date.now();
    try {
      for (const file of journal.covers) {
        if (file.gone !== undefined) await file.gone;
        else if (isBehind(file)) await flushLog(file);
      }
      journal.covers.clear();
      await files.truncate(journal.fd, 0);
      journal.size = 0;
    } catch (error) {
      breakDown(error);
    }
    swept = { at: Date.now(), took: Date.now() - from };
  }

  const timer = setInterval(() => {
    if (!running && pair !== undefined && broken === undefined) void current();
  }, sweepAfter);
  timer.unref();

  return {
    files: {
      ...files,
      async open(path, flags, mode) {
        if (broken !== undefined) throw broken; // a new file would stand where replayed lines belong
        const fd = await files.open(path, flags, mode);
        if (!path.endsWith('.jsonl')) return fd;
        const { size } = fstatSync(fd);
        const reach = { size, journalled: 0, flushed: 0, cuts: 0, pending: [] };
        tracked.set(fd, { fd, path: relative(root, path), ...reach, busy: Promise.resolve(), gone: undefined });
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
        return file === undefined ? files.datasync(fd) : enqueue(file);
      },
      async close(fd) {
        const file = tracked.get(fd);
        tracked.delete(fd);
        if (file !== undefined) {
          file.gone = isBehind(file) ? flushLog(file) : Promise.resolve();
          await file.gone.catch(() => undefined); // the journal keeps it, and whoever waits for the disk is told
          await file.busy;
        }
        await files.close(fd);
      },
    },
    async close() {
      clearInterval(timer);
      await sweeping;
      if (pair === undefined) return;
      if (broken === undefined) for (const journal of pair) await sweep(journal);
      for (const { fd } of pair) await files.close(fd);
      if (broken !== undefined) return;
      for (const name of journalNames)
        await unlink(join(journalDirectory(root, instance), name)).catch(() => undefined);
    },
  };
}
