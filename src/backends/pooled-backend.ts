/** A backend over a pool of sessions, whatever carries them: acquire, run, clean, release. */

import type { AuthorizedQuery } from '../audit/audit-log.ts';
import type { QueryResult } from '../model/result.ts';
import type { Channel } from './exchange/channel.ts';
import { cleanSession, openCall, type RunParts, runQuery } from './exchange/run-query.ts';
import { createKnownTypes } from './exchange/types-of.ts';
import type { Call } from './exchange/verdict.ts';
import { createHeldPlaces, createHeldResults, type HeldPlaces } from './held-results.ts';
import type { Pool, PoolStats } from './pool.ts';

/** The backend of one database. */
export interface DatabaseBackend {
  readonly execute: (query: AuthorizedQuery, signal: AbortSignal) => Promise<QueryResult>;
  readonly stats: () => PoolStats;
  /** Results held for their next page. */
  readonly held: () => number;
  /** Lets the calls that are in finish and resolves when the last one has, holding nothing any more. No call may follow. */
  readonly drain: () => Promise<void>;
  /** Cancels what runs. Resolves when nothing of the database is held any more. */
  readonly close: () => Promise<void>;
}

const micros = (since: number) => Math.round((performance.now() - since) * 1000);

/** Sessions that may be held for the next page of a result, where there is more than one. */
export interface Holding {
  readonly places: HeldPlaces;
  readonly most: number;
}

export function createPooledBackend(pool: Pool<Channel>, maskKey: Buffer, holding?: Holding): DatabaseBackend {
  const parts: RunParts = { types: createKnownTypes(), maskKey };
  const seen = new WeakSet<Channel>();
  const { places = createHeldPlaces(), most = 0 } = holding ?? {};
  const held = createHeldResults(places, most, parts, pool.release);

  async function nextPage(call: Call, signal: AbortSignal): Promise<QueryResult> {
    const started = performance.now();
    const { run, channel } = await held.next(call, signal);
    return { ...run, backend: sessionOf(channel), timings: { queue: 0, connect: 0, execute: micros(started) } };
  }

  async function execute(token: AuthorizedQuery, signal: AbortSignal): Promise<QueryResult> {
    const call = openCall(token);
    if ((call.query.request.page?.number ?? 1) > 1) return nextPage(call, signal);
    const arrived = performance.now();
    const channel = await pool.acquire(signal);
    const waited = micros(arrived);
    const connect = seen.has(channel) ? 0 : channel.openedIn;
    seen.add(channel);
    const started = performance.now();
    const timings = () => ({ queue: Math.max(0, waited - connect), connect, execute: micros(started) });
    if (held.admits(call)) {
      const run = await held.first(channel, call, signal);
      return { ...run, backend: sessionOf(channel), timings: timings() };
    }
    try {
      const { xid, ...run } = await runQuery(channel, call, signal, parts);
      const written = xid === undefined ? {} : { xid };
      return { ...run, backend: { ...sessionOf(channel), ...written }, timings: timings() };
    } finally {
      // The caller need not wait for the session to be cleaned; the next one does.
      void cleanSession(channel, call).then(() => pool.release(channel));
    }
  }

  const drain = () => {
    held.close();
    return pool.drain();
  };
  const close = async () => {
    held.close();
    pool.close();
  };
  return { execute, stats: pool.stats, held: held.size, drain, close };
}

const sessionOf = ({ pid, version }: Channel): QueryResult['backend'] => ({
  ...(pid === undefined ? {} : { pid }),
  version,
});
