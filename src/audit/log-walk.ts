/** One pass over the lines of a log, file after file: chain, tree, heads and retirements; what each line says, where that is asked. */

import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { z } from 'zod';
import { sha256, zeroHash } from './chain.ts';
import type { FindingCode, Severity } from './findings.ts';
import { createFullCheck, type FullCheck } from './full-check.ts';
import type { Segment } from './layout.ts';
import { eachLine, unreadable } from './lines.ts';
import { isMissing } from './log-errors.ts';
import { emptyRange, type GrowingRange, growRange } from './merkle.ts';
import type { Checkpoint, VerifierKey } from './note.ts';
import { createRetirementCheck } from './retirement-check.ts';
import { createSealCheck } from './seal-check.ts';

export interface WalkOptions {
  /** Also what each line says: JSON, schema, time, intents against outcomes. */
  readonly full?: boolean;
  /** Identity keys the auditor has from elsewhere. */
  readonly trusted?: readonly VerifierKey[];
  /** Sees every line whose chain was verified, in order. */
  readonly visit?: (log: string, line: string, seq: number) => void;
  /** Heads kept elsewhere: each log must contain what they say. */
  readonly against?: readonly Checkpoint[];
  /** Told now and then how many lines of a log are verified. It looks on. */
  readonly progress?: (log: string, records: number) => void;
}

/** Lines between two words on how far it is. */
const stride = 4096;

interface Where {
  readonly file?: string;
  readonly offset?: number;
  readonly seq?: number;
}

type ReportAt = (severity: Severity, code: FindingCode, message: string, where: Where) => void;

