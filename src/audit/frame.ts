/** Gives a batch of records their places: sequence, chain, time and tree, without touching the log until it is durable. */

import { leafHash, maxLineBytes, placeLine, zeroHash } from './chain.ts';
import type { Clock } from './clock.ts';
import type { Placed } from './commit-queue.ts';
import { type CompactRange, emptyRange, growRange } from './merkle.ts';

/** The end of a log: what the next line continues from. Never changed in place. */
export interface Head {
  /** Leaves so far; its size is the `seq` of the next line. */
  readonly range: CompactRange;
  /** Leaf hash of the last line. */
  readonly prev: string;
  /** Bytes of the active segment. */
  readonly offset: number;
  /** Time of the last line. */
  readonly ts: string;
}

export const newHead: Head = Object.freeze({ range: emptyRange, prev: zeroHash, offset: 0, ts: '' });

export interface Frame {
  readonly add: (content: string) => Placed;
  /** `seq` of the next line, and the Merkle root over all before it. */
  readonly size: () => number;
  /** A time that no line after it will be before, even when the machine's clock is set back in between. */
  readonly now: () => string;
  readonly root: () => string;
  /** Characters framed so far. */
  readonly bytes: () => number;
  /** The lines, and the head the log has once they are durable. */
  readonly finish: () => { readonly bytes: Buffer; readonly head: Head };
}

/** What the envelope adds to a record's content, at most. */
const envelopeBytes = 256;

/** Whether a record's line would be longer than a line may be. */
export function isTooLong(content: string): boolean {
  return content.length + envelopeBytes > maxLineBytes || Buffer.byteLength(content) + envelopeBytes > maxLineBytes;
}

export function beginFrame(head: Head, clock: Clock, writer: string): Frame {
  const range = growRange(head.range);
  const lines: string[] = [];
  let { prev, ts } = head;
  let seq = head.range.size;
  let length = 0;
  return {
    add(content) {
      const stamp = clock.stamp(ts);
      const line = placeLine(content, { prev, seq, ts: stamp.ts, clockBack: stamp.back, writer, up: clock.up() });
      const leaf = leafHash(line);
      lines.push(line, '\n');
      length += line.length + 1;
      range.push(leaf);
      prev = leaf;
      ts = stamp.ts;
      seq += 1;
      return { seq: seq - 1, leaf };
    },
    size: () => seq,
    now() {
      ts = clock.stamp(ts).ts;
      return ts;
    },
    root: range.root,
    bytes: () => length,
    finish() {
      const bytes = Buffer.from(lines.join(''));
      return { bytes, head: { range: range.snapshot(), prev, offset: head.offset + bytes.length, ts } };
    },
  };
}
