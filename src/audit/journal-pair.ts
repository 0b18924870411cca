/** The two files of a journal: while one is written to, the logs behind the other are flushed and it is emptied. */

import { mkdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { JournalFault } from './journal-fault.ts';
import { type JournalFile, openJournalFile } from './journal-file.ts';
import { journalDirectory, journalNames } from './journal-frames.ts';
import { type LogFiles, syncDirectory } from './log-files.ts';
import { type FlushFile, isBehind } from './tracked-file.ts';

export interface JournalPair {
  /** The file to write to now, made at the first call. When it is time, the other one takes over and this one is swept. */
  readonly current: () => Promise<JournalFile>;
  /** Sweeps when it is time although nothing is written. */
  readonly tick: () => void;
  /** Flushes all logs behind the journal and removes it, unless it is kept for the next start. */
  readonly close: () => Promise<void>;
}

export interface JournalPlace {
  readonly root: string;
  readonly instance: string;
  readonly files: LogFiles;
  readonly fault: JournalFault;
  readonly flushFile: FlushFile;
  readonly report: (message: string, cause?: unknown) => void;
}

/** Milliseconds between two flushes of the logs behind the journal, at least; and at least four times what the last took. */
export const sweepAfter = 1_000;

/** Bytes of a journal file at which the logs are flushed sooner. */
const sweepBytes = 64 * 1024 * 1024;

export function createJournalPair({ root, instance, files, fault, flushFile, report }: JournalPlace): JournalPair {
  const directory = journalDirectory(root, instance);
  let pair: readonly [JournalFile, JournalFile] | undefined;
  let sweeping: Promise<void> | undefined;
  let swept = { at: 0, took: 0 };

  async function begin(): Promise<readonly [JournalFile, JournalFile]> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const open = (name: string) => openJournalFile(join(directory, name), { files, fault, report });
    const [first, second] = [await open(journalNames[0]), await open(journalNames[1])];
    await syncDirectory(files, directory);
    await syncDirectory(files, join(directory, '..'));
    await syncDirectory(files, root);
    swept = { at: Date.now(), took: 0 };
    return [first, second];
  }

  async function current(): Promise<JournalFile> {
    pair ??= await begin();
    const [active, other] = pair;
    const isDue = Date.now() - swept.at >= Math.max(sweepAfter, swept.took * 4) || active.size() >= sweepBytes;
    if (active.covers.size === 0 || !isDue || sweeping !== undefined) return active;
    pair = [other, active];
    sweeping = sweep(active).finally(() => {
      sweeping = undefined;
    });
    return other;
  }

  /** Flushes the logs a journal file covers, then empties it. One at a time: calls that wait for the disk come between. */
  async function sweep(journal: JournalFile): Promise<void> {
    const from = Date.now();
    try {
      for (const file of journal.covers) {
        if (file.gone !== undefined) await file.gone;
        else if (isBehind(file)) await flushFile(file);
      }
      await journal.empty();
    } catch (error) {
      fault.raise(error);
    }
    swept = { at: Date.now(), took: Date.now() - from };
  }

  return {
    current,
    tick() {
      if (pair !== undefined && fault.raised() === undefined) void current();
    },
    async close() {
      await sweeping;
      if (pair === undefined) return;
      if (fault.raised() === undefined) for (const journal of pair) await sweep(journal);
      for (const journal of pair) await journal.close();
      if (fault.raised() !== undefined) return;
      for (const name of journalNames) await unlink(join(directory, name)).catch(() => undefined);
    },
  };
}
