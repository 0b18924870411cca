/** What the last real call to each database told of it: nothing here ever connects by itself. */

import { BrokerError } from '../model/errors.ts';

export interface LastCall {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Milliseconds from the backend's door to its answer. */
  readonly latency: number;
  /** Code of what went wrong; absent when it went well. */
  readonly error?: string;
}

export interface Health {
  /** Does `work` and remembers how it went. */
  readonly watch: <T>(databaseId: string, work: () => Promise<T>) => Promise<T>;
  readonly of: (databaseId: string) => LastCall | undefined;
}

export function createHealth(): Health {
  const last = new Map<string, LastCall>();
  return {
    async watch(databaseId, work) {
      const started = performance.now();
      const latency = () => Math.round((performance.now() - started) * 1000) / 1000;
      try {
        const value = await work();
        last.set(databaseId, { at: Date.now(), latency: latency() });
        return value;
      } catch (thrown) {
        const error = thrown instanceof BrokerError ? thrown.code : 'INTERNAL';
        last.set(databaseId, { at: Date.now(), latency: latency(), error });
        throw thrown;
      }
    },
    of: (databaseId) => last.get(databaseId),
  };
}
