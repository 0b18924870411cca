/** What a log holds when it is opened: its end, its unanswered intents, and what a crash left half-written. */

import { constants } from 'node:fs';
import { mkdir, open, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { prevEnd, prevStart, sha256 } from './chain.ts';
import type { Head } from './frame.ts';
import type { Segment } from './layout.ts';
import { eachLine } from './lines.ts';
import { LogUnavailable } from './log-errors.ts';
import { emptyRange, growRange } from './merkle.ts';
import type { OpenCall } from './open-calls.ts';

export interface Tail {
  readonly head: Head;
  /** `seq` of each intent without an outcome → its call. */
  readonly open: ReadonlyMap<number, OpenCall>;
  /** Bytes after the last whole line that chains: the remains of a write that was never acknowledged. */
  readonly torn: number;
  /** Lines up to and with the last seal or epoch certificate in this file. */
  readonly sealed: number;
  /** Epochs the log holds. */
  readonly epochs: number;
}

/** The few fields recovery reads; everything else in a line is the verifier's business. */
const glance = z.object({
  seq: z.number(),
  ts: z.string(),
  type: z.string(),
  call: z.string().optional(),
  iseq: z.number().optional(),
  final: z.boolean().optional(),
  frontier: z.array(z.string()).optional(),
  epochs: z.number().optional(),
  n: z.number().optional(),
  open: z.array(z.object({ call: z.string(), iseq: z.number(), xid: z.string().optional() })).optional(),
  xid: z.string().optional(),
  stmt: z.object({ class: z.string() }).optional(),
  orphans: z.array(z.object({ iseq: z.number() })).optional(),
});
type Glance = z.infer<typeof glance>;

/** A torn tail is never longer: a batch is a few MiB. */
const maxTornBytes = 64 * 1024 * 1024;

/**
 * Reads the whole active segment, checking the chain. Throws LogUnavailable `unusable` when it is damaged in a way that a
 * crash cannot explain: nothing may be appended to evidence that is broken.
 */
export async function readTail(segment: Segment): Promise<Tail> {
  const openCalls = new Map<number, OpenCall>();
  let grown = growRange(emptyRange);
  let prev: string | undefined;
  let ts = '';
  let seq = segment.first;
  let sealed = segment.first;
  let epochs = 0;
  let damaged = false;

  function visit(bytes: Buffer, start: number, end: number): boolean {
    const named = bytes.toString('latin1', start + prevStart, start + prevEnd);
    const seen =
      (prev === undefined || named === prev) && !bytes.subarray(start, end).includes(0)
        ? read(bytes, start, end)
        : undefined;
    if (seen === undefined || seen.seq !== seq) {
      damaged = true;
      return false;
    }
    if (prev === undefined && seen.frontier !== undefined) grown = growRange({ size: seq, frontier: seen.frontier });
    note(seen, openCalls);
    if (seen.type === 'seal' || seen.type === 'epoch') sealed = seq + 1;
    if (seen.type === 'segment' && seen.epochs !== undefined) epochs = seen.epochs;
    if (seen.type === 'epoch' && seen.n !== undefined) epochs = seen.n + 1;
    bytes[start - 1] = 0;
    prev = sha256(bytes.subarray(start - 1, end));
    grown.push(prev);
    ts = seen.ts;
    seq += 1;
    return true;
  }

  const { finished } = await eachLine(segment.path, visit);
  const { size } = await stat(segment.path);
  if (damaged && !(await isTorn(segment.path, finished, size))) {
    throw new LogUnavailable(
      'unusable',
      `the audit log is damaged at byte ${finished} of ${segment.path}; 'audit verify' says more`,
    );
  }
  return {
    head: { range: grown.snapshot(), prev: prev ?? '', offset: finished, ts },
    open: openCalls,
    torn: size - finished,
    sealed,
    epochs,
  };
}

function read(bytes: Buffer, start: number, end: number): Glance | undefined {
  try {
    return glance.safeParse(JSON.parse(bytes.toString('utf8', start, end))).data;
  } catch {
    return undefined;
  }
}

function note(seen: Glance, open: Map<number, OpenCall>): void {
  const { type, call = '', iseq, xid } = seen;
  if (type === 'intent' && seen.final !== true) open.set(seen.seq, { call, writes: seen.stmt?.class === 'write' });
  if (type === 'precommit' && iseq !== undefined && xid !== undefined && open.has(iseq)) open.set(iseq, { call, xid });
  if (type === 'outcome' && iseq !== undefined) open.delete(iseq);
  for (const orphan of seen.orphans ?? []) open.delete(orphan.iseq);
  for (const left of seen.open ?? [])
    open.set(left.iseq, { call: left.call, ...(left.xid === undefined ? {} : { xid: left.xid }) });
}

/**
 * After a power cut the last blocks of a file may be missing or zero. No line of ours holds a zero byte and each ends in
 * LF, so a tail with a zero byte or without its LF is a torn write; anything else is damage.
 */
async function isTorn(path: string, from: number, size: number): Promise<boolean> {
  if (size - from > maxTornBytes) return false;
  const rest = await readFrom(path, from, size);
  return rest.includes(0) || rest.at(-1) !== 0x0a;
}

async function readFrom(path: string, from: number, size: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const bytes = Buffer.alloc(size - from);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Keeps the torn bytes as `torn/<first>-<offset>-<hash>.bin`, then cuts the file; both are durable when this resolves. */
export async function setTornAside(
  path: string,
  from: number,
): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const { size } = await stat(path);
  const rest = await readFrom(path, from, size);
  const hash = sha256(rest);
  const directory = join(dirname(path), 'torn');
  await mkdir(directory, { recursive: true, mode: 0o750 });
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;
  const name = `${path.slice(dirname(path).length + 1).replace('.jsonl', '')}-${from}-${hash.slice(0, 16)}.bin`;
  const copy = await open(join(directory, name), flags, 0o440);
  try {
    await copy.writeFile(rest);
    await copy.sync();
  } finally {
    await copy.close();
  }
  const file = await open(path, constants.O_RDWR | constants.O_NOFOLLOW);
  try {
    await file.truncate(from);
    await file.sync();
  } finally {
    await file.close();
  }
  return { bytes: rest.length, sha256: hash };
}
