/** A backend over a pool of sessions, whatever carries them: acquire, run, clean, release. */

import type { AuthorizedQuery } from '../audit/audit-log.ts';
import type { QueryResult } from '../model/result.ts';
import type { Channel } from './exchange/channel.ts';
import { cleanSession, openCall, type RunParts, runQuery } from './exchange/run-query.ts';
import { createKnownTypes } from './exchange/types-of.ts';
import type { Pool, PoolStats } from './pool.ts';

/** The backend of one database. */
export interface DatabaseBackend {
  readonly execute: (query: AuthorizedQuery, signal: AbortSignal) => Promise<QueryResult>;
  readonly stats: () => PoolStats;
  /** Lets the calls that are in finish and resolves when the last one has, holding nothing any more. No call may follow. */
  readonly drain: () => Promise<void>;
  /** Cancels what runs. Resolves when nothing of the database is held any more. */
  readonly close: () => Promise<void>;
}

const micros = (since: number) => Math.round((performance.now() - since) * 1000);

export function createPooledBackend(pool: Pool<Channel>, maskKey: Buffer): DatabaseBackend {
  const parts: RunParts = { types: createKnownTypes(), maskKey };
  const seen = new WeakSet<Channel>();

  async function execute(token: AuthorizedQuery, signal: AbortSignal): Promise<QueryResult> {
    const call = openCall(token);
    const arrived = performance.now();
    const channel = await pool.acquire(signal);
    const waited = micros(arrived);
    const connect = seen.has(channel) ? 0 : channel.openedIn;
    seen.add(channel);
    const started = performance.now();
    try {
      const { xid, ...run } = await runQuery(channel, call, signal, parts);
      const timings = { queue: Math.max(0, waited - connect), connect, execute: micros(started) };
      const pid = channel.pid === undefined ? {} : { pid: channel.pid };
      const written = xid === undefined ? {} : { xid };
      return { ...run, backend: { ...pid, ...written, version: channel.version }, timings };
    } finally {
      // The caller need not wait for the session to be cleaned; the next one does.
      void cleanSession(channel, call).then(() => pool.release(channel));
    }
  }

  return { execute, stats: pool.stats, drain: pool.drain, close: async () => pool.close() };
}
