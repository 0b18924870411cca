/** The anchor log: the heads of all other logs of this process, every minute; rolling one log back contradicts it. */

import type { Head } from './frame.ts';
import { anchorLog } from './layout.ts';
import type { Log } from './log.ts';
import type { Logs } from './logs.ts';
import { rangeRoot } from './merkle.ts';

/** Milliseconds between two anchors, and between two signs of life when nothing happens. */
const anchorEvery = 60_000;
const heartbeatEvery = 3_600_000;

/** Heads in one record, so that its line stays short. */
const headsPerRecord = 500;

export interface Anchor {
  /** Head of the anchor log after the newest anchor: what seals carry. */
  readonly newest: () => { readonly size: number; readonly root: string } | undefined;
  /** Records the heads that changed since the last time, and at least hourly that there is nothing to record. */
  readonly drop: () => Promise<void>;
  /** Takes up the head an earlier process left, so that the first seals carry it. */
  readonly resume: () => Promise<void>;
  /** Drops anchors from now on; the returned function stops that. */
  readonly start: (report: (message: string, cause?: unknown) => void) => () => void;
}

export function createAnchor(logs: () => Logs): Anchor {
  const sizes = new Map<string, number>();
  let newest: { readonly size: number; readonly root: string } | undefined;
  let last = Number.NEGATIVE_INFINITY;

  function take(log: Log): void {
    const { range } = log.head();
    if (range.size > 0) newest = { size: range.size, root: rangeRoot(range) };
  }

  async function drop(): Promise<void> {
    const changed = logs()
      .heads()
      .filter(({ id, origin, head }) => id !== anchorLog && head.range.size > (sizes.get(origin) ?? 0));
    const isQuiet = Date.now() - last < heartbeatEvery;
    if (changed.length === 0 && isQuiet) return;
    for (let at = 0; at === 0 || at < changed.length; at += headsPerRecord) {
      const heads = changed.slice(at, at + headsPerRecord).map(({ origin, head }) => checkpoint(origin, head));
      await logs().use(anchorLog, async (log) => {
        await log.note({ type: 'anchor', heads, ...(heads.length === 0 ? { heartbeat: true } : {}) });
        take(log);
      });
      for (const { origin, size } of heads) sizes.set(origin, size);
    }
    last = Date.now();
  }

  return {
    newest: () => newest,
    drop,
    resume: () => logs().use(anchorLog, async (log) => take(log)),
    start(report) {
      const timer = setInterval(() => {
        drop().catch((error: unknown) => report('the anchor log could not be written', error));
      }, anchorEvery);
      timer.unref();
      return () => clearInterval(timer);
    },
  };
}

function checkpoint(origin: string, { range }: Head) {
  return { origin, size: range.size, root: rangeRoot(range) };
}
