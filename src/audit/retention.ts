/** Files that were kept long enough leave, with proof: announced on record first, removed a day later, and the rest still verifies. */

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { unlink } from 'node:fs/promises';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { z } from 'zod';
import { listLogs, listSegments, logDirectory, type Segment } from './layout.ts';
import { eachLine } from './lines.ts';
import { isMissing } from './log-errors.ts';
import { diskFiles, syncDirectory } from './log-files.ts';
import type { Logs } from './logs.ts';
import { rangeRoot } from './merkle.ts';
import type { RetiredBody } from './records/file.ts';
import { readTail } from './recovery.ts';
import type { RetentionPolicy } from './retention-policy.ts';
import { readCursor } from './ship-cursor.ts';

/** Milliseconds between the announcement and the removal: a wrong clock, or a wrong policy, can be noticed in between. */
export const grace = 86_400_000;

const day = 86_400_000;

/** What is to become of one file, and why not yet. */
export interface RetentionStep {
  readonly file: string;
  readonly first: number;
  /** RFC 3339: when it may be announced, or, once announced, removed. */
  readonly due: string;
  readonly state: 'kept' | 'held' | 'not_shipped' | 'due' | 'announced' | 'removable';
}

const signpost = z.object({
  type: z.string(),
  prev: z.string(),
  seq: z.number(),
  ts: z.string(),
  first: z.number().optional(),
  last: z.number().optional(),
  frontier: z.array(z.string()).optional(),
});
type Signpost = z.infer<typeof signpost>;

/** The first line of a file. Throws when there is none. */
async function openingOf(path: string): Promise<Signpost> {
  let text = '';
  await eachLine(path, (bytes, start, end) => {
    text = bytes.toString('utf8', start, end);
    return false;
  });
  return signpost.parse(JSON.parse(text));
}

/** Within so many bytes the type of a line stands, and nothing of a caller's. */
const envelopeBytes = 160;
const retiredMark = Buffer.from('","type":"retired"');

/** Announcements that stand in the files still here: the `seq` after the last record of a file → the announcement. */
async function announcements(segments: readonly Segment[]): Promise<ReadonlyMap<number, Signpost>> {
  const found = new Map<number, Signpost>();
  for (const { path } of segments)
    await eachLine(path, (bytes, start, end) => {
      if (!bytes.subarray(start, Math.min(end, start + envelopeBytes)).includes(retiredMark)) return true;
      const record = signpost.parse(JSON.parse(bytes.toString('utf8', start, end)));
      if (record.last !== undefined) found.set(record.last + 1, record);
      return true;
    });
  return found;
}

/**
 * What stands to happen to the closed files of one log, oldest first, at the moment `now`. Only files that end in a
 * compressed form, and so were verified, are ever due; the one written to is not among them.
 */
export async function planRetention(
  root: string,
  log: { readonly id: string; readonly instance: string },
  policy: RetentionPolicy,
  now: number,
): Promise<readonly RetentionStep[]> {
  const segments = await listSegments(logDirectory(root, log.id, log.instance));
  const steps: RetentionStep[] = [];
  let announced: ReadonlyMap<number, Signpost> | undefined;
  for (const [at, segment] of segments.slice(0, -1).entries()) {
    const next = segments[at + 1];
    if (next === undefined || !segment.compressed) break;
    const { ts } = await openingOf(next.path); // no record of the file before it is younger
    const due = Date.parse(ts) + policy.days * day;
    const file = basename(segment.path);
    const step = (state: RetentionStep['state'], when = due) =>
      steps.push({ file, first: segment.first, due: new Date(when).toISOString(), state });
    if (due > now) {
      step('kept');
      continue;
    }
    if (policy.held.has(log.id)) {
      step('held');
      continue;
    }
    announced ??= await announcements(segments);
    const announcement = announced.get(next.first);
    const shipped = await shippedSize(root, log, policy);
    const last = announcement === undefined ? next.first - 1 : announcement.seq;
    if (shipped !== undefined && shipped <= last) step('not_shipped');
    else if (announcement === undefined) step('due');
    else {
      const ripe = Date.parse(announcement.ts) + grace;
      step(ripe > now ? 'announced' : 'removable', ripe);
    }
  }
  return steps;
}

async function shippedSize(
  root: string,
  log: { readonly id: string; readonly instance: string },
  { shippedTo }: RetentionPolicy,
): Promise<number | undefined> {
  return shippedTo === undefined ? undefined : ((await readCursor(root, log, shippedTo))?.size ?? 0);
}

