/** The calls that are at a database now: for those who look, and for those who stop one. */

import type { CallContext } from '../model/request.ts';

export interface RunningCall {
  readonly id: string;
  readonly principal: string;
  readonly database: string;
  readonly tool: string;
  /** Milliseconds since 1970. */
  readonly since: number;
}

export interface RunningCalls {
  /** Does `work` as this call; its signal also fires when an operator stops the call. */
  readonly run: <T>(
    call: CallContext,
    database: string,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
  ) => Promise<T>;
  readonly list: () => readonly RunningCall[];
  /** Stops the call of that id; false when none such is running. */
  readonly cancel: (id: string) => boolean;
}

export function createRunningCalls(): RunningCalls {
  const running = new Map<string, { readonly call: RunningCall; readonly stop: AbortController }>();
  return {
    async run({ id, principal, tool }, database, signal, work) {
      const stop = new AbortController();
      const onAbort = () => stop.abort();
      if (signal.aborted) stop.abort();
      signal.addEventListener('abort', onAbort, { once: true });
      running.set(id, { call: { id, principal: principal.id, database, tool, since: Date.now() }, stop });
      try {
        return await work(stop.signal);
      } finally {
        signal.removeEventListener('abort', onAbort);
        running.delete(id);
      }
    },
    list: () => [...running.values()].map(({ call }) => call),
    cancel(id) {
      const found = running.get(id);
      found?.stop.abort();
      return found !== undefined;
    },
  };
}
