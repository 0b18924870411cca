/** What a configuration file means: its defaults, what stands over what, and where relative paths start. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load-config.ts';
import { configOf, directoryOf, embedded } from './written-config.ts';

const direct = (more: string) =>
  `databases:\n  orders:\n    type: direct_postgres\n    hostname: db.internal\n    database: orders\n${more}`;

test('the two-database file of the original design loads unchanged', () => {
  const config = loadConfig(join(import.meta.dirname, 'original-design.yaml'), {});
  expect(config.defaultDatabase).toBe('primary');
  expect(config.databases.map(({ id, readonly, connection }) => ({ id, readonly, connection }))).toEqual([
    {
      id: 'primary',
      readonly: true,
      connection: {
        type: 'rds_data_api',
        resourceArn: 'arn:aws:rds:region:account:cluster:primary',
        secretArn: 'arn:aws:secretsmanager:region:account:secret:primary',
        database: 'production',
        aws: { region: 'us-west-2' },
      },
    },
    {
      id: 'analytics',
      readonly: true,
      connection: {
        type: 'direct_postgres',
        hostname: 'analytics.company.com',
        port: 5432,
        database: 'warehouse',
        password: { secretArn: 'arn:aws:secretsmanager:region:account:secret:analytics', region: 'us-west-2' },
        iam: false,
        ssl: 'verify-full',
        aws: { region: 'us-west-2' },
      },
    },
  ]);
});

test('its placeholder ARNs are warnings with their lines', () => {
  const { warnings } = loadConfig(join(import.meta.dirname, 'original-design.yaml'), {});
  const placeholders = warnings.filter(({ message }) => message.includes('is a placeholder'));
  expect(placeholders.map(({ line, key, severity }) => [line, key, severity])).toEqual([
    [6, 'databases.primary.resource_arn', 'warning'],
    [7, 'databases.primary.secret_arn', 'warning'],
    [16, 'databases.analytics.secret_arn', 'warning'],
  ]);
});

test('readonly, verify-full and [public] hold where nothing is said', () => {
  const [orders] = configOf(direct('')).databases;
  expect(orders).toMatchObject({
    readonly: true,
    enabled: true,
    searchPath: ['public'],
    dialect: 'full',
    legacyWrites: false,
  });
  expect(orders?.connection).toMatchObject({ ssl: 'verify-full', port: 5432, iam: false });
  expect(orders?.limits).toMatchObject({
    maxRows: 1000,
    maxBytes: 1_048_576,
    statementTimeout: 30_000,
    lockTimeout: 2000,
  });
});

test('a database stands over defaults, defaults over limits and pools', () => {
  const config = configOf(
    `limits: { max_rows: 10, max_bytes: 10KiB, statement_timeout: 10s }
pools: { max: 7 }
defaults: { readonly: false, limits: { max_bytes: 20KiB, statement_timeout: 20s }, pool: { idle_timeout: 5s } }
${direct('    limits: { statement_timeout: 500ms }\n')}`,
  );
  const [orders] = config.databases;
  expect(orders?.limits).toMatchObject({ maxRows: 10, maxBytes: 20_480, statementTimeout: 500 });
  expect(orders?.pool).toEqual({ max: 7, idleTimeout: 5000 });
  expect(orders?.readonly).toBe(false);
});

test('a default that does not concern a type is left out there', () => {
  const config = configOf(`defaults: { ssl: require, region: eu-west-1 }\n${embedded}`);
  expect(config.databases[0]?.connection).toEqual({ type: 'embedded' });
});

test('the only database is the default one; of two, none is unless named', () => {
  expect(configOf(embedded).defaultDatabase).toBe('sample');
  expect(configOf(`${embedded}  other:\n    type: embedded\n`).defaultDatabase).toBeUndefined();
});

test('relative paths start at the directory of the file', () => {
  const directory = directoryOf({
    'config.yaml': direct(`    password: { file: secrets/orders }
    ca: { file: ca.pem }
    policy: special/orders.csv
audit: { directory: ../elsewhere, hmac_key: { file: /run/key } }
policy: { directory: rules }
`),
  });
  const config = loadConfig(join(directory, 'config.yaml'), {});
  expect(config.databases[0]?.connection).toMatchObject({
    password: { file: join(directory, 'secrets/orders') },
    caFile: join(directory, 'ca.pem'),
  });
  expect(config.policy).toMatchObject({
    directory: join(directory, 'rules'),
    byDatabase: { orders: join(directory, 'special/orders.csv') },
  });
  expect(config.audit).toMatchObject({ directory: join(directory, '../elsewhere'), hmacKey: { file: '/run/key' } });
});

test('the audit log lies beside the file unless said otherwise', () => {
  const config = configOf(embedded);
  expect(config.audit.directory).toBe(join(config.file ?? '', '../audit/log'));
});

test('the region is taken from the ARN when none is written', () => {
  const config = configOf(`databases:
  main:
    type: rds_data_api
    resource_arn: arn:aws:rds:eu-central-1:123456789012:cluster:main
    secret_arn: arn:aws:secretsmanager:eu-central-1:123456789012:secret:main
    database: app
`);
  expect(config.databases[0]?.connection).toMatchObject({ aws: { region: 'eu-central-1' } });
});

test('include adds the databases of every file that matches, in the order of their paths', () => {
  const one = (id: string) => `databases:\n  ${id}:\n    type: embedded\n`;
  const config = configOf(`include: databases.d/*.yaml\n${embedded}`, {
    'databases.d/20-b.yaml': `${one('b')}  c:\n    type: embedded\n`,
    'databases.d/10-a.yaml': one('a'),
    'databases.d/.hidden.yaml': one('hidden'),
    'databases.d/notes.txt': 'not yaml: [',
  });
  expect(config.databases.map(({ id }) => id)).toEqual(['sample', 'a', 'b', 'c']);
  expect(config.sources).toHaveLength(3);
});

test('each file read is named with the SHA-256 of its bytes', () => {
  const config = configOf(embedded);
  const [source] = config.sources;
  const bytes = readFileSync(source?.file ?? '');
  expect(source?.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
});

test('nothing in the configuration can be changed afterwards', () => {
  const config = configOf(direct('    tags: [prod]\n'));
  const frozen = (value: unknown): boolean =>
    typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(frozen));
  expect(frozen(config)).toBe(true);
});

test('keys of API callers may stand in a file of their own', () => {
  const sha256 = 'ab'.repeat(32);
  const config = configOf(`server: { auth: { mode: api_key, keys: { file: keys.yaml } } }\n${embedded}`, {
    'keys.yaml': `- { principal: reporting, roles: [analyst], sha256: ${sha256} }\n`,
  });
  expect(config.server.auth).toEqual({
    mode: 'api_key',
    keys: [{ principal: 'reporting', roles: ['analyst'], sha256 }],
  });
});
