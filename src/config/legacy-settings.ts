/** Gathers what old flags and variables say, under one name each, remembering how the person wrote it. */

import type { Environment } from './locations.ts';

/** Our name → the other flag of the same meaning, and the variable. */
const names = {
  resource_arn: { alias: 'db_cluster_arn', variable: 'POSTGRES_RESOURCE_ARN' },
  hostname: { alias: 'db_endpoint', variable: 'POSTGRES_HOSTNAME' },
  port: { variable: 'POSTGRES_PORT' },
  secret_arn: { variable: 'POSTGRES_SECRET_ARN' },
  database: { variable: 'POSTGRES_DATABASE' },
  region: { variable: 'POSTGRES_REGION' },
  readonly: { variable: 'POSTGRES_READONLY' },
  connection_method: {},
  db_type: {},
  allow_write_query: {},
  transport: {},
  pool_min_size: { variable: 'POSTGRES_POOL_MIN_SIZE' },
  pool_max_size: { variable: 'POSTGRES_POOL_MAX_SIZE' },
  pool_timeout: { variable: 'POSTGRES_POOL_TIMEOUT' },
  http_host: { variable: 'FASTMCP_HOST' },
  http_port: { variable: 'FASTMCP_PORT' },
} as const satisfies Record<string, { alias?: string; variable?: string }>;

export type LegacyName = keyof typeof names;

const isName = (name: string): name is LegacyName => name in names;

export interface LegacySetting {
  readonly value: string;
  /** The flag or variable as a person knows it, for messages. */
  readonly written: string;
}

export type LegacySettings = ReadonlyMap<LegacyName, LegacySetting>;

/** The flags the command line offers: name, and whether it may stand without a value. */
export const legacyFlags: readonly { readonly name: string; readonly bare: boolean; readonly meaning: string }[] = [
  { name: 'resource_arn', bare: false, meaning: 'cluster ARN (RDS Data API)' },
  { name: 'hostname', bare: false, meaning: 'host name (direct connection)' },
  { name: 'port', bare: false, meaning: 'port of the database (5432)' },
  { name: 'secret_arn', bare: false, meaning: 'Secrets Manager secret with user and password' },
  { name: 'database', bare: false, meaning: 'database name' },
  { name: 'region', bare: false, meaning: 'AWS region (taken from the ARN when absent)' },
  { name: 'readonly', bare: false, meaning: 'true or false (true)' },
  { name: 'connection_method', bare: false, meaning: 'RDS_API, PG_WIRE_PROTOCOL or PG_WIRE_IAM_PROTOCOL' },
  { name: 'db_cluster_arn', bare: false, meaning: 'the same as --resource_arn' },
  { name: 'db_endpoint', bare: false, meaning: 'the same as --hostname' },
  { name: 'db_type', bare: false, meaning: 'APG or RPG' },
  { name: 'allow_write_query', bare: true, meaning: 'the same as --readonly false' },
];

/** Names a database: without one of these, what else is set belongs to somebody else. */
const telling: readonly LegacyName[] = ['resource_arn', 'hostname', 'connection_method'];

/** A flag the command line parsed: text, or true where it stood without a value. */
function flagText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : value === true ? 'true' : undefined;
}

function fromEnvironment(environment: Environment): [LegacyName, LegacySetting][] {
  return Object.entries(names).flatMap(([name, entry]): [LegacyName, LegacySetting][] => {
    const variable = 'variable' in entry ? entry.variable : undefined;
    const value = variable === undefined ? undefined : environment[variable];
    return variable === undefined || value === undefined || value === '' || !isName(name)
      ? []
      : [[name, { value, written: variable }]];
  });
}

function fromFlags(flags: Readonly<Record<string, unknown>>): [LegacyName, LegacySetting][] {
  return Object.entries(names).flatMap(([name, entry]): [LegacyName, LegacySetting][] => {
    const alias: string | undefined = 'alias' in entry ? entry.alias : undefined;
    return [name, alias].flatMap((flag): [LegacyName, LegacySetting][] => {
      const value = flag === undefined ? undefined : flagText(flags[flag]);
      return value === undefined || !isName(name) ? [] : [[name, { value, written: `--${flag}` }]];
    });
  });
}

/** Whether any old flag stands on the command line (`--transport` alone is not one: the new `serve` has it too). */
export function hasLegacyFlags(flags: Readonly<Record<string, unknown>>): boolean {
  return legacyFlags.some(({ name }) => flags[name] !== undefined);
}

/** Whether the environment names a database in the old way. */
export function hasLegacyEnvironment(environment: Environment): boolean {
  return fromEnvironment(environment).some(([name]) => telling.includes(name));
}

/** Flags over variables; undefined when neither names a database in the old way. */
export function readLegacySettings(
  flags: Readonly<Record<string, unknown>>,
  environment: Environment,
): LegacySettings | undefined {
  if (!hasLegacyFlags(flags) && !hasLegacyEnvironment(environment)) return undefined;
  return new Map([...fromEnvironment(environment), ...fromFlags(flags)]);
}
