/** Shows that one record stands in a log: receipts checked against the log, and proofs in the C2SP tlog-proof form that need no log. */

import { z } from 'zod';
import { sha256 } from './chain.ts';
import { listLogs, listSegments, logDirectory } from './layout.ts';
import { eachLine } from './lines.ts';
import { type CompactRange, emptyRange, nodeHash } from './merkle.ts';
import { readCheckpoint, readNote } from './note.ts';

/** One log read whole: its leaves and its heads. */
export interface Leaves {
  readonly log: string;
  readonly origin: string;
  /** By `seq`; empty where older files were retired. */
  readonly leaves: readonly string[];
  /** The first record that is here, and the roots of the perfect subtrees over those that were retired, from left to right. */
  readonly retired: CompactRange;
  /** Heads in the order of the log. */
  readonly heads: readonly { readonly size: number; readonly note: string }[];
}

/** Reads every line of one log. */
export async function readLeaves(
  root: string,
  id: string,
  instance: string,
  see?: (line: string, seq: number) => void,
): Promise<Leaves> {
  const leaves: string[] = [];
  const heads: { size: number; note: string }[] = [];
  let origin = '';
  const segments = await listSegments(logDirectory(root, id, instance));
  const first = segments[0]?.first ?? 0;
  leaves.length = first;
  let frontier: readonly string[] = [];
  for (const segment of segments) {
    await eachLine(segment.path, (bytes, start, end) => {
      const line = bytes.toString('utf8', start, end);
      see?.(line, leaves.length);
      if (leaves.length === first && first > 0) frontier = frontierIn(line);
      if (leaves.length === first) origin = stringField(line, 'origin') ?? origin;
      if (line.includes('"type":"seal"')) {
        const note = stringField(line, 'note');
        const head = readCheckpoint(readNote(note ?? '')?.text ?? '');
        if (note !== undefined && head !== undefined) heads.push({ size: head.size, note });
      }
      bytes[start - 1] = 0;
      leaves.push(sha256(bytes.subarray(start - 1, end)));
      return true;
    });
  }
  return { log: `${id}/${instance}`, origin, leaves, heads, retired: { size: first, frontier } };
}

function frontierIn(line: string): readonly string[] {
  return z.object({ frontier: z.array(z.string()) }).safeParse(JSON.parse(line)).data?.frontier ?? [];
}

function stringField(line: string, key: string): string | undefined {
  const value: unknown = JSON.parse(line);
  if (typeof value !== 'object' || value === null) return undefined;
  const entry = Object.entries(value).find(([name]) => name === key);
  return typeof entry?.[1] === 'string' ? entry[1] : undefined;
}

const receiptSchema = z.object({
  origin: z.string(),
  seq: z.number().int().min(0),
  leaf: z.string().regex(/^[0-9a-f]{64}$/),
});
export type Receipt = z.infer<typeof receiptSchema>;

/** The receipt in `value`, which may be a whole answer of a tool with the receipt somewhere inside. */
export function findReceipt(value: unknown): Receipt | undefined {
  const own = receiptSchema.safeParse(value).data;
  if (own !== undefined || typeof value !== 'object' || value === null) return own;
  for (const inner of Object.values(value)) {
    const found = findReceipt(inner);
    if (found !== undefined) return found;
  }
  return undefined;
}

export type ReceiptVerdict = 'present' | 'absent' | 'different' | 'retired' | 'removed' | 'no_log';

/** Whether the log still holds, at that place, the record the receipt was given for. */
export async function checkReceipt(root: string, receipt: Receipt): Promise<ReceiptVerdict> {
  const [id, instance] = receipt.origin.split('/').slice(-2);
  const logs = await listLogs(root);
  if (!logs.some((log) => log.id === id && log.instance === instance)) return 'no_log';
  let explained = -1;
  const { leaves, retired } = await readLeaves(root, id ?? '', instance ?? '', (line) => {
    if (line.includes('"type":"retired"')) explained = Math.max(explained, lastRetired(line));
  });
  if (receipt.seq < retired.size) return explained >= retired.size - 1 ? 'retired' : 'removed';
  const leaf = leaves[receipt.seq];
  if (leaf === undefined) return 'absent';
  return leaf === receipt.leaf ? 'present' : 'different';
}

/** The last record of the file that the line says was retired; -1 where it says no such thing. */
function lastRetired(line: string): number {
  return z.object({ type: z.literal('retired'), last: z.number() }).safeParse(JSON.parse(line)).data?.last ?? -1;
}

/** RFC 6962 inclusion path of leaf `index` in the tree over the first `size` leaves. */
export function inclusionPath(
  leaves: readonly string[],
  index: number,
  size: number,
  retired: CompactRange = emptyRange,
): readonly string[] {
  const path: string[] = [];
  let from = 0;
  let to = size;
  const steps: { from: number; to: number }[] = [];
  while (to - from > 1) {
    const middle = from + splitOf(to - from);
    if (index < middle) {
      steps.push({ from: middle, to });
      to = middle;
    } else {
      steps.push({ from, to: middle });
      from = middle;
    }
  }
  for (const step of steps.reverse()) path.push(treeHash(leaves, step.from, step.to, retired));
  return path;
}

/** Root from a leaf and its path, as a verifier computes it. */
export function rootFromPath(leaf: string, index: number, size: number, path: readonly string[]): string {
  if (size === 1) return leaf;
  const split = splitOf(size);
  const [sibling = '', rest] = [path.at(-1), path.slice(0, -1)];
  if (index < split) return nodeHash(rootFromPath(leaf, index, split, rest), sibling);
  return nodeHash(sibling, rootFromPath(leaf, index - split, size - split, rest));
}

/** The largest power of two below `size`. */
function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

function treeHash(leaves: readonly string[], from: number, to: number, retired: CompactRange): string {
  if (to <= retired.size) return frontierHash(from, to, retired);
  if (to - from === 1) return leaves[from] ?? '';
  const middle = from + splitOf(to - from);
  return nodeHash(treeHash(leaves, from, middle, retired), treeHash(leaves, middle, to, retired));
}

/** Leaves that are gone are needed only as a whole subtree that the frontier keeps: the record proven stands to its right. */
function frontierHash(from: number, to: number, { size, frontier }: CompactRange): string {
  let at = 0;
  for (const hash of frontier) {
    const span = size - at === 1 ? 1 : 2 ** Math.floor(Math.log2(size - at));
    if (at === from && at + span === to) return hash;
    at += span;
  }
  throw new RangeError('the subtree is not one that was kept');
}

/** The proof as text: index, path, and the head it leads to. Undefined when no head covers the record yet. */
export function writeProof({ leaves, heads, retired }: Leaves, index: number): string | undefined {
  const head = heads.find(({ size }) => size > index);
  if (head === undefined || index < retired.size) return undefined;
  const path = inclusionPath(leaves, index, head.size, retired).map((hash) =>
    Buffer.from(hash, 'hex').toString('base64'),
  );
  return ['c2sp.org/tlog-proof@v1', `index ${index}`, ...path, '', head.note].join('\n');
}
