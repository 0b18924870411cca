/** The configuration file, key by key; strict: what is not listed here stops the start. */

import { z } from 'zod';
import { isPrincipalId } from '../model/principal.ts';
import { logLevels, transports } from './config.ts';
import { databaseDefaultsSchema, databaseIdPattern, databaseSchema } from './database-schema.ts';
import { limitsSchema, poolsSchema } from './limit-schema.ts';
import { secretReference } from './secret-schema.ts';
import { shipSchema } from './ship-schema.ts';
import { address, duration, size } from './units.ts';

const text = z.string().min(1);
const days = z.int({ error: 'must be a whole number of days' }).min(1);
const role = text.refine(isPrincipalId, { error: 'must be a role name: no comma, no line break, not "*"' });
const principal = text.refine(isPrincipalId, { error: 'must be a principal id: no comma, no line break, not "*"' });
const roles = z.array(role);

const apiKey = z.strictObject({
  principal: principal.meta({ description: 'Who calls with this key.' }),
  roles: roles.prefault([]).meta({ description: 'Roles it brings, beside those of g rows.' }),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, { error: 'must be the SHA-256 of the key: 64 lower-case hex digits' })
    .meta({ description: 'SHA-256 of the key, which stands nowhere itself; pgwarden keys new prints both.' }),
});

/** A file of keys holds the same list. */
export const apiKeysSchema = z.array(apiKey);

const auth = z.discriminatedUnion('mode', [
  z.strictObject({
    mode: z.literal('none'),
    principal: principal.prefault('anonymous').meta({ description: 'Who every caller is.' }),
    roles: roles.prefault([]).meta({ description: 'Roles every caller has, beside those of g rows.' }),
  }),
  z.strictObject({
    mode: z.literal('api_key'),
    keys: z.union(
      [apiKeysSchema, z.strictObject({ file: text.meta({ description: 'The same list in a file of its own.' }) })],
      {
        error: 'must be a list of { principal, roles, sha256 }, or { file: PATH }',
      },
    ),
  }),
  z.strictObject({
    mode: z.literal('client_certificate'),
    principal_from: z
      .enum(['common_name', 'email', 'uri', 'dns'])
      .prefault('common_name')
      .meta({ description: 'Which name of the certificate is the principal.' }),
  }),
  z.strictObject({
    mode: z.literal('oauth'),
    issuer: z.url().meta({ description: 'Who signs the tokens; its metadata say where its keys are.' }),
    audience: text.meta({ description: 'What a token must be made for: this server.' }),
    jwks_url: z.url().optional().meta({ description: 'Where its keys are, if its metadata do not say so.' }),
    principal_claim: text.prefault('sub').meta({ description: 'The claim that names the caller.' }),
    roles_claim: text.prefault('roles'),
    scopes: z
      .record(
        text,
        z.array(text.regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, { error: 'must be a scope: no space, no quote' })),
      )
      .optional()
      .meta({ description: 'Scopes a token must hold: by tool, and "*" for every request.' }),
    on_behalf_of_claim: text.optional().meta({ description: 'Names the human for whom a service or agent calls.' }),
  }),
]);

const tls = z.union(
  [
    z.literal('terminated_upstream'),
    z.strictObject({
      cert: text.meta({ description: 'PEM file of the certificate and those above it.' }),
      key: text.meta({ description: 'PEM file of its private key.' }),
      client_ca: text
        .optional()
        .meta({ description: 'PEM file of the roots of clients, which must then show a certificate.' }),
    }),
  ],
  {
    error: 'must be terminated_upstream, or { cert: FILE, key: FILE }',
  },
);

const server = z.strictObject({
  transport: z
    .enum(transports)
    .prefault('stdio')
    .meta({ description: 'stdio: one client starts the server; the others listen. sse is for old clients.' }),
  listen: address.prefault('127.0.0.1:8000').meta({ description: 'HOST:PORT of the HTTP transports.' }),
  public_url: z.url().optional().meta({ description: 'The address clients use, where a proxy stands in front.' }),
  allowed_hosts: z
    .array(text)
    .prefault([])
    .meta({ description: 'Host header values accepted besides the listen address.' }),
  allowed_origins: z.array(text).prefault([]).meta({ description: 'Origins of web pages that may call.' }),
  max_body_bytes: size.prefault('1MiB').meta({ description: 'Bytes of one HTTP request.' }),
  sessions: z.enum(['per_client', 'stateless']).prefault('per_client'),
  tls: tls
    .optional()
    .meta({ description: 'A non-loopback listener needs it: certificate files, or terminated_upstream.' }),
  trusted_proxies: z
    .array(z.union([z.cidrv4(), z.cidrv6()], { error: 'must be a range such as 10.0.0.0/8' }))
    .prefault([]),
  admin_listen: z
    .union([z.literal('off'), address], { error: 'must be off or HOST:PORT' })
    .prefault('off')
    .meta({ description: '/metrics, /healthz/databases, status; never on the client port.' }),
  roles_allowed: roles.prefault([]).meta({ description: 'Roles accepted from tokens.' }),
  auth: auth.prefault({ mode: 'none' }).meta({ description: 'none is refused on a non-loopback listen address.' }),
});

