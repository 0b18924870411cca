/** Every backend of the process behind one door: made when a database is first called, dispatched by its connection. */

import { randomBytes } from 'node:crypto';
import { type AuthorizedQuery, openAuthorized } from '../audit/audit-log.ts';
import type { Database } from '../model/database.ts';
import { Failure } from '../model/errors.ts';
import type { ProxyFor } from './aws/proxy.ts';
import { createSecretLogins } from './aws/secret-logins.ts';
import type { Backend } from './backend.ts';
import { type Breaker, type BreakerState, createBreaker } from './breaker.ts';
import { type ConnectionBudget, createConnectionBudget } from './connection-budget.ts';
import { createEmbeddedBackend } from './embedded/embedded-backend.ts';
import { createHeldPlaces, type HeldLimits } from './held-results.ts';
import { noSuchPage } from './no-such-page.ts';
import type { PoolStats } from './pool.ts';
import type { DatabaseBackend } from './pooled-backend.ts';
import type { ReadSecret } from './postgres/logins.ts';
import { createPostgresBackend } from './postgres/postgres-backend.ts';
import { createRdsDataBackend } from './rds-data/rds-data-backend.ts';
import { StaleCatalog } from './stale-catalog.ts';

export interface BackendsOptions {
  readonly readSecret: ReadSecret;
  /** NODE_PG_FORCE_NATIVE is set in the environment (the configuration tells). */
  readonly nativeDriverForced: boolean;
  /** The proxy between here and AWS, if any (the configuration tells). */
  readonly proxyFor?: ProxyFor;
  /** Key of the `hash` mask, at least 32 bytes; without one, digests are comparable within this process only. */
  readonly maskKey?: Buffer;
  /** Connections of all databases together; without it only each database's own maximum counts. */
  readonly maxConnectionsTotal?: number;
  /** How much may be held for later pages of results, and for how long. */
  readonly held?: HeldLimits;
}

/** What is known of a database without asking it. */
export interface BackendState {
  readonly pool: PoolStats;
  readonly breaker: BreakerState;
}

export interface Backends extends Backend {
  /**
   * These databases are configured from now on. One that is gone or switched off is cancelled at once; one that is
   * configured differently takes no new call on its old sessions and lets those finish that run; the others feel nothing.
   */
  readonly adopt: (databases: readonly Database[]) => void;
  /** Another total from now on. */
  readonly resize: (maxConnectionsTotal: number) => void;
  /** Sessions of each database that has been called. */
  readonly stats: () => ReadonlyMap<string, PoolStats>;
  /** How many results are held for their next page, of each database that has been called. */
  readonly held: () => ReadonlyMap<string, number>;
  /** Every database that has been called. */
  readonly states: () => ReadonlyMap<string, BackendState>;
  readonly budget: ConnectionBudget['stats'];
}

interface Open {
  readonly database: Database;
  readonly backend: DatabaseBackend;
  readonly breaker: Breaker;
}

export function createBackends(options: BackendsOptions): Backends {
  const maskKey = options.maskKey ?? randomBytes(32);
  const secretLogins = createSecretLogins(options.proxyFor === undefined ? {} : { proxyFor: options.proxyFor });
  const budget = createConnectionBudget(options.maxConnectionsTotal ?? Number.MAX_SAFE_INTEGER);
  const places = createHeldPlaces(options.held);
  const open = new Map<string, Open>();
  /** Backends that take no new call and are not closed yet. */
  const leaving = new Map<DatabaseBackend, { readonly id: string; readonly gone: Promise<void> }>();
  let configured: ReadonlyMap<string, Database> | undefined;
  let closed = false;

  const make = (database: Database): DatabaseBackend => {
    const { connection } = database;
    switch (connection.type) {
      case 'direct_postgres':
        return createPostgresBackend(database, connection, { ...options, secretLogins, maskKey, budget, places });
      case 'embedded':
        return createEmbeddedBackend(database, connection, maskKey);
      case 'rds_data_api':
        return createRdsDataBackend(database, connection, maskKey, options.proxyFor);
    }
  };

  const retire = ({ database, backend }: Open, how: 'drain' | 'close') => {
    if (open.get(database.id)?.backend === backend) open.delete(database.id);
    const gone = backend[how]()
      .catch(() => undefined) // what cannot be closed in order is closed by its own deadlines
      .finally(() => leaving.delete(backend));
    leaving.set(backend, { id: database.id, gone });
  };

  /** A database object is frozen: another object under the same id means another configuration. */
  const openFor = (database: Database): Open => {
    const known = open.get(database.id);
    if (known?.database === database) return known;
    if (known !== undefined) retire(known, 'drain');
    const made = { database, backend: make(database), breaker: createBreaker() };
    open.set(database.id, made);
    return made;
  };

  /** Two workers must never hold the directory of one embedded database. */
  const predecessors = ({ id, connection }: Database) =>
    connection.type === 'embedded' ? [...leaving.values()].filter((left) => left.id === id) : [];

  return {
    execute: async (query: AuthorizedQuery, signal) => {
      const { database, request } = openAuthorized(query);
      await Promise.all(predecessors(database).map(({ gone }) => gone));
      if (closed) throw new Failure('BACKEND_UNAVAILABLE', 'The broker is shutting down.');
      // permitted against a configuration that is no longer in force: the call is admitted anew
      if (configured !== undefined && configured.get(database.id) !== database) throw new StaleCatalog(query, 'before');
      const isLaterPage = (request.page?.number ?? 1) > 1;
      if (isLaterPage && database.connection.type === 'rds_data_api') throw noSuchPage(); // nothing is held there
      const { backend, breaker } = openFor(database);
      return breaker.watch(() => backend.execute(query, signal));
    },
    adopt(databases) {
      configured = new Map(databases.map((database) => [database.id, database]));
      for (const known of [...open.values()]) {
        const now = configured.get(known.database.id);
        if (now !== known.database) retire(known, now?.enabled === true ? 'drain' : 'close');
      }
      for (const [backend, { id }] of leaving) if (configured.get(id)?.enabled !== true) void backend.close();
    },
    resize: budget.resize,
    stats: () => new Map([...open].map(([id, { backend }]) => [id, backend.stats()])),
    held: () => new Map([...open].map(([id, { backend }]) => [id, backend.held()])),
    states: () =>
      new Map([...open].map(([id, { backend, breaker }]) => [id, { pool: backend.stats(), breaker: breaker.state() }])),
    budget: budget.stats,
    close: async () => {
      closed = true;
      const all = [...[...open.values()].map(({ backend }) => backend), ...leaving.keys()];
      open.clear();
      await Promise.all(all.map((backend) => backend.close()));
      secretLogins.close();
    },
  };
}
