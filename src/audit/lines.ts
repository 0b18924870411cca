/** Reads a log file line by line at the speed of the hash: one buffer, no copies of lines, no strings made. */

import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';

/**
 * Sees one line: `bytes[start..end)` without its LF, at `offset` of the (uncompressed) file. `bytes[start - 1]` is spare
 * and may be overwritten. The buffer is used again, so nothing of it may be kept. Returning false ends the reading.
 */
export type VisitLine = (bytes: Buffer, start: number, end: number, offset: number) => boolean | undefined;

export interface LinesRead {
  /** Bytes read, all of the file unless a visit ended the reading. */
  readonly size: number;
  /** Where an unfinished last line begins; equal to `size` when there is none. */
  readonly finished: number;
}

const lf = 0x0a;
const chunkBytes = 1024 * 1024;

/** Reads `path`, or what is in it when its name ends in `.gz`. A line may have any length. */
export async function eachLine(path: string, visit: VisitLine): Promise<LinesRead> {
  const source = path.endsWith('.gz') ? unzipped(path) : plain(path);
  let buffer: Buffer = Buffer.allocUnsafe(chunkBytes + 1);
  let held = 0; // bytes of an unfinished line, at 1 … held
  let finished = 0;
  let size = 0;
  for await (const chunk of source) {
    size += chunk.length;
    if (held + chunk.length + 1 > buffer.length) buffer = grown(buffer, held, chunk.length);
    chunk.copy(buffer, held + 1);
    const end = held + 1 + chunk.length;
    let start = 1;
    for (let at = buffer.indexOf(lf, held + 1); at !== -1 && at < end; at = buffer.indexOf(lf, start)) {
      if (visit(buffer, start, at, finished) === false) return { size, finished };
      finished += at + 1 - start;
      start = at + 1;
    }
    buffer.copyWithin(1, start, end);
    held = end - start;
  }
  return { size, finished };
}

function grown(buffer: Buffer, held: number, more: number): Buffer {
  const bigger = Buffer.allocUnsafe(Math.max(buffer.length * 2, held + more + 1));
  buffer.copy(bigger, 0, 0, held + 1);
  return bigger;
}

async function* plain(path: string): AsyncGenerator<Buffer> {
  const file = await open(path, 'r');
  try {
    const chunk = Buffer.allocUnsafe(chunkBytes);
    for (;;) {
      const { bytesRead } = await file.read(chunk, 0, chunkBytes, null);
      if (bytesRead === 0) return;
      yield chunk.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

async function* unzipped(path: string): AsyncGenerator<Buffer> {
  // a fault of the file reaches the reader, and the file is closed when the reader stops early
  const chunks = pipeline(createReadStream(path), createGunzip({ chunkSize: chunkBytes }), () => undefined);
  for await (const chunk of chunks) if (Buffer.isBuffer(chunk)) yield chunk;
}

/** The word for what is wrong with a file that cannot be read to its end; undefined where it is not the file's fault. */
export function unreadable(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  return /^Z_|^(?:EISDIR|EIO|ELOOP)$/.test(code) ? code : undefined;
}