/** SHA-256 of the lines as they were written, whatever the file is packed in. */
async function contentHash(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), createGunzip(), hash);
  return hash.digest('hex');
}

/**
 * The announcement for one file, after it was read once more: its chain holds, it ends where the next file begins, and the
 * frontier kept there is that of all lines so far. Throws when the log does not bear that out: then nothing goes.
 */
async function announcementOf(
  segments: readonly Segment[],
  at: number,
  announced: ReadonlyMap<number, Signpost>,
  policy: RetentionPolicy,
): Promise<RetiredBody> {
  const [segment, next] = [segments[at], segments[at + 1]];
  if (segment === undefined || next === undefined) throw new Error('there is no file after it');
  const before = announced.get(segment.first);
  if (segment.first > 0 && before === undefined)
    throw new Error(`the files before record ${segment.first} were removed and nothing on record says why`);
  const { head } = await readTail(segment);
  const opening = await openingOf(next.path);
  const root = rangeRoot(head.range);
  const continues = opening.type === 'segment' && opening.prev === head.prev && opening.seq === head.range.size;
  const frontier = opening.frontier ?? [];
  if (!continues || rangeRoot({ size: next.first, frontier }) !== root)
    throw new Error('the file after it does not continue it');
  return {
    type: 'retired',
    file: basename(segment.path),
    first: segment.first,
    last: next.first - 1,
    until: head.ts,
    sha256: await contentHash(segment.path),
    root,
    ...(before === undefined ? {} : { before: before.seq }),
    keep_days: policy.days,
    reason: policy.reason,
    by: 'process',
  };
}

export interface Retention {
  /** Announces what is due and removes what was announced long enough ago. Never rejects. */
  readonly round: () => Promise<void>;
}

export interface RetentionParts {
  readonly root: string;
  readonly instance: string;
  readonly logs: Pick<Logs, 'use'>;
  readonly policy: RetentionPolicy;
  readonly report: (message: string, cause?: unknown) => void;
  /** Milliseconds since 1970 and, monotonic, since any moment; a test gives its own. */
  readonly clock?: { readonly wall: () => number; readonly steady: () => number };
}

const machineClock = { wall: () => Date.now(), steady: () => performance.now() };

/** Milliseconds by which the wall clock may run away from the steady one before nothing is removed any more. */
const drift = 3_600_000;

/** Only logs of this instance: nobody else may write the announcement. `_access` belongs to its readers and is left alone. */
export function createRetention({
  root,
  instance,
  logs,
  policy,
  report,
  clock = machineClock,
}: RetentionParts): Retention {
  const began = { wall: clock.wall(), steady: clock.steady() };

  function clockWasMoved(): boolean {
    return Math.abs(clock.wall() - began.wall - (clock.steady() - began.steady)) > drift;
  }

  async function remove(directory: string, steps: readonly RetentionStep[]): Promise<void> {
    for (const { file, state } of steps) {
      if (state !== 'removable') return; // from the oldest on, without a gap
      await unlink(`${directory}/${file}`);
      await syncDirectory(diskFiles, directory);
      report(`${directory}/${file} was kept long enough and is removed, as announced in the log`);
    }
  }

  async function announce(id: string, directory: string, steps: readonly RetentionStep[]): Promise<void> {
    for (const { first, state } of steps) {
      if (state === 'announced') continue;
      if (state !== 'due') return;
      const segments = await listSegments(directory); // the announcement before may stand in a new file
      const at = segments.findIndex((segment) => segment.first === first);
      const body = await announcementOf(segments, at, await announcements(segments), policy);
      await logs.use(id, (log) => log.note(body));
      report(`${directory}/${body.file} was kept ${policy.days} days; it will be removed in a day`);
    }
  }

  /** A file that is compressed at this moment goes by another name: all is looked at anew then. */
  async function tend(id: string, again = 3): Promise<void> {
    try {
      await tendOnce(id);
    } catch (error) {
      if (!isMissing(error) || again === 0) throw error;
      await tend(id, again - 1);
    }
  }

  async function tendOnce(id: string): Promise<void> {
    const directory = logDirectory(root, id, instance);
    const plan = () => planRetention(root, { id, instance }, policy, clock.wall());
    await remove(directory, await plan());
    await announce(id, directory, await plan());
  }

  return {
    async round() {
      if (clockWasMoved()) return report('the clock was moved; no audit file is removed until the next start');
      const own = (await listLogs(root)).filter((log) => log.instance === instance);
      for (const { id } of own)
        await tend(id).catch((error: unknown) => report(`nothing of the audit log of ${id} is removed`, error));
    },
  };
}
