/** One configured database, as every room sees it: frozen, complete with defaults, holding references to secrets and never secrets. */

export type DatabaseType = 'direct_postgres' | 'rds_data_api' | 'embedded';

/** Where a secret is; the adapter reads it when it connects and forgets it. */
export type SecretReference =
  | { readonly env: string }
  | { readonly file: string }
  | { readonly secretArn: string; readonly region?: string };

export interface AwsSettings {
  readonly region?: string;
  readonly roleArn?: string;
  readonly externalId?: string;
  readonly profile?: string;
  /** Calls go to the endpoints with FIPS-validated cryptography. */
  readonly fips?: boolean;
  /** Pinned endpoint; never taken from the environment. */
  readonly endpoint?: string;
}

export interface DirectPostgresConnection {
  readonly type: 'direct_postgres';
  readonly hostname: string;
  readonly port: number;
  readonly database: string;
  /** Absent when the secret holds it. */
  readonly user?: string;
  readonly password?: SecretReference;
  readonly iam: boolean;
  readonly ssl: 'disable' | 'require' | 'verify-ca' | 'verify-full';
  /** PEM file of the trusted roots. */
  readonly caFile?: string;
  readonly aws: AwsSettings;
}

export interface RdsDataApiConnection {
  readonly type: 'rds_data_api';
  readonly resourceArn: string;
  readonly secretArn: string;
  readonly database: string;
  readonly aws: AwsSettings;
}

export interface EmbeddedConnection {
  readonly type: 'embedded';
  /** Directory that keeps the data; absent means in memory only. */
  readonly directory?: string;
  /** SQL file run once when the database is made. */
  readonly seed?: string;
}

export type Connection = DirectPostgresConnection | RdsDataApiConnection | EmbeddedConnection;

export interface DatabaseLimits {
  readonly maxRows: number;
  readonly maxBytes: number;
  /** Milliseconds, as all that follow. */
  readonly statementTimeout: number;
  readonly lockTimeout: number;
  readonly queueTimeout: number;
  readonly connectTimeout: number;
  /** Calls running at once on this database. */
  readonly maxConcurrency: number;
  /** Age after which a caller's call refreshes the catalog snapshot. */
  readonly catalogTtl: number;
  /** Bytes of SQL text accepted. */
  readonly maxSqlBytes: number;
}

export interface Database {
  readonly id: string;
  readonly description?: string;
  readonly tags: readonly string[];
  /** Told to callers who are refused. */
  readonly contact?: string;
  readonly enabled: boolean;
  readonly readonly: boolean;
  /** Old single-database flags: `run_query` may write where the database is not readonly, as it always did. */
  readonly legacyWrites: boolean;
  readonly requirePurpose: boolean;
  /** `writes`: a person must confirm each call that may write. */
  readonly confirm?: 'writes';
  /** Pinned on every call; pg_catalog is implicitly first and pg_temp last. Never holds "$user". */
  readonly searchPath: readonly string[];
  readonly dialect: 'full' | 'strict';
  readonly connection: Connection;
  readonly pool: { readonly max: number; readonly idleTimeout: number };
  readonly limits: DatabaseLimits;
}
