/** Room on the audit disk: warns early, refuses new calls before the end, and keeps a reserve for those already under way. */

import { constants } from 'node:fs';
import { open, statfs, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { formatTime } from './clock.ts';
import { LogUnavailable } from './log-errors.ts';
import type { RecordBody } from './records.ts';

const mebibyte = 1024 * 1024;

/** Bytes of a file system: free for this user, and in all. */
export interface Room {
  readonly free: number;
  readonly total: number;
}

export interface Space {
  /** Resolves when a new call may be recorded. Throws LogUnavailable `no_space` near the end of the disk. */
  readonly admit: () => Promise<void>;
  /** Gives the reserve back to the disk; false when it is gone already. */
  readonly releaseReserve: () => Promise<boolean>;
  readonly close: () => Promise<void>;
}

export interface SpaceOptions {
  readonly directory: string;
  readonly instance: string;
  /** Writes a `degraded` or `resumed` record; never throws. */
  readonly note: (body: RecordBody) => Promise<void>;
  readonly report: (message: string, cause?: unknown) => void;
  /** How room is measured; a test gives its own figures. */
  readonly measure?: () => Promise<Room>;
}

/** Milliseconds for which one measurement is believed while there is room. */
const believedFor = 1_000;

/** 128 MiB, or a twentieth of a small disk. */
const criticalRoom = ({ total }: Room) => Math.min(128 * mebibyte, total / 20);

/** 1 GiB or a twentieth of the disk, whichever is more, but never over a quarter of a small one. */
const lowRoom = ({ total }: Room) => Math.min(Math.max(1024 * mebibyte, total / 20), total / 4);

export function createSpace(options: SpaceOptions): Space {
  const { directory, note, report } = options;
  const ballast = join(directory, `${options.instance}.reserve`);
  const measure = options.measure ?? (() => roomOf(directory));
  let state: 'enough' | 'low' | 'critical' = 'enough';
  let since = '';
  let refused = 0;
  let measured = Number.NEGATIVE_INFINITY;
  let reserved = measure().then(
    (room) => reserve(ballast, room),
    () => false,
  ); // nobody waits for it: starting is quick

  async function look(): Promise<void> {
    measured = Date.now();
    const room = await measure();
    const next = room.free < criticalRoom(room) ? 'critical' : room.free < lowRoom(room) ? 'low' : 'enough';
    if (next === state) return;
    const before = state;
    state = next;
    if (before === 'enough') since = formatTime(Date.now() * 1000);
    if (next === 'enough') await resume(room);
    else await degrade(next, room);
  }

  async function degrade(next: 'low' | 'critical', { free }: Room): Promise<void> {
    report(
      `the audit disk has ${Math.floor(free / mebibyte)} MiB left${next === 'critical' ? '; new calls are refused' : ''}`,
    );
    await note({ type: 'degraded', why: next === 'critical' ? 'disk_full' : 'disk_low', refused });
  }

  async function resume(room: Room): Promise<void> {
    report('the audit disk has room again');
    if (!(await reserved)) reserved = reserve(ballast, room);
    await note({ type: 'resumed', refused_total: refused, from: since, to: formatTime(Date.now() * 1000) });
    refused = 0;
  }

  return {
    async admit() {
      if (state === 'critical' || Date.now() - measured > believedFor) await look();
      if (state !== 'critical') return;
      refused += 1;
      throw new LogUnavailable('no_space', 'the audit disk is nearly full');
    },
    async releaseReserve() {
      if (!(await reserved)) return false;
      reserved = Promise.resolve(false);
      report('the reserve of the audit disk was given up so that calls under way can be recorded');
      return unlink(ballast).then(
        () => true,
        () => false,
      );
    },
    async close() {
      if (await reserved) await unlink(ballast).catch(() => undefined);
    },
  };
}

async function roomOf(directory: string): Promise<Room> {
  const { bavail, blocks, bsize } = await statfs(directory);
  return { free: bavail * bsize, total: blocks * bsize };
}

/** Eight MiB of real blocks, or a hundredth of a small disk; none where even that does not fit. */
async function reserve(path: string, { total, free }: Room): Promise<boolean> {
  const bytes = Math.floor(Math.min(8 * mebibyte, total / 100));
  if (free < bytes * 4) return false;
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;
  try {
    const file = await open(path, flags, 0o640);
    await file.writeFile(Buffer.alloc(bytes)).finally(() => file.close());
    return true;
  } catch {
    await unlink(path).catch(() => undefined);
    return false;
  }
}
