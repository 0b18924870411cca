/** `audit.require_shipped_within`: no new call while records of this instance wait longer than that for their copy elsewhere. */

import { formatTime } from './clock.ts';
import { LogUnavailable } from './log-errors.ts';
import type { RecordBody } from './records.ts';
import { createShipLagReader, longestWait, type ShipLag } from './ship-lag.ts';

export interface ShipRequirement {
  /** As the cursors name it. */
  readonly target: string;
  /** Milliseconds. */
  readonly within: number;
}

export interface ShipGate {
  /** Resolves when a new call may be recorded. Throws LogUnavailable `not_shipped`, also when the lag cannot be read. */
  readonly admit: () => Promise<void>;
  /** Whether `admit` would resolve; counts nothing. */
  readonly open: () => Promise<boolean>;
}

export interface ShipGateOptions extends ShipRequirement {
  readonly root: string;
  readonly instance: string;
  /** Writes a `degraded` or `resumed` record; never throws. */
  readonly note: (body: RecordBody) => Promise<void>;
  readonly report: (message: string, cause?: unknown) => void;
}

/** Milliseconds for which one look is believed, at most. */
const believedAtMost = 5_000;

export function createShipGate({ root, instance, target, within, note, report }: ShipGateOptions): ShipGate {
  const reader = createShipLagReader(root, target);
  const believedFor = Math.min(believedAtMost, within / 10);
  let lags: readonly ShipLag[] = [];
  let looked = Number.NEGATIVE_INFINITY;
  let looking: Promise<void> | undefined;
  let behindSince = '';
  let refused = 0;

  async function look(): Promise<void> {
    const began = Date.now();
    lags = await reader.read(instance);
    looked = began;
  }

  /** Callers share one look. */
  function lookOnce(): Promise<void> {
    looking ??= look().finally(() => {
      looking = undefined;
    });
    return looking;
  }

  /** What was written after the look has waited for less time than has passed since, so an old look still bounds the wait. */
  function mayBeLate(): boolean {
    const now = Date.now();
    return now - looked > within || longestWait(lags, now) > within;
  }

  async function isLate(): Promise<boolean> {
    if (mayBeLate()) {
      await lookOnce(); // the shipper may just have been here
      return longestWait(lags, Date.now()) > within;
    }
    if (Date.now() - looked > believedFor) lookOnce().catch(() => undefined); // the next caller uses it, or finds it too old
    return false;
  }

  async function turn(late: boolean): Promise<void> {
    if (late === (behindSince !== '')) return;
    const now = formatTime(Date.now() * 1000);
    const since = behindSince;
    behindSince = late ? now : '';
    if (late) {
      report('the copy of the audit log is behind; new calls are refused until pgwarden audit ship has caught up');
      return note({ type: 'degraded', why: 'not_shipped', refused });
    }
    report('the copy of the audit log has caught up');
    const total = refused;
    refused = 0;
    return note({ type: 'resumed', refused_total: total, from: since, to: now });
  }

  return {
    async admit() {
      const late = await isLate().catch((error: unknown) => {
        throw new LogUnavailable('not_shipped', 'how far the audit log was shipped cannot be read', error);
      });
      await turn(late);
      if (!late) return;
      refused += 1;
      throw new LogUnavailable('not_shipped', 'the copy of the audit log is behind');
    },
    open: () =>
      isLate().then(
        (late) => !late,
        () => false,
      ),
  };
}