/** Takes the files of one log in order. */
export function createWalk(
  log: string,
  { full = false, trusted = [], against = [], visit, progress }: WalkOptions,
  reportAt: ReportAt,
) {
  let prev = zeroHash;
  let seq = 0;
  let range: GrowingRange = growRange(emptyRange);
  let broken = false;
  let origin: string | undefined;
  let where: Where = {};
  /** `seq` of the first record that is here. */
  let beginning = 0;
  const report = (severity: Severity, code: FindingCode, message: string) => {
    if (severity === 'damage') broken = true;
    reportAt(severity, code, message, where);
  };
  const check: FullCheck | undefined = full ? createFullCheck(report) : undefined;
  const seals = createSealCheck(trusted, report);
  const retirements = createRetirementCheck(report);
  const heads = new Map<number, Checkpoint[]>();
  for (const head of against) heads.set(head.size, [...(heads.get(head.size) ?? []), head]);

  /** The line's first bytes, as they must be here: `prev`, `seq`, `v`, and that a time follows. */
  function line(bytes: Buffer, start: number, end: number, file: string, offset: number): boolean {
    where = { file, offset, seq };
    const expected = `{"prev":"${prev}","seq":${seq},"v":1,"ts":"`;
    const typeAt = start + expected.length + timeLength;
    if (bytes.toString('latin1', start, Math.min(start + expected.length, end)) !== expected) {
      report('damage', 'chain_broken', `record ${seq} does not continue from the one before it`);
      return false;
    }
    if (heads.size > 0) compareHead();
    if (isSpecial(bytes, typeAt + typeKey.length)) special(bytes.toString('utf8', start, end));
    else seals.pass(seq + 1);
    if (seq === beginning) checkPlace();
    if (check !== undefined || visit !== undefined) {
      const text = bytes.toString('utf8', start, end);
      check?.see(text, seq);
      visit?.(log, text, seq);
    }
    bytes[start - 1] = 0;
    prev = sha256(bytes.subarray(start - 1, end));
    range.push(prev);
    seq += 1;
    if (seq % stride === 0) progress?.(log, seq);
    return !broken;
  }

  function special(text: string): void {
    const value = parsed(text);
    if (value?.type === 'genesis' && seq > 0) report('damage', 'not_a_record', 'a log begins only once');
    else if (value?.type === 'genesis') {
      origin = value.origin;
      seals.genesis(value.origin ?? '', value.vkeys ?? []);
    } else if (value?.type === 'epoch' || value?.type === 'seal') seals.see(value, range, seq);
    else {
      if (value?.type === 'retired') retirements.see(value, seq);
      seals.pass(seq + 1);
    }
  }

  /** The first record says whose log this is; a whole log in another's directory would pass for that one's calls. */
  function checkPlace(): void {
    if (origin === undefined) report('damage', 'not_a_record', 'the log does not begin with a record that names it');
    else if (!origin.endsWith(`/${log}`)) report('damage', 'misplaced', `this is the log ${origin}`);
  }

  /** At the size of a head kept elsewhere, the tree must be the one that head was made over. */
  function compareHead(): void {
    for (const head of heads.get(seq) ?? []) {
      if (head.origin === origin && head.root !== range.root()) contradiction(head, 'its first lines are not those');
    }
    if (origin !== undefined) heads.delete(seq);
  }

  function contradiction(head: Checkpoint, how: string): void {
    report('damage', 'contradicts_head', `a head kept elsewhere says ${head.size} lines of ${head.origin}: ${how}`);
  }

  /** A log whose older files are gone begins at a `segment` record, which keeps the frontier of what was before it. */
  async function beginAt(segment: Segment): Promise<void> {
    const opening = await firstLine(segment.path);
    const value = opening === undefined ? undefined : parsed(opening);
    if (opening === undefined || value?.type !== 'segment' || value.frontier === undefined) {
      report('damage', 'segment_missing', `the log begins at record ${segment.first}, and nothing says why`);
      return;
    }
    origin = value.origin;
    seals.resume(value.origin ?? '', value.epochs ?? 0, segment.first);
    prev = opening.slice(9, 73);
    seq = segment.first;
    beginning = seq;
    range = growRange({ size: seq, frontier: value.frontier });
    retirements.begin(seq);
  }

  /** Its bytes, up to an unfinished line. A file that cannot be read is damage, and no reason to judge no other log. */
  async function segment(current: Segment, last: boolean, live: boolean): Promise<number> {
    try {
      return await follow(current, last, live);
    } catch (error) {
      const packed = { ...current, path: `${current.path}.gz`, compressed: true };
      if (isMissing(error) && !current.compressed) return follow(packed, last, live); // just now
      const code = unreadable(error);
      if (code === undefined) throw error;
      report('damage', 'unreadable', `the file cannot be read to its end (${code})`);
      return 0;
    }
  }

  async function follow(current: Segment, last: boolean, live: boolean): Promise<number> {
    const file = basename(current.path);
    where = { file, offset: 0, seq };
    if (!last && (await isEmpty(current))) return 0; // made for a rotation that failed; the files around it must still fit
    if (seq === 0 && current.first > 0) await beginAt(current);
    if (current.first !== seq)
      report('damage', 'segment_missing', `the file begins at record ${current.first}, and record ${seq} comes next`);
    if (broken) return 0;
    retirements.file(seq, range.root());
    const read = await eachLine(current.path, (bytes, start, end, offset) => line(bytes, start, end, file, offset));
    if (!broken && read.finished < read.size) tornTail(file, read.finished, read.size, last && live);
    return read.finished;
  }

  function tornTail(file: string, finished: number, size: number, inProgress: boolean): void {
    where = { file, offset: finished, seq };
    if (inProgress) report('note', 'in_progress', 'the last line is being written');
    else report('finding', 'torn_tail', `${size - finished} bytes of an unfinished line`);
  }

  function finish(live: boolean): void {
    where = { seq };
    if (broken) return;
    compareHead();
    for (const head of [...heads.values()].flat()) {
      if (head.origin === origin && head.size > seq) contradiction(head, `the log has only ${seq}`);
    }
    seals.finish(seq, live);
    retirements.finish();
    if (check === undefined || check.open.size === 0) return;
    const [first] = check.open;
    const calls = `${check.open.size} allowed calls have no outcome, the first is ${first?.[1]} at record ${first?.[0]}`;
    if (live) report('note', 'in_progress', calls);
    else report('finding', 'unanswered', calls);
  }

  return {
    segment,
    finish,
    report,
    broken: () => broken,
    state: () => ({
      origin,
      records: seq,
      root: range.root(),
      leaf: prev,
      signed: seals.state().signed,
      sealed: seals.state().sealed,
      note: seals.state().note,
      anchors: seals.state().anchors,
      ...(check === undefined ? {} : { counts: check.counts }),
    }),
  };
}

/** `2026-11-23T07:49:23.123456Z`, and what stands between it and the type. */
const timeLength = 27;
const typeKey = '","type":"';

/** Whether the type that begins there is one the walk itself must read: genesis, seal, segment, epoch, retired. */
function isSpecial(bytes: Buffer, at: number): boolean {
  const letter = bytes[at];
  return letter === 0x67 || letter === 0x73 || letter === 0x65 || (letter === 0x72 && bytes[at + 2] === 0x74);
}

/** What the walk reads of the few records that say how the log continues. */
const signpost = z.looseObject({
  type: z.string(),
  vkeys: z.array(z.string()).optional(),
  epochs: z.number().optional(),
  origin: z.string().optional(),
  frontier: z.array(z.string().regex(/^[0-9a-f]{64}$/)).optional(),
});

function parsed(text: string): z.infer<typeof signpost> | undefined {
  try {
    return signpost.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

async function isEmpty({ path, compressed }: Segment): Promise<boolean> {
  return !compressed && (await stat(path)).size === 0;
}

async function firstLine(path: string): Promise<string | undefined> {
  let text: string | undefined;
  await eachLine(path, (bytes, start, end) => {
    text = bytes.toString('utf8', start, end);
    return false;
  });
  return text;
}
