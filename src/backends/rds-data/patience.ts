/** When a call may be repeated: only where nothing can have run, within its own deadline and its database's budget. */

import { setTimeout as pause } from 'node:timers/promises';
import type { CallContext } from '../../model/request.ts';
import { readFault } from './service-fault.ts';

/** Tokens of one database: a sick one uses up its own. */
export interface RetryBudget {
  /** Takes the price of one repetition; false when the budget is used up. */
  readonly take: () => boolean;
  /** A call that went through at once gives something back. */
  readonly refund: () => void;
  readonly left: () => number;
}

const full = 100;
const price = 5;

export function createRetryBudget(): RetryBudget {
  let tokens = full;
  return {
    take: () => {
      if (tokens < price) return false;
      tokens -= price;
      return true;
    },
    refund: () => {
      tokens = Math.min(full, tokens + 1);
    },
    left: () => tokens,
  };
}

export interface Pacing {
  /** Milliseconds before the first repetition; each further one waits twice as long. */
  readonly first: number;
  readonly longest: number;
}

/** A paused cluster needs ten to thirty seconds; a throttled call comes through in one or two. */
const paces: Readonly<Record<string, Pacing>> = {
  resuming: { first: 500, longest: 8000 },
  throttled: { first: 100, longest: 2000 },
};

export interface Repetition {
  readonly budget: RetryBudget;
  readonly signal: AbortSignal;
  /** Milliseconds since the start after which nothing is repeated. */
  readonly patience: number;
  /** The cluster is waking up, or asked for patience: what a progress notification can say. */
  readonly onWait?: CallContext['onWait'];
  readonly random?: () => number;
}

/**
 * Runs `attempt` until it goes through, or fails with something other than `DatabaseResumingException` or throttling, or
 * patience or budget are at an end: then with what it failed with. Waking a cluster costs no budget: nothing is wrong.
 */
export async function patiently<T>(attempt: () => Promise<T>, repetition: Repetition): Promise<T> {
  const { budget, signal, patience, onWait, random = Math.random } = repetition;
  const started = performance.now();
  for (let round = 0; ; round++) {
    try {
      const value = await attempt();
      if (round === 0) budget.refund();
      return value;
    } catch (thrown) {
      const { kind } = readFault(thrown);
      const pace = paces[kind];
      if (pace === undefined || (kind !== 'resuming' && kind !== 'throttled')) throw thrown;
      const wait = Math.min(pace.longest, pace.first * 2 ** round) * (0.5 + random() / 2);
      const late = performance.now() - started + wait > patience;
      if (late || (kind === 'throttled' && !budget.take())) throw thrown;
      onWait?.(kind);
      await pause(wait, undefined, { signal });
    }
  }
}
