/** RFC 6962 Merkle tree over leaf hashes, kept as a compact range: at most one subtree root for each bit of the size. */

import { sha256 } from './chain.ts';

/** The roots of the perfect subtrees from left to right: all that is needed to go on, and to know the root. */
export interface CompactRange {
  readonly size: number;
  readonly frontier: readonly string[];
}

export const emptyRange: CompactRange = Object.freeze({ size: 0, frontier: Object.freeze([]) });

export const emptyRoot = sha256('');

const node = Buffer.alloc(65);
node[0] = 1;

/** SHA-256(0x01 || left || right); hex in and out, which is several times faster than Buffers per node. */
export function nodeHash(left: string, right: string): string {
  node.write(left, 1, 32, 'hex');
  node.write(right, 33, 32, 'hex');
  return sha256(node);
}

/** A range that grows in place; `snapshot` is what may be kept. */
export interface GrowingRange {
  readonly push: (leaf: string) => void;
  readonly root: () => string;
  readonly snapshot: () => CompactRange;
}

export function growRange(from: CompactRange): GrowingRange {
  const frontier = [...from.frontier];
  let size = from.size;
  return {
    push(leaf) {
      let hash = leaf;
      for (let rest = size; rest % 2 === 1; rest = (rest - 1) / 2) hash = nodeHash(frontier.pop() ?? '', hash);
      frontier.push(hash);
      size += 1;
    },
    root: () => rangeRoot({ size, frontier }),
    snapshot: () => ({ size, frontier: [...frontier] }),
  };
}

/** The Merkle tree hash of everything pushed so far. */
export function rangeRoot({ frontier }: CompactRange): string {
  return frontier.length === 0 ? emptyRoot : frontier.reduceRight((right, left) => nodeHash(left, right));
}
