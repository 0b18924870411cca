/** The end of a statement's time: whoever may end the call, and the broker's own clock, told apart. */

import type { Interruption } from '../query-error.ts';

/** Milliseconds more than the statement's own time: the database stops it first, and can say so. */
const patience = 2000;

export interface Deadline {
  readonly signal: AbortSignal;
  readonly interruption: () => Interruption;
  readonly release: () => void;
}

/** `limit`: milliseconds, from now. Release it when the time is no longer to be watched. */
export function deadline(limit: number, callers: readonly AbortSignal[]): Deadline {
  const controller = new AbortController();
  let interruption: Interruption;
  const stop = (why: Exclude<Interruption, undefined>) => {
    interruption ??= why;
    controller.abort();
  };
  const onAbort = () => stop('caller');
  const timer = setTimeout(() => stop('deadline'), limit + patience);
  for (const caller of callers) {
    caller.addEventListener('abort', onAbort, { once: true });
    if (caller.aborted) onAbort();
  }
  return {
    signal: controller.signal,
    interruption: () => interruption,
    release: () => {
      clearTimeout(timer);
      for (const caller of callers) caller.removeEventListener('abort', onAbort);
    },
  };
}
