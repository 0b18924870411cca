/** Makes one Database of what the file says: its own keys over `defaults` over the built-in values. */

import { resolve } from 'node:path';
import type { AwsSettings, Connection, Database, SecretReference } from '../model/database.ts';
import type { DatabaseDefaultsInput, DatabaseInput } from './database-schema.ts';
import type { LimitsInput, PoolsInput } from './limit-schema.ts';
import type { SecretReferenceInput } from './secret-schema.ts';

/** What stands under every database. */
export interface Foundation {
  /** Relative paths start here. */
  readonly directory: string;
  readonly defaults: DatabaseDefaultsInput;
  readonly limits: LimitsInput;
  readonly pools: PoolsInput;
}

type Direct = Extract<DatabaseInput, { type: 'direct_postgres' }>;
type RdsDataApi = Extract<DatabaseInput, { type: 'rds_data_api' }>;

/** A secret file is resolved like every path; a variable stays a name. */
export function buildReference(input: SecretReferenceInput, directory: string): SecretReference {
  return 'file' in input ? { file: resolve(directory, input.file) } : input;
}

/** The region field of an ARN, unless it is a placeholder. */
export function regionOf(arn: string | undefined): string | undefined {
  const region = arn?.split(':')[3];
  return region !== undefined && /^[a-z]{2}(-[a-z]+)+-\d$/.test(region) ? region : undefined;
}

function buildAws(input: Direct | RdsDataApi, { defaults }: Foundation): AwsSettings {
  const aws = { ...defaults.aws, ...input.aws };
  const arn = input.type === 'rds_data_api' ? input.resource_arn : input.secret_arn;
  const region = input.region ?? regionOf(arn) ?? defaults.region;
  return {
    ...(region !== undefined && { region }),
    ...(aws.role_arn !== undefined && { roleArn: aws.role_arn }),
    ...(aws.external_id !== undefined && { externalId: aws.external_id }),
    ...(aws.profile !== undefined && { profile: aws.profile }),
    ...(aws.fips !== undefined && { fips: aws.fips }),
    ...(aws.endpoint !== undefined && { endpoint: aws.endpoint }),
  };
}

function buildDirect(input: Direct, foundation: Foundation): Connection {
  const { defaults, directory } = foundation;
  const aws = buildAws(input, foundation);
  const user = input.user ?? defaults.user;
  const ca = input.ca ?? defaults.ca;
  return {
    type: 'direct_postgres',
    hostname: input.hostname,
    port: input.port ?? defaults.port ?? 5432,
    database: input.database,
    ...(user !== undefined && { user }),
    ...(input.password !== undefined && { password: buildReference(input.password, directory) }),
    ...(input.secret_arn !== undefined && {
      password: { secretArn: input.secret_arn, ...(aws.region !== undefined && { region: aws.region }) },
    }),
    iam: input.auth === 'iam',
    ssl: input.ssl ?? defaults.ssl ?? 'verify-full',
    ...(ca !== undefined && { caFile: resolve(directory, ca.file) }),
    aws,
  };
}

function buildConnection(input: DatabaseInput, foundation: Foundation): Connection {
  if (input.type === 'direct_postgres') return buildDirect(input, foundation);
  if (input.type === 'rds_data_api') {
    const { resource_arn: resourceArn, secret_arn: secretArn, database } = input;
    return { type: 'rds_data_api', resourceArn, secretArn, database, aws: buildAws(input, foundation) };
  }
  return {
    type: 'embedded',
    ...(input.directory !== undefined && { directory: resolve(foundation.directory, input.directory) }),
    ...(input.seed !== undefined && { seed: resolve(foundation.directory, input.seed) }),
  };
}

function buildLimits(input: DatabaseInput, { limits, defaults }: Foundation): Database['limits'] {
  const merged = { ...limits, ...defaults.limits, ...input.limits };
  return {
    maxRows: merged.max_rows ?? limits.max_rows,
    maxBytes: merged.max_bytes ?? limits.max_bytes,
    statementTimeout: merged.statement_timeout ?? limits.statement_timeout,
    lockTimeout: merged.lock_timeout ?? limits.lock_timeout,
    queueTimeout: merged.queue_timeout ?? limits.queue_timeout,
    connectTimeout: merged.connect_timeout ?? limits.connect_timeout,
    maxConcurrency: merged.max_concurrency ?? limits.max_concurrency,
    catalogTtl: merged.catalog_ttl ?? limits.catalog_ttl,
    maxSqlBytes: merged.max_sql_bytes ?? limits.max_sql_bytes,
  };
}

/** `input` has passed the schema. */
export function buildDatabase(id: string, input: DatabaseInput, foundation: Foundation): Database {
  const { defaults, pools } = foundation;
  const description = input.description ?? defaults.description;
  const contact = input.contact ?? defaults.contact;
  return {
    id,
    ...(description !== undefined && { description }),
    tags: input.tags ?? defaults.tags ?? [],
    ...(contact !== undefined && { contact }),
    enabled: input.enabled ?? defaults.enabled ?? true,
    readonly: input.readonly ?? defaults.readonly ?? true,
    legacyWrites: false,
    requirePurpose: input.require_purpose ?? defaults.require_purpose ?? false,
    ...((input.confirm ?? defaults.confirm) === 'writes' && { confirm: 'writes' }),
    searchPath: input.search_path ?? defaults.search_path ?? ['public'],
    dialect: input.dialect ?? defaults.dialect ?? 'full',
    connection: buildConnection(input, foundation),
    pool: {
      max: input.pool?.max ?? defaults.pool?.max ?? pools.max,
      idleTimeout: input.pool?.idle_timeout ?? defaults.pool?.idle_timeout ?? pools.idle_timeout,
    },
    limits: buildLimits(input, foundation),
  };
}
