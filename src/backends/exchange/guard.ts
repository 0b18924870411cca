/** Watches over a running exchange: the caller's signal and the deadline reach the server, and an answer that never comes ends. */

import type { Interruption } from '../query-error.ts';
import type { Channel } from './channel.ts';

/** Milliseconds the server is given to obey: to end the statement at its own limit, and to stop when asked. */
const patience = 2000;

export interface Guard {
  /** Why the broker stopped the statement; undefined while it has not. */
  readonly interruption: () => Interruption;
  /** Stops watching. A session that was asked to stop must not be used again: the request may still be on its way. */
  readonly release: () => void;
}

/** `limit` is the statement's own time, in milliseconds, which the server enforces where the channel says so. */
export function guard(channel: Channel, limit: number, signal: AbortSignal | undefined): Guard {
  let interruption: Interruption;
  let giveUp: NodeJS.Timeout | undefined;
  const stop = (why: Exclude<Interruption, undefined>) => {
    if (interruption !== undefined) return;
    interruption = why;
    channel.interrupt();
    giveUp = setTimeout(() => channel.destroy(), patience);
  };
  const onAbort = () => stop('caller');
  const deadline = setTimeout(() => stop('deadline'), channel.enforcesTimeout ? limit + patience : limit);
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted === true) onAbort();
  return {
    interruption: () => interruption,
    release: () => {
      clearTimeout(deadline);
      clearTimeout(giveUp);
      signal?.removeEventListener('abort', onAbort);
      if (interruption !== undefined) channel.destroy();
    },
  };
}
