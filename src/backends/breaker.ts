/** A circuit breaker: a database that cannot be reached is left alone for a while, then tried by one call. */

import { BrokerError, Failure } from '../model/errors.ts';

export interface BreakerState {
  readonly state: 'closed' | 'open' | 'half_open';
  /** Failures to reach the database since it last answered. */
  readonly failures: number;
  /** Code of the last failure to reach it, until it answers again. */
  readonly lastError?: string;
  /** Milliseconds until the next call is let through; 0 when one would be now. */
  readonly retryIn: number;
}

export interface BreakerOptions {
  /** Failures in a row after which calls are refused at once. */
  readonly threshold: number;
  /** Milliseconds the first pause lasts; each further one twice as long. */
  readonly firstPause: number;
  readonly longestPause: number;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
}

export interface Breaker {
  /** Does `work` unless the database is left alone now: then BACKEND_UNAVAILABLE at once, with the time of the next try. */
  readonly watch: <T>(work: () => Promise<T>) => Promise<T>;
  readonly state: () => BreakerState;
}

const defaults: BreakerOptions = {
  threshold: 5,
  firstPause: 1000,
  longestPause: 30_000,
  now: () => performance.now(),
};

/** Only failures to reach the database count: a slow or wrong statement says nothing of its health. */
export function createBreaker(changes: Partial<BreakerOptions> = {}): Breaker {
  const { threshold, firstPause, longestPause, now } = { ...defaults, ...changes };
  let failures = 0;
  let pauses = 0;
  let pausedUntil: number | undefined;
  let probing = false;
  let lastError: string | undefined;

  function succeed(): void {
    failures = 0;
    pauses = 0;
    pausedUntil = undefined;
    lastError = undefined;
  }

  /** Calls that were under way together fail together: they are one reason to pause, not many. */
  function fail(code: string, probe: boolean): void {
    failures += 1;
    lastError = code;
    const paused = pausedUntil !== undefined && now() < pausedUntil;
    if (failures < threshold || (paused && !probe)) return;
    pausedUntil = now() + Math.min(longestPause, firstPause * 2 ** pauses);
    pauses += 1;
  }

  const retryIn = () => (pausedUntil === undefined ? 0 : Math.max(0, Math.ceil(pausedUntil - now())));

  function refuse(): never {
    const seconds = Math.max(1, Math.ceil(retryIn() / 1000));
    throw new Failure('BACKEND_UNAVAILABLE', 'The database could not be reached several times and is left alone now.', {
      hint: `Try again in ${seconds} s.`,
      safeToRetry: true,
    });
  }

  async function watch<T>(work: () => Promise<T>): Promise<T> {
    const halfOpen = pausedUntil !== undefined;
    if (halfOpen && (probing || retryIn() > 0)) refuse();
    probing = halfOpen;
    try {
      const value = await work();
      succeed();
      return value;
    } catch (thrown) {
      const code = thrown instanceof BrokerError ? thrown.code : 'INTERNAL';
      if (code === 'BACKEND_UNAVAILABLE') fail(code, halfOpen);
      else if (answers.has(code)) succeed();
      throw thrown;
    } finally {
      if (halfOpen) probing = false;
    }
  }

  return {
    watch,
    state: () => ({
      state: pausedUntil === undefined ? 'closed' : retryIn() > 0 ? 'open' : 'half_open',
      failures,
      ...(lastError === undefined ? {} : { lastError }),
      retryIn: retryIn(),
    }),
  };
}

/** Failures that only a database within reach can bring. */
const answers = new Set(['BACKEND_QUERY_FAILED', 'CATALOG_UNAVAILABLE']);
