/** Everything `pg` is told about a session: each value it would otherwise take from the environment is stated. */

import type { Database, DirectPostgresConnection } from '../../model/database.ts';
import { directSession } from '../exchange/pin.ts';

export interface SessionSettings {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  readonly options: string;
  readonly application_name: string;
  readonly client_encoding: string;
  readonly sslnegotiation: 'postgres';
  readonly connectionTimeoutMillis: number;
  readonly keepAlive: boolean;
  readonly keepAliveInitialDelayMillis: number;
}

/**
 * `options` are what RESET and DISCARD return to: read-only by default, so that nothing writes even between exchanges.
 * Being non-empty they also keep `pg` from reading PGOPTIONS.
 */
export function sessionSettings(
  database: Database,
  connection: DirectPostgresConnection,
  user: string,
): SessionSettings {
  return {
    host: connection.hostname,
    port: connection.port,
    user,
    database: connection.database,
    options: `-c default_transaction_read_only=on -c ${directSession.setting}=${directSession.value}`,
    application_name: 'pgwarden',
    client_encoding: 'UTF8',
    sslnegotiation: 'postgres',
    connectionTimeoutMillis: database.limits.connectTimeout,
    keepAlive: true,
    keepAliveInitialDelayMillis: 30_000,
  };
}
