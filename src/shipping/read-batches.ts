/** Reads a log from a place on, in batches of whole lines, and follows its chain: what is shipped continues what was. */

import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { leafHash } from '../audit/chain.ts';
import type { Segment } from '../audit/layout.ts';
import { ShipContradicted } from './target.ts';

/** A place in a log, between two lines. */
export interface Place {
  /** `seq` of the next line, and the leaf hash of the one before it. */
  readonly size: number;
  readonly leaf: string;
  /** The file of the next line, by its first `seq`, and the byte where the line begins. */
  readonly first: number;
  readonly offset: number;
}

export interface LinesFrom {
  readonly from: Place;
  readonly to: Place;
  /** `ts` of the last line. */
  readonly ts: string;
  readonly lines: Buffer;
}

export interface ReadLimits {
  /** Bytes of one batch, at which it ends after a whole line. */
  readonly maxBytes: number;
  /** Lines written at or after this time (RFC 3339) are left for later; absent: all whole lines are taken. */
  readonly before?: string;
  /** The line at which to stop: where a copy says that it ends. */
  readonly upTo?: number;
}

const lf = 0x0a;
const timeLength = 27;

/** The batches of one file from `place` on; the last one may be small, and nothing is yielded where nothing is new. */
export async function* readBatches(segment: Segment, place: Place, limits: ReadLimits): AsyncGenerator<LinesFrom> {
  let from = place;
  let held: Buffer = Buffer.alloc(0);
  let skip = segment.compressed ? place.offset : 0;
  for await (const chunk of chunksOf(segment, place.offset)) {
    const fresh = chunk.subarray(Math.min(skip, chunk.length));
    skip -= chunk.length - fresh.length;
    held = Buffer.concat([held, fresh]);
    if (held.length < limits.maxBytes) continue;
    const batch = follow(held, from, limits);
    if (batch === undefined) return;
    yield batch;
    held = held.subarray(batch.lines.length);
    from = batch.to;
  }
  for (let batch = follow(held, from, limits); batch !== undefined; batch = follow(held, from, limits)) {
    yield batch;
    held = held.subarray(batch.lines.length);
    from = batch.to;
  }
}

/** What is in the file now. Its bytes are flushed first: a line that a power cut could take back is not sent anywhere. */
async function* chunksOf({ path, compressed }: Segment, offset: number): AsyncGenerator<Buffer> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    await file.datasync();
    const { size } = await file.stat();
    if (size < offset && !compressed)
      throw new ShipContradicted('it ends before what was shipped of it; pgwarden audit verify says more');
    if (size === offset && !compressed) return;
    const plain = file.createReadStream({
      start: compressed ? 0 : offset,
      end: size - 1,
      highWaterMark: 1024 * 1024,
      autoClose: false,
    });
    const chunks = compressed ? pipeline(plain, createGunzip(), () => undefined) : plain;
    for await (const chunk of chunks) if (Buffer.isBuffer(chunk)) yield chunk;
  } finally {
    await file.close();
  }
}

/** The whole lines at the beginning of `bytes` that may go, or undefined. Throws where a line does not continue the chain. */
function follow(bytes: Buffer, from: Place, { maxBytes, before, upTo }: ReadLimits): LinesFrom | undefined {
  let { size, leaf } = from;
  let end = 0;
  let ts = '';
  for (let at = bytes.indexOf(lf); at !== -1 && end < maxBytes && size !== upTo; at = bytes.indexOf(lf, end)) {
    const line = bytes.toString('utf8', end, at);
    const opening = `{"prev":"${leaf}","seq":${size},"v":1,"ts":"`;
    if (!line.startsWith(opening))
      throw new ShipContradicted(`record ${size} does not continue what was shipped; pgwarden audit verify says more`);
    const time = line.slice(opening.length, opening.length + timeLength);
    if (before !== undefined && time >= before) break;
    ts = time;
    leaf = leafHash(line);
    size += 1;
    end = at + 1;
  }
  if (end === 0) return undefined;
  const to = { size, leaf, first: from.first, offset: from.offset + end };
  return { from, to, ts, lines: bytes.subarray(0, end) };
}
