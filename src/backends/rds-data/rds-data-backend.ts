/** The backend of one database behind the RDS Data API. */

import { setMaxListeners } from 'node:events';
import type { AuthorizedQuery } from '../../audit/audit-log.ts';
import type { Database, RdsDataApiConnection } from '../../model/database.ts';
import { awsFailure } from '../aws/aws-failure.ts';
import type { ProxyFor } from '../aws/proxy.ts';
import { openCall } from '../exchange/run-query.ts';
import { createPool, type Pooled } from '../pool.ts';
import type { DatabaseBackend } from '../pooled-backend.ts';
import type { DataApi } from './data-api.ts';
import { Knowledge } from './knowledge.ts';
import { createRetryBudget } from './patience.ts';
import { type RunParts, runCall } from './run-call.ts';

/** A place for one call; the service keeps the sessions, so nothing is behind it. */
const openPlace = async (): Promise<Pooled> => ({
  usable: () => true,
  destroy: () => undefined,
  onEnd: () => undefined,
});

async function loadApi(
  connection: RdsDataApiConnection,
  concurrency: number,
  proxyFor: ProxyFor | undefined,
): Promise<DataApi> {
  try {
    const { createDataApi } = await import('./data-api.ts');
    return await createDataApi(connection, concurrency, proxyFor);
  } catch (thrown) {
    throw awsFailure(thrown, 'The RDS Data API cannot be used as it is configured.');
  }
}

const micros = (since: number) => Math.round((performance.now() - since) * 1000);

/** Opens nothing until the first call; nothing periodic, so that a paused cluster stays asleep until a caller comes. */
export function createRdsDataBackend(
  database: Database,
  connection: RdsDataApiConnection,
  maskKey: Buffer,
  proxyFor?: ProxyFor,
): DatabaseBackend {
  const { maxConcurrency, queueTimeout } = database.limits;
  let connecting: Promise<DataApi> | undefined;
  const connect = (): Promise<DataApi> => {
    connecting ??= loadApi(connection, maxConcurrency, proxyFor);
    connecting.catch(() => {
      connecting = undefined;
    });
    return connecting;
  };
  const endings = new Set<Promise<void>>();
  const track = (ending: Promise<void>) => {
    const kept = ending.finally(() => endings.delete(kept));
    endings.add(kept);
  };
  const parts: Omit<RunParts, 'api'> = { budget: createRetryBudget(), knowledge: new Knowledge(), maskKey, track };
  const places = createPool({
    max: maxConcurrency,
    queueTimeout,
    idleTimeout: database.pool.idleTimeout,
    open: openPlace,
  });
  const closing = new AbortController();
  setMaxListeners(0, closing.signal); // every running call holds it; Node.js warns above ten

  async function execute(token: AuthorizedQuery, signal: AbortSignal) {
    const call = openCall(token);
    const arrived = performance.now();
    const place = await places.acquire(signal);
    const queue = micros(arrived);
    const started = performance.now();
    try {
      const { result, session, xid } = await runCall({ ...parts, api: await connect() }, call, [
        signal,
        closing.signal,
      ]);
      const timings = { queue, connect: 0, execute: micros(started) };
      const written = xid === undefined ? {} : { xid };
      return { ...result, backend: { pid: session.pid, version: session.version, ...written }, timings };
    } finally {
      places.release(place);
    }
  }

  const close = async () => {
    closing.abort();
    places.close();
    await Promise.all(endings);
    await connecting?.then((api) => api.destroy()).catch(() => undefined);
  };
  const drain = async () => {
    await places.drain();
    await close();
  };
  return { execute, stats: places.stats, held: () => 0, drain, close };
}
