/** The newest head of a log beside its files, for witnesses and monitors; the same note stands in the log itself. */

import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface CheckpointFile {
  /** Writes the note soon; a newer one overtakes it. Never throws: the log holds the note in any case. */
  readonly publish: (note: string) => void;
  /** Resolves when the last note given is written. */
  readonly settled: () => Promise<void>;
}

export function createCheckpointFile(directory: string): CheckpointFile {
  const path = join(directory, 'checkpoint');
  let next: string | undefined;
  let writing: Promise<void> | undefined;

  async function write(): Promise<void> {
    for (let note = next; note !== undefined; note = next) {
      next = undefined;
      await writeFile(`${path}.new`, note, { mode: 0o640 }).catch(() => undefined);
      await rename(`${path}.new`, path).catch(() => undefined);
    }
    writing = undefined;
  }

  return {
    publish(note) {
      next = note;
      writing ??= write();
    },
    settled: async () => writing,
  };
}
