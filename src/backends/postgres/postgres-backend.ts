/** Databases reached over PostgreSQL's own protocol: credentials, TLS and a lazy pool for each. */

import type { Database, DirectPostgresConnection } from '../../model/database.ts';
import { Failure } from '../../model/errors.ts';
import type { ProxyFor } from '../aws/proxy.ts';
import type { SecretLogins } from '../aws/secret-logins.ts';
import type { ConnectionBudget } from '../connection-budget.ts';
import type { Channel } from '../exchange/channel.ts';
import type { HeldPlaces } from '../held-results.ts';
import { createPool } from '../pool.ts';
import { createPooledBackend, type DatabaseBackend } from '../pooled-backend.ts';
import { knock } from './knock.ts';
import { isRefusedLogin, loginFor, type ReadSecret, type SessionLogin } from './logins.ts';
import { sessionSettings } from './session-settings.ts';
import { openSocketChannel } from './socket-channel.ts';
import { tlsOptions } from './tls.ts';

export interface PostgresOptions {
  readonly readSecret: ReadSecret;
  readonly secretLogins: SecretLogins;
  readonly maskKey: Buffer;
  /** What all databases may hold together. */
  readonly budget?: ConnectionBudget | undefined;
  /** What all databases may hold for later pages. */
  readonly places: HeldPlaces;
  readonly proxyFor?: ProxyFor;
  /** NODE_PG_FORCE_NATIVE is set: `pg` would load another driver, without the protocol guarantees. */
  readonly nativeDriverForced: boolean;
}

const unavailable = (message: string) => new Failure('BACKEND_UNAVAILABLE', message);

/** Opens nothing until the first call. */
export function createPostgresBackend(
  database: Database,
  connection: DirectPostgresConnection,
  { readSecret, secretLogins, maskKey, budget, places, proxyFor, nativeDriverForced }: PostgresOptions,
): DatabaseBackend {
  const open = async (signal: AbortSignal): Promise<Channel> => {
    if (nativeDriverForced) throw unavailable('The environment forces another database driver (NODE_PG_FORCE_NATIVE).');
    const tls = await tlsOptions(connection);
    const openAs = ({ user, password }: SessionLogin) =>
      openSocketChannel({ settings: sessionSettings(database, connection, user), tls, password }, signal);
    const login = await loginFor(connection, { readSecret, secretLogins, proxyFor });
    try {
      return await openAs(login);
    } catch (thrown) {
      const other = isRefusedLogin(thrown) ? await login.instead() : undefined;
      if (other === undefined) throw thrown;
      return openAs(other);
    }
  };
  const { hostname: host, port } = connection;
  const max = Math.min(database.pool.max, database.limits.maxConcurrency);
  const pool = createPool({
    max,
    queueTimeout: database.limits.queueTimeout,
    idleTimeout: database.pool.idleTimeout,
    budget,
    open,
    knock: (signal) => knock({ host, port, patience: database.limits.connectTimeout }, signal),
  });
  // one session at least is left to those who ask for no page
  return createPooledBackend(pool, maskKey, { places, most: Math.min(places.limits.perDatabase, max - 1) });
}
