/** Everything `pg` is told about a session: each value it would otherwise take from the environment is stated. */

import type { Database, DirectPostgresConnection } from '../../model/database.ts';
import { constantSettings, directSession, searchPathSetting } from '../exchange/pin.ts';

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

/** The server cuts options at white space that no backslash protects. */
const option = ([name, value]: readonly [string, string]) => `-c ${name}=${value.replace(/[\\\s]/g, '\\$&')}`;

/**
 * `options` are what RESET and DISCARD return to, and what no reload of the server's configuration changes: read-only by
 * default, so that nothing writes even between exchanges, and every setting of the pin that is the same for all calls
 * (standing-pin.ts has the server compare them in each transaction). They also keep `pg` from reading PGOPTIONS.
 */
function optionsFor({ searchPath }: Database): string {
  const settings: readonly (readonly [string, string])[] = [
    ['default_transaction_read_only', 'on'],
    [directSession.setting, directSession.value],
    ...constantSettings,
    ['search_path', searchPathSetting(searchPath)],
  ];
  return settings.map(option).join(' ');
}

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
    options: optionsFor(database),
    application_name: 'pgwarden',
    client_encoding: 'UTF8',
    sslnegotiation: 'postgres',
    connectionTimeoutMillis: database.limits.connectTimeout,
    keepAlive: true,
    keepAliveInitialDelayMillis: 30_000,
  };
}
