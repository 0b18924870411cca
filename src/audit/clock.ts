/** Time for the records: wall clock in microseconds that never runs backwards in a log, and a monotonic count beside it. */

import { randomBytes } from 'node:crypto';

export interface Clock {
  /** Now, but never before `floor` (an earlier stamp of the same log); says when the wall clock was behind it. */
  readonly stamp: (floor: string) => { readonly ts: string; readonly back: boolean };
  /** Microseconds since this clock was made. */
  readonly up: () => number;
}

/** A wall clock that stands still or goes back by less than this is jitter, not a step. */
const jitterMicroseconds = 2_000;

const microseconds = () => Number(process.hrtime.bigint() / 1000n);

export function createClock(): Clock {
  const started = microseconds();
  let anchor = { wall: Date.now() * 1000, monotonic: started };
  function wall(): number {
    const monotonic = microseconds();
    const milliseconds = Date.now() * 1000;
    const expected = anchor.wall + (monotonic - anchor.monotonic);
    if (Math.abs(expected - milliseconds) > jitterMicroseconds) anchor = { wall: milliseconds, monotonic };
    return anchor.wall + (monotonic - anchor.monotonic);
  }
  return {
    stamp(floor) {
      const now = wall();
      const ts = formatTime(now);
      if (ts >= floor) return { ts, back: false };
      return { ts: floor, back: formatTime(now + jitterMicroseconds) < floor };
    },
    up: () => microseconds() - started,
  };
}

/** The last second that was printed, up to its point: records come many to a second. */
let printed = { second: Number.NaN, text: '' };

/** RFC 3339 UTC with six digits, from microseconds since 1970: sorts as text. */
export function formatTime(microsecondsSinceEpoch: number): string {
  const second = Math.floor(microsecondsSinceEpoch / 1_000_000);
  if (second !== printed.second) printed = { second, text: new Date(second * 1000).toISOString().slice(0, 20) };
  const rest = String(Math.floor(microsecondsSinceEpoch) - second * 1_000_000);
  return `${printed.text}${rest.padStart(6, '0')}Z`;
}

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A ULID: 48 bits of milliseconds, 80 random bits, sortable text. */
export function createUlid(now = Date.now()): string {
  let value = (BigInt(now) << 80n) | BigInt(`0x${randomBytes(10).toString('hex')}`);
  let text = '';
  for (let i = 0; i < 26; i += 1) {
    text = (crockford[Number(value & 31n)] ?? '') + text;
    value >>= 5n;
  }
  return text;
}
