/** What an operator sees of the running fleet: databases, calls, queues, breakers; never where a database is or how to sign in. */

import type { BackendState, Backends } from '../backends/backends.ts';
import type { Database } from '../model/database.ts';
import type { Fleet } from './fleet.ts';
import type { Health, LastCall } from './health.ts';
import type { RunningCalls } from './running-calls.ts';

export interface DatabaseStatus {
  readonly id: string;
  /** As the last real call saw it; `unknown` before the first. */
  readonly state: 'disabled' | 'unknown' | 'up' | 'down';
  readonly last_call?: string;
  readonly latency_ms?: number;
  readonly last_error?: string;
  readonly connections: BackendState['pool'];
  readonly breaker: BackendState['breaker'];
}

export interface StatusParts {
  readonly fleet: Fleet;
  readonly backends: Pick<Backends, 'states' | 'budget'>;
  readonly calls: RunningCalls;
  readonly health: Health;
  /** Records that wait for the audit disk; seconds for which the oldest has waited for its copy elsewhere, where one is made. */
  readonly audit: { readonly waiting: () => number; readonly shipLag?: () => Promise<number> };
  readonly version: string;
}

export interface Status {
  readonly databases: () => readonly DatabaseStatus[];
  readonly summary: () => Promise<Readonly<Record<string, unknown>>>;
  /** Stops a running call; false when none of that id is running. */
  readonly cancel: (callId: string) => boolean;
}

const untouched: BackendState = {
  pool: { active: 0, idle: 0, waiting: 0 },
  breaker: { state: 'closed', failures: 0, retryIn: 0 },
};

function stateOf(
  { enabled }: Database,
  { breaker }: BackendState,
  last: LastCall | undefined,
): DatabaseStatus['state'] {
  if (!enabled) return 'disabled';
  if (last === undefined) return 'unknown';
  return breaker.state !== 'closed' || last.error === 'BACKEND_UNAVAILABLE' ? 'down' : 'up';
}

export function createStatus({ fleet, backends, calls, health, audit, version }: StatusParts): Status {
  const databases = () => {
    const states = backends.states();
    return fleet.config().databases.map((database): DatabaseStatus => {
      const known = states.get(database.id) ?? untouched;
      const last = health.of(database.id);
      return {
        id: database.id,
        state: stateOf(database, known, last),
        ...(last && { last_call: new Date(last.at).toISOString(), latency_ms: last.latency }),
        ...(last?.error !== undefined && { last_error: last.error }),
        connections: known.pool,
        breaker: known.breaker,
      };
    });
  };
  /** Whoever asks because the disk is in trouble gets the rest all the same. */
  const auditState = async () => {
    const lag = await audit.shipLag?.().catch(() => 'unknown');
    return { waiting: audit.waiting(), ...(lag !== undefined && { ship_lag_seconds: lag }) };
  };
  const summary = async () => {
    const all = databases();
    const busy = ({ state, connections: { active, waiting } }: DatabaseStatus) =>
      state === 'down' || active + waiting > 0;
    return {
      version,
      configuration: fleet.state(),
      databases: all.length,
      connections: backends.budget(),
      audit: await auditState(),
      noteworthy: all.filter(busy),
      calls: calls.list().map(({ since, ...call }) => ({ ...call, running_ms: Date.now() - since })),
    };
  };
  return { databases, summary, cancel: calls.cancel };
}
