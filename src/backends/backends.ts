/** Every backend of the process behind one door: made when a database is first called, dispatched by its connection. */

import { randomBytes } from 'node:crypto';
import { type AuthorizedQuery, openAuthorized } from '../audit/audit-log.ts';
import type { Database } from '../model/database.ts';
import { Failure } from '../model/errors.ts';
import { createSecretLogins } from './aws/secret-logins.ts';
import type { Backend } from './backend.ts';
import { createEmbeddedBackend } from './embedded/embedded-backend.ts';
import type { PoolStats } from './pool.ts';
import type { DatabaseBackend } from './pooled-backend.ts';
import type { ReadSecret } from './postgres/logins.ts';
import { createPostgresBackend } from './postgres/postgres-backend.ts';
import { createRdsDataBackend } from './rds-data/rds-data-backend.ts';

export interface BackendsOptions {
  readonly readSecret: ReadSecret;
  /** NODE_PG_FORCE_NATIVE is set in the environment (the configuration tells). */
  readonly nativeDriverForced: boolean;
  /** Key of the `hash` mask, at least 32 bytes; without one, digests are comparable within this process only. */
  readonly maskKey?: Buffer;
}

export interface Backends extends Backend {
  /** Ends one database's sessions (its configuration changed or went); a later call opens it anew. */
  readonly closeDatabase: (databaseId: string) => Promise<void>;
  /** Sessions of each database that has been called. */
  readonly stats: () => ReadonlyMap<string, PoolStats>;
}

export function createBackends(options: BackendsOptions): Backends {
  const maskKey = options.maskKey ?? randomBytes(32);
  const secretLogins = createSecretLogins();
  const open = new Map<string, { readonly database: Database; readonly backend: DatabaseBackend }>();
  let closed = false;

  const make = (database: Database): DatabaseBackend => {
    const { connection } = database;
    switch (connection.type) {
      case 'direct_postgres':
        return createPostgresBackend(database, connection, { ...options, secretLogins, maskKey });
      case 'embedded':
        return createEmbeddedBackend(database, connection, maskKey);
      case 'rds_data_api':
        return createRdsDataBackend(database, connection, maskKey);
    }
  };

  /** A database object is frozen: another object under the same id means another configuration. */
  const backendOf = (database: Database): DatabaseBackend => {
    const known = open.get(database.id);
    if (known?.database === database) return known.backend;
    void known?.backend.close();
    const backend = make(database);
    open.set(database.id, { database, backend });
    return backend;
  };

  return {
    execute: async (query: AuthorizedQuery, signal) => {
      if (closed) throw new Failure('BACKEND_UNAVAILABLE', 'The broker is shutting down.');
      return backendOf(openAuthorized(query).database).execute(query, signal);
    },
    closeDatabase: async (databaseId) => {
      const known = open.get(databaseId);
      open.delete(databaseId);
      await known?.backend.close();
    },
    stats: () => new Map([...open].map(([id, { backend }]) => [id, backend.stats()])),
    close: async () => {
      closed = true;
      const all = [...open.values()];
      open.clear();
      await Promise.all(all.map(({ backend }) => backend.close()));
      secretLogins.close();
    },
  };
}
