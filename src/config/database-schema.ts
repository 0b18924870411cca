/** One database as it is written in the file, by its type; every key strict, nothing defaulted yet (see build-database.ts). */

import { z } from 'zod';
import { databaseLimitsSchema, databasePoolSchema } from './limit-schema.ts';
import { secretReference } from './secret-schema.ts';

const text = z.string().min(1);

/** The log directory and the policy file are named after it, so it can never leave a directory or hide a file. */
export const databaseIdPattern = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/** ARNs are checked for shape only: placeholders load. */
const secretArn = text.regex(/^arn:[^:\s]+:secretsmanager:[^:\s]*:[^:\s]*:secret:\S+$/, {
  error: 'must be the ARN of a Secrets Manager secret',
});
export const clusterArnPattern = /^arn:[^:\s]+:rds:[^:\s]*:[^:\s]*:cluster:\S+$/;
const clusterArn = text.regex(clusterArnPattern, { error: 'must be the ARN of an RDS cluster' });

const schemaName = text
  .refine((name) => name !== '$user', {
    error: 'must not hold "$user": a path that depends on the role cannot be pinned',
  })
  .refine((name) => !/^pg_temp(_\d+)?$/.test(name), {
    error:
      'must not hold pg_temp: temporary schemas are looked through last, so that nothing in them stands before a table',
  });

/** Which account, and as whom. */
export const awsSchema = z.strictObject({
  role_arn: text.optional().meta({ description: 'A role to assume for this database.' }),
  external_id: text.optional().meta({ description: 'What that role asks for.' }),
  profile: text.optional().meta({ description: 'A profile of the AWS configuration.' }),
  fips: z.boolean().optional().meta({ description: 'Use the FIPS endpoints of AWS. Default false.' }),
  endpoint: z.url().optional().meta({ description: 'Pinned endpoint; never taken from the environment.' }),
});

const common = {
  description: text.optional().meta({ description: 'Shown to models by list_databases.' }),
  tags: z.array(text).optional().meta({ description: 'For list_databases, and for commands that take several.' }),
  contact: text.optional().meta({ description: 'Told to callers who are refused.' }),
  enabled: z.boolean().optional().meta({ description: 'false: refuse new calls, cancel running ones.' }),
  readonly: z.boolean({ error: 'must be true or false' }).optional().meta({ description: 'Default true.' }),
  require_purpose: z.boolean().optional().meta({ description: 'Refuse calls that state no purpose.' }),
  confirm: z
    .enum(['none', 'writes'])
    .optional()
    .meta({ description: 'writes: a person must confirm each write, through the client.' }),
  search_path: z.array(schemaName).min(1).optional().meta({ description: 'Pinned on every call. Default [public].' }),
  dialect: z
    .enum(['full', 'strict'])
    .optional()
    .meta({ description: 'strict: only the small subset both parsers read alike.' }),
  policy: text.optional().meta({ description: 'Policy file of this database.' }),
  pool: databasePoolSchema.optional().meta({ description: 'What differs from pools.' }),
  limits: databaseLimitsSchema.optional().meta({ description: 'What differs from limits.' }),
} as const;

const reach = {
  region: text.optional().meta({ description: 'AWS region; taken from the ARN when absent.' }),
  aws: awsSchema.optional().meta({ description: 'How AWS is asked.' }),
} as const;

const network = {
  ssl: z
    .enum(['disable', 'require', 'verify-ca', 'verify-full'])
    .optional()
    .meta({ description: 'Default verify-full.' }),
  ca: z
    .strictObject({ file: text.meta({ description: 'Path of the PEM file.' }) })
    .optional()
    .meta({ description: 'PEM file of the trusted roots.' }),
} as const;

const port = z.int({ error: 'must be a port number' }).min(1).max(65_535);

const direct = z.strictObject({
  type: z.literal('direct_postgres'),
  hostname: text.meta({ description: 'Name or address of the server.' }),
  port: port.optional().meta({ description: 'Default 5432.' }),
  database: text.meta({ description: 'Name of the database on the server.' }),
  user: text.optional().meta({ description: 'The role to sign in with; a secret may name it.' }),
  password: secretReference.optional(),
  secret_arn: secretArn
    .optional()
    .meta({ description: 'Secrets Manager secret with user and password, instead of password.' }),
  auth: z.literal('iam').optional().meta({ description: 'Sign in with an IAM token instead of a password.' }),
  ...network,
  ...reach,
  ...common,
});

const rdsDataApi = z.strictObject({
  type: z.literal('rds_data_api'),
  resource_arn: clusterArn.meta({ description: 'ARN of the cluster.' }),
  secret_arn: secretArn.meta({ description: 'Secrets Manager secret with user and password.' }),
  database: text.meta({ description: 'Name of the database on the server.' }),
  ...reach,
  ...common,
});

const embedded = z.strictObject({
  type: z.literal('embedded'),
  directory: text.optional().meta({ description: 'Keeps the data; in memory only when absent.' }),
  seed: text.optional().meta({ description: 'SQL file run once when the database is made.' }),
  ...common,
});

export const databaseSchema = z.discriminatedUnion('type', [direct, rdsDataApi, embedded]);

/** Merged under every database; a key that does not concern its type is left out there. */
export const databaseDefaultsSchema = z.strictObject({
  ...network,
  ...reach,
  ...common,
  port: port.optional().meta({ description: 'Default 5432.' }),
  user: text.optional().meta({ description: 'The role to sign in with; a secret may name it.' }),
});

export type DatabaseInput = z.output<typeof databaseSchema>;
export type DatabaseDefaultsInput = z.output<typeof databaseDefaultsSchema>;
