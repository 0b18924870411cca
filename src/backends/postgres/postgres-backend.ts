/** Databases reached over PostgreSQL's own protocol: credentials, TLS and a lazy pool for each. */

import type { Database, DirectPostgresConnection, SecretReference } from '../../model/database.ts';
import { Failure } from '../../model/errors.ts';
import type { Channel } from '../exchange/channel.ts';
import { createPool } from '../pool.ts';
import { createPooledBackend, type DatabaseBackend } from '../pooled-backend.ts';
import { sessionSettings } from './session-settings.ts';
import { openSocketChannel } from './socket-channel.ts';
import { tlsOptions } from './tls.ts';

/** Reads a secret each time one is needed; nothing keeps it. Rejects when it is not there. */
export type ReadSecret = (reference: SecretReference) => Promise<string>;

export interface PostgresOptions {
  readonly readSecret: ReadSecret;
  readonly maskKey: Buffer;
  /** NODE_PG_FORCE_NATIVE is set: `pg` would load another driver, without the protocol guarantees. */
  readonly nativeDriverForced: boolean;
}

const unavailable = (message: string, cause?: unknown) => new Failure('BACKEND_UNAVAILABLE', message, { cause });

function checkSupported({ iam, user, password }: DirectPostgresConnection): string {
  if (iam) throw unavailable('IAM authentication is not available yet.');
  if (password !== undefined && 'secretArn' in password)
    throw unavailable('Secrets of AWS Secrets Manager are not available yet.');
  if (user === undefined) throw unavailable('No user is configured for the database.');
  return user;
}

async function readPassword(reference: SecretReference | undefined, readSecret: ReadSecret): Promise<string> {
  if (reference === undefined) throw unavailable('The database asks for a password and none is configured.');
  try {
    return await readSecret(reference);
  } catch (error) {
    throw unavailable('The password of the database cannot be read.', error);
  }
}

/** Opens nothing until the first call. */
export function createPostgresBackend(
  database: Database,
  connection: DirectPostgresConnection,
  { readSecret, maskKey, nativeDriverForced }: PostgresOptions,
): DatabaseBackend {
  const open = async (signal: AbortSignal): Promise<Channel> => {
    if (nativeDriverForced) throw unavailable('The environment forces another database driver (NODE_PG_FORCE_NATIVE).');
    const user = checkSupported(connection);
    const tls = await tlsOptions(connection);
    const password = () => readPassword(connection.password, readSecret);
    return openSocketChannel({ settings: sessionSettings(database, connection, user), tls, password }, signal);
  };
  const pool = createPool({
    max: Math.min(database.pool.max, database.limits.maxConcurrency),
    queueTimeout: database.limits.queueTimeout,
    idleTimeout: database.pool.idleTimeout,
    open,
  });
  return createPooledBackend(pool, maskKey);
}