const policy = z.strictObject({
  directory: text.prefault('policies').meta({ description: '<database_id>.csv, else default.csv; roles.csv for all.' }),
  reload: z.enum(['automatic', 'narrowing', 'manual']).prefault('automatic'),
});

const audit = z.strictObject({
  directory: text.optional().meta({ description: 'Default audit/log beside this file; there is no "off".' }),
  sql: z
    .enum(['redacted', 'hmac', 'fingerprint', 'full'])
    .prefault('redacted')
    .meta({ description: 'How SQL text is recorded.' }),
  hmac_key: secretReference.optional(),
  signing_key: secretReference.optional(),
  hot_days: days
    .prefault(90)
    .meta({ description: 'Days a file stays in the directory, with ship and expired: remove.' }),
  keep_days: days.prefault(365).meta({
    description: 'Days the log is kept at least: in the directory, or after hot_days as the copy that ship made.',
  }),
  expired: z.enum(['keep', 'remove']).prefault('keep').meta({
    description:
      'Files older than keep_days, or with ship than hot_days. remove: announced in the log, gone a day later, never before they are shipped.',
  }),
  legal_hold: z.array(text).prefault([]).meta({ description: 'Databases of which no file is removed.' }),
  ship: shipSchema.optional().meta({ description: 'Where `pgwarden audit ship` copies the log to.' }),
  require_shipped_within: duration
    .optional()
    .meta({ description: 'Calls are refused while a record has waited longer for its copy. Needs ship.' }),
  network_filesystem: z
    .enum(['refuse', 'allow'])
    .prefault('refuse')
    .meta({ description: 'Whether the log may lie where locks and durability are the network’s promise.' }),
});

const tracing = z.strictObject({
  otlp: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
    .refine((url) => !/^[^/]*\/\/[^/]*@/.test(url), { error: 'must hold no user or password' })
    .meta({ description: 'The whole URL of a collector: OTLP over HTTP, in JSON. Usually ends in /v1/traces.' }),
  sample: z
    .number({ error: 'must be a number from 0 to 1' })
    .min(0)
    .max(1)
    .prefault(1)
    .meta({ description: 'The part of the calls that is traced; a caller that sends a traceparent has decided.' }),
});

const databases = z.record(
  z.string().regex(databaseIdPattern, { error: 'must be 1 to 63 of a-z 0-9 _ - and begin with a letter or digit' }),
  databaseSchema,
);

export const configSchema = z.strictObject({
  default_database: text.optional().meta({ description: 'Which database a call means that names none.' }),
  server: server.prefault({}),
  stdio: z
    .strictObject({
      principal: principal.optional(),
      roles: roles.prefault([]).meta({ description: 'Roles of the caller, beside those of g rows.' }),
    })
    .prefault({}),
  policy: policy.prefault({}),
  audit: audit.prefault({}),
  limits: limitsSchema.prefault({}),
  pools: poolsSchema.prefault({}),
  replicas: z
    .int({ error: 'must be a whole number' })
    .min(1)
    .max(1000)
    .prefault(1)
    .meta({ description: 'Processes that share this configuration; budgets are divided by it.' }),
  log: z
    .strictObject({
      level: z.enum(logLevels).prefault('info').meta({ description: 'What is told and all that is worse.' }),
    })
    .prefault({}),
  tracing: tracing.optional().meta({ description: 'OpenTelemetry spans of every call; absent means none.' }),
  defaults: databaseDefaultsSchema.prefault({}).meta({ description: 'Merged under every database.' }),
  include: z
    .union([text, z.array(text)], { error: 'must be a path such as databases.d/*.yaml, or a list of them' })
    .optional()
    .meta({ description: 'More databases: files that hold a databases key.' }),
  databases: databases.prefault({}),
});

/** A file named by `include`. */
export const includedSchema = z.strictObject({ databases });

export type ConfigInput = z.output<typeof configSchema>;
