/** Closed segments are kept compressed: verified first, durable before the plain file goes. Hashes are of the uncompressed lines. */

import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { diskFiles, syncDirectory } from './log-files.ts';
import { readTail } from './recovery.ts';

/** Makes `<path>.gz` (0440) of a segment nobody writes to any more. Throws, and leaves the plain file, when its chain is broken. */
export async function compressSegment(path: string, first: number): Promise<void> {
  const { torn } = await readTail({ path, first, compressed: false });
  if (torn > 0) throw new Error(`${path} has an unfinished line and is not compressed`);
  const draft = `${path}.gz.new`;
  await pipeline(createReadStream(path), createGzip({ level: 6 }), createWriteStream(draft, { mode: 0o640 }));
  const file = await open(draft, 'r');
  await file.sync().finally(() => file.close());
  await chmod(draft, 0o440);
  await rename(draft, `${path}.gz`);
  await syncDirectory(diskFiles, dirname(path));
  await unlink(path);
}

export interface Compressor {
  /** A file that nobody writes to any more, and its first record. */
  readonly add: (path: string, first: number) => void;
  /** Resolves when all that was added is done. */
  readonly idle: () => Promise<void>;
}

/** One file at a time, so that calls keep the processor. */
export function createCompressor(report: (message: string, cause?: unknown) => void): Compressor {
  let work: Promise<void> = Promise.resolve();
  return {
    add(path, first) {
      work = work
        .then(() => compressSegment(path, first))
        .catch((error: unknown) => report(`${path} could not be compressed`, error));
    },
    idle: () => work,
  };
}
