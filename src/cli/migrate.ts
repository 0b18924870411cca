/** `pgwarden migrate`: prints the configuration file equal to old flags, variables or a client's `mcpServers`; changes nothing. */

import { readFile } from 'node:fs/promises';
import type { Config } from '../config/config.ts';
import { oldVariables } from '../config/environment.ts';
import { ConfigError } from '../config/findings.ts';
import { readLegacyConfig } from '../config/legacy-flags.ts';
import type { Database } from '../model/database.ts';
import { CommandError } from './command-error.ts';
import type { CommandDeps } from './deps.ts';
import { type OldServer, readClientServers, readOldFlags } from './old-servers.ts';

export interface MigrateOptions {
  /** A client's configuration file with `mcpServers`. */
  readonly mcpServers?: string;
  /** What the database is to be called where there is one. */
  readonly id?: string;
}

interface Migrated {
  readonly id: string;
  readonly config: Config;
  /** The address the old server listened on, if it may not be listened on without authentication any more. */
  readonly openAddress: string | undefined;
}

/** An address that needs authentication now; taken out so that the rest can still be read. */
function withoutOpenAddress(server: OldServer): {
  readonly server: OldServer;
  readonly openAddress: string | undefined;
} {
  const { FASTMCP_HOST: host, ...environment } = server.environment;
  if (host === undefined || /^(localhost|127\.|::1$)/.test(host)) return { server, openAddress: undefined };
  return { server: { ...server, environment }, openAddress: `${host}:${environment['FASTMCP_PORT'] ?? '8000'}` };
}

const idOf = (name: string) =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-')
    .replace(/^[-_]+|-+$/g, '')
    .slice(0, 63) || 'default';

/** Throws ConfigError with everything wrong in it, each under the server's name. */
function migrate(old: OldServer): Migrated | undefined {
  const { server, openAddress } = withoutOpenAddress(old);
  try {
    const config = readLegacyConfig(server.flags, server.environment);
    return config === undefined ? undefined : { id: idOf(server.name), config, openAddress };
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown;
    throw new ConfigError(thrown.findings.map((finding) => ({ ...finding, key: `${server.name}: ${finding.key}` })));
  }
}

/** A scalar that YAML reads as exactly this: JSON's spelling is YAML's. */
const scalar = (value: string | number | boolean) => JSON.stringify(value);

/** A placeholder, because the old flags never said who signs in by token. */
const placeholderUser = 'CHANGE_ME';

function connectionLines({ connection }: Database): readonly (readonly [string, string | number | undefined])[] {
  const { type } = connection;
  if (type === 'embedded') return [['type', type]];
  const region = ['region', connection.aws.region] as const;
  if (type === 'rds_data_api')
    return [
      ['type', type],
      ['resource_arn', connection.resourceArn],
      ['secret_arn', connection.secretArn],
      ['database', connection.database],
      region,
    ];
  const { hostname, port, password, iam } = connection;
  const secret = password !== undefined && 'secretArn' in password && !iam ? password.secretArn : undefined;
  return [
    ['type', type],
    ['hostname', hostname],
    ['port', port],
    ['database', connection.database],
    ['secret_arn', secret],
    ['auth', iam ? 'iam' : undefined],
    ['user', iam ? (connection.user ?? placeholderUser) : undefined],
    region,
  ];
}

function databaseLines({ id, config }: Migrated): readonly string[] {
  return config.databases.flatMap((database) => [
    `  ${scalar(id)}:`,
    ...connectionLines(database).flatMap(([key, value]) =>
      value === undefined ? [] : [`    ${key}: ${scalar(value)}`],
    ),
    `    readonly: ${database.readonly}`,
    `    pool: { max: ${database.pool.max} }`,
    `    limits: { queue_timeout: ${database.limits.queueTimeout}ms, max_concurrency: ${database.limits.maxConcurrency} }`,
  ]);
}

/** The transport and the address, where the old server said any. */
function serverLines([first]: readonly Migrated[]): readonly string[] {
  if (first === undefined || first.config.server.transport === 'stdio') return [];
  const { transport, listen } = first.config.server;
  const open =
    first.openAddress === undefined
      ? []
      : [`  # listen: ${scalar(first.openAddress)}   needs auth: { mode: api_key, … }`];
  return ['server:', `  transport: ${transport}`, `  listen: ${scalar(`${listen.host}:${listen.port}`)}`, ...open];
}

/** The file's text. It passes `pgwarden check` but for its policy, which the old servers did not have. */
function configText(servers: readonly Migrated[]): string {
  const [first] = servers;
  return [
    ...(first === undefined ? [] : [`default_database: ${scalar(first.id)}`]),
    ...serverLines(servers),
    'databases:',
    ...servers.flatMap(databaseLines),
  ].join('\n');
}

/** What a file means that the old server did not, in the order it will be noticed. */
function stricter(servers: readonly Migrated[]): readonly string[] {
  const databases = servers.flatMap(({ config }) => config.databases);
  const direct = databases.some(({ connection }) => connection.type === 'direct_postgres');
  const tokens = databases.some(({ connection }) => connection.type === 'direct_postgres' && connection.iam);
  const writes = databases.some((database) => !database.readonly);
  return [
    'Nothing is permitted without a policy: write one with pgwarden policy init.',
    'Every statement is read with PostgreSQL’s own grammar: one statement a call, and functions by name.',
    ...(writes ? ['run_query only reads; writing is execute_statement, with a right in the policy.'] : []),
    ...(direct ? ['TLS is verified in full: give ca: { file: … } for RDS, or write another ssl mode out.'] : []),
    ...(tokens ? [`IAM authentication needs the role’s name: replace ${placeholderUser}.`] : []),
    ...(servers.some(({ openAddress }) => openAddress !== undefined)
      ? ['An address other machines reach needs server.auth, and TLS here or in front.']
      : []),
    'search_path is [public], answers end at 1000 rows or 1 MiB, statements at 30 s: each is a key of its own.',
    'Every call is recorded, in audit/log beside the file; a call that cannot be recorded is not made.',
  ];
}

function distinct(servers: readonly Migrated[]): readonly Migrated[] {
  const twin = servers.find(({ id }, index) => servers.findIndex((other) => other.id === id) !== index);
  if (twin !== undefined)
    throw new CommandError(
      `Two servers would both be called ${twin.id}.`,
      2,
      'Rename one of them in the client’s file.',
    );
  return servers;
}

function unreadable(file: string): never {
  throw new CommandError(`${file} cannot be read.`, 2);
}

async function oldServers(
  args: readonly string[],
  { mcpServers, id = 'default' }: MigrateOptions,
): Promise<readonly OldServer[]> {
  if (mcpServers !== undefined)
    return readClientServers(await readFile(mcpServers, 'utf8').catch(() => unreadable(mcpServers)));
  return [{ name: id, flags: readOldFlags(args), environment: oldVariables() }];
}

/** Prints the file on stdout, and on stderr what becomes stricter. Throws CommandError and ConfigError. */
export async function migrateCommand(
  args: readonly string[],
  options: MigrateOptions,
  deps: CommandDeps,
): Promise<void> {
  const found = (await oldServers(args, options)).map(migrate).filter((server) => server !== undefined);
  if (found.length === 0)
    throw new CommandError(
      'No old server is named.',
      2,
      'Give its flags, set its POSTGRES_… variables, or name a client’s file with --mcp-servers FILE.',
    );
  const servers = distinct(found);
  deps.terminal.out(configText(servers));
  deps.terminal.err(['Stricter than before:', ...stricter(servers).map((line) => `  - ${line}`)].join('\n'));
}
