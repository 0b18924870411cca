/** The whole configuration in our vocabulary: one deeply frozen object, complete with defaults, holding references to secrets and never secrets. */

import type { AuthSettings, TlsSettings } from '../model/authentication.ts';
import type { AwsSettings, Database, SecretReference } from '../model/database.ts';
import type { Finding } from './findings.ts';

export const transports = ['stdio', 'streamable-http', 'sse'] as const;
export type TransportName = (typeof transports)[number];

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

export interface ServerSettings {
  readonly transport: TransportName;
  readonly listen: ListenAddress;
  readonly publicUrl?: string;
  /** Host header values accepted besides the listen address. */
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
  readonly maxBodyBytes: number;
  readonly sessions: 'per_client' | 'stateless';
  readonly tls?: TlsSettings;
  /** CIDR ranges whose forwarding headers are believed. */
  readonly trustedProxies: readonly string[];
  /** Absent means off. */
  readonly adminListen?: ListenAddress;
  readonly rolesAllowed: readonly string[];
  readonly auth: AuthSettings;
}

export interface StdioSettings {
  /** Default: the operating-system user. */
  readonly principal: string;
  readonly roles: readonly string[];
}

/**
 * `files`: `<database_id>.csv`, else `default.csv`, and `roles.csv`, in `directory`; `byDatabase` names other files.
 * `builtin-local-read`: old single-database usage without a policy file; the local principal may read what the
 * read-only rules allow (and write where the database has `legacyWrites`).
 */
export type PolicySettings =
  | {
      readonly kind: 'files';
      readonly directory: string;
      readonly byDatabase: Readonly<Record<string, string>>;
      readonly reload: 'automatic' | 'narrowing' | 'manual';
    }
  | { readonly kind: 'builtin-local-read' };

/** Where `pgwarden audit ship` copies the log to. */
export interface ShipSettings {
  readonly to: 's3';
  /** Without anything secret: `s3://bucket/prefix`. Cursors are kept by it. */
  readonly name: string;
  readonly bucket: string;
  /** Empty, or ends in a slash. */
  readonly prefix: string;
  readonly bucketOwner?: string;
  readonly lock: 'compliance' | 'governance';
  readonly keepDays: number;
  /** Milliseconds between two passes. */
  readonly every: number;
  readonly aws: AwsSettings & { readonly region: string };
}

export interface AuditSettings {
  readonly directory: string;
  /** How SQL text is recorded. */
  readonly sql: 'redacted' | 'hmac' | 'fingerprint' | 'full';
  readonly hmacKey?: SecretReference;
  readonly signingKey?: SecretReference;
  /** Days a file stays here once its copy is elsewhere. */
  readonly hotDays: number;
  /** What becomes of files older than `keepDays`, or `hotDays` with `ship`. */
  readonly expired: 'keep' | 'remove';
  /** Ids of databases of which no file is removed. */
  readonly legalHold: readonly string[];
  readonly keepDays: number;
  readonly ship?: ShipSettings;
  /** Milliseconds; absent means shipping is not required. Only with `ship`. */
  readonly requireShippedWithin?: number;
  readonly networkFilesystem: 'refuse' | 'allow';
}

/** Absent means unlimited. */
export interface AllowanceSettings {
  /** Milliseconds. */
  readonly window: number;
  readonly maxConcurrency?: number;
  readonly calls?: number;
  readonly rows?: number;
  readonly bytes?: number;
}

export interface TracingSettings {
  /** Where spans are posted to, as OTLP over HTTP in JSON. */
  readonly otlp: string;
  /** The part of the calls that is traced, of those that no caller decided about: 0 to 1. */
  readonly sample: number;
}

export interface Config {
  /** The configuration file, absolute; undefined for old single-database flags. */
  readonly file: string | undefined;
  /** Every file read, with its text (which holds references to secrets, never secrets): what `config` audit records keep. */
  readonly sources: readonly { readonly file: string; readonly sha256: string; readonly text: string }[];
  /** Directories in which a file of the configuration or of the policies lies or may appear. */
  readonly watched: readonly string[];
  readonly defaultDatabase: string | undefined;
  readonly databases: readonly Database[];
  readonly server: ServerSettings;
  readonly stdio: StdioSettings;
  readonly policy: PolicySettings;
  readonly audit: AuditSettings;
  /** Of the whole process; limits of one database are in the Database. */
  readonly limits: {
    readonly catalogMemory: number;
    readonly perPrincipal: AllowanceSettings;
    readonly perDatabase: AllowanceSettings;
  };
  readonly pools: { readonly maxConnectionsTotal: number };
  readonly log: { readonly level: LogLevel };
  /** Absent means that no call is traced. */
  readonly tracing?: TracingSettings;
  /** What does not stop the start but should be known. */
  readonly warnings: readonly Finding[];
}

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export type LogLevel = (typeof logLevels)[number];
