/** Old single-database usage: flags of two generations and environment variables become a one-database configuration with the id `default`. */

import type { Connection, Database } from '../model/database.ts';
import { buildAllowance } from './build-allowance.ts';
import { regionOf } from './build-database.ts';
import { type Config, type ListenAddress, transports } from './config.ts';
import { listenProblem } from './cross-checks.ts';
import { clusterArnPattern } from './database-schema.ts';
import { ConfigError } from './findings.ts';
import { deepFreeze } from './freeze.ts';
import { LegacyReader } from './legacy-reader.ts';
import { readLegacySettings } from './legacy-settings.ts';
import { limitsSchema, poolsSchema } from './limit-schema.ts';
import { type Environment, localUser, stateAuditDirectory } from './locations.ts';
import { configSchema } from './schema.ts';

const methods = ['RDS_API', 'PG_WIRE_PROTOCOL', 'PG_WIRE_IAM_PROTOCOL'] as const;

/** Which way to the database: said outright by `connection_method`, else by which of cluster ARN and host name is given. */
function methodOf(read: LegacyReader): (typeof methods)[number] | undefined {
  const stated = read.choice('connection_method', methods);
  if (stated !== undefined || read.has('connection_method')) return stated;
  if (!read.has('resource_arn') && !read.has('hostname')) {
    return read.wrong(
      'resource_arn',
      'is missing',
      'Give --resource_arn or --hostname, or set POSTGRES_RESOURCE_ARN or POSTGRES_HOSTNAME.',
    );
  }
  if (read.has('resource_arn') && read.has('hostname')) {
    return read.wrong(
      'hostname',
      'stands beside --resource_arn',
      'Give one of the two: the cluster through the Data API, or the host directly.',
    );
  }
  return read.has('resource_arn') ? 'RDS_API' : 'PG_WIRE_PROTOCOL';
}

function clusterArn(read: LegacyReader): string {
  const arn = read.required('resource_arn', 'POSTGRES_RESOURCE_ARN');
  if (arn !== '' && !clusterArnPattern.test(arn)) read.wrong('resource_arn', 'is not the ARN of an RDS cluster');
  return arn;
}

function connectionOf(read: LegacyReader): Connection | undefined {
  const method = methodOf(read);
  const database = read.required('database', 'POSTGRES_DATABASE');
  const secretArn =
    method === 'PG_WIRE_IAM_PROTOCOL' ? read.text('secret_arn') : read.required('secret_arn', 'POSTGRES_SECRET_ARN');
  const port = read.integer('port', 1, 65_535) ?? 5432;
  const region = read.text('region') ?? regionOf(read.text('resource_arn')) ?? regionOf(secretArn);
  const aws = region === undefined ? {} : { region };
  if (method === undefined) return undefined;
  if (method === 'RDS_API')
    return { type: 'rds_data_api', resourceArn: clusterArn(read), secretArn: secretArn ?? '', database, aws };
  return {
    type: 'direct_postgres',
    hostname: read.required('hostname', 'POSTGRES_HOSTNAME'),
    port,
    database,
    ...(secretArn !== undefined && { password: { secretArn, ...aws } }),
    iam: method === 'PG_WIRE_IAM_PROTOCOL',
    ssl: 'verify-full',
    aws,
  };
}

/** `--readonly`, or the opposite of `--allow_write_query`; read-only when neither is said. */
function isReadonly(read: LegacyReader): boolean {
  const readonly = read.boolean('readonly');
  const writes = read.boolean('allow_write_query');
  if (readonly === true && writes === true) read.wrong('allow_write_query', 'contradicts --readonly true');
  return readonly ?? !(writes ?? false);
}

function databaseOf(read: LegacyReader, connection: Connection): Database {
  const limits = limitsSchema.parse({});
  const pools = poolsSchema.parse({});
  const readonly = isReadonly(read);
  const max = read.integer('pool_max_size', 1, 1000) ?? pools.max;
  const least = read.integer('pool_min_size', 0, 1000); // connections are opened when needed: checked, then without effect
  if (least !== undefined && least > max) read.wrong('pool_min_size', `is more than the largest size (${max})`);
  const queueSeconds = read.integer('pool_timeout', 1, 3600);
  return {
    id: 'default',
    tags: [],
    enabled: true,
    readonly,
    legacyWrites: !readonly,
    requirePurpose: false,
    searchPath: ['public'],
    dialect: 'full',
    connection,
    pool: { max, idleTimeout: pools.idle_timeout },
    limits: {
      maxRows: limits.max_rows,
      maxBytes: limits.max_bytes,
      statementTimeout: limits.statement_timeout,
      lockTimeout: limits.lock_timeout,
      queueTimeout: queueSeconds === undefined ? limits.queue_timeout : queueSeconds * 1000,
      connectTimeout: limits.connect_timeout,
      maxConcurrency: max,
      catalogTtl: limits.catalog_ttl,
      maxSqlBytes: limits.max_sql_bytes,
    },
  };
}

function listenOf(read: LegacyReader): ListenAddress {
  return { host: read.text('http_host') ?? '127.0.0.1', port: read.integer('http_port', 0, 65_535) ?? 8000 };
}

/**
 * The configuration that old flags and variables stand for; undefined when none names a database. Flags win over
 * variables. Throws ConfigError with everything wrong in them: a bad value never falls back to a default.
 */
export function readLegacyConfig(
  flags: Readonly<Record<string, unknown>>,
  environment: Environment = process.env,
): Config | undefined {
  const settings = readLegacySettings(flags, environment);
  if (settings === undefined) return undefined;
  const read = new LegacyReader(settings);
  const connection = connectionOf(read);
  read.choice('db_type', ['APG', 'RPG']);
  const database = databaseOf(read, connection ?? { type: 'embedded' });
  const base = configSchema.parse({});
  const transport = read.choice('transport', transports) ?? 'stdio';
  const listen = listenOf(read);
  const problem = transport === 'stdio' ? undefined : listenProblem(listen, 'none', undefined);
  if (problem !== undefined) read.wrong('http_host', problem.message, problem.hint);
  if (connection === undefined || read.findings.length > 0) throw new ConfigError(read.findings);

  const { server, audit } = base;
  return deepFreeze<Config>({
    file: undefined,
    sources: [],
    watched: [],
    defaultDatabase: database.id,
    databases: [database],
    server: {
      transport,
      listen,
      allowedHosts: server.allowed_hosts,
      allowedOrigins: server.allowed_origins,
      maxBodyBytes: server.max_body_bytes,
      sessions: server.sessions,
      trustedProxies: server.trusted_proxies,
      rolesAllowed: server.roles_allowed,
      auth: { mode: 'none', principal: 'anonymous', roles: [] },
    },
    stdio: { principal: localUser(), roles: [] },
    policy: { kind: 'builtin-local-read' },
    audit: {
      directory: stateAuditDirectory(environment),
      sql: audit.sql,
      hotDays: audit.hot_days,
      keepDays: audit.keep_days,
      expired: audit.expired,
      legalHold: audit.legal_hold,
      networkFilesystem: audit.network_filesystem,
    },
    limits: {
      catalogMemory: base.limits.catalog_memory,
      perPrincipal: buildAllowance(base.limits.per_principal),
      perDatabase: buildAllowance(base.limits.per_database),
    },
    pools: { maxConnectionsTotal: base.pools.max_connections_total },
    log: base.log,
    warnings: [],
  });
}
