/** Old single-database usage: both generations of flags, the variables, and what is wrong with them. */

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findConfig } from '../../src/config/find-config.ts';
import { readLegacyConfig } from '../../src/config/legacy-flags.ts';
import { directoryOf, embedded, findingsOf } from './written-config.ts';

const secret_arn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:app';
const resource_arn = 'arn:aws:rds:eu-central-1:123456789012:cluster:main';
const direct = { hostname: 'db.internal', secret_arn, database: 'app' };

const only = (flags: Record<string, unknown>, environment = {}) => readLegacyConfig(flags, environment)?.databases[0];
const keysOf = (flags: Record<string, unknown>, environment = {}) =>
  findingsOf(() => readLegacyConfig(flags, environment)).map(({ key }) => key);

test('a host becomes one direct database named default, read-only, under the built-in policy', () => {
  const config = readLegacyConfig(direct, {});
  expect(config).toMatchObject({ file: undefined, defaultDatabase: 'default', policy: { kind: 'builtin-local-read' } });
  expect(config?.databases).toHaveLength(1);
  expect(config?.databases[0]).toMatchObject({ id: 'default', readonly: true, legacyWrites: false });
  expect(config?.databases[0]?.connection).toEqual({
    type: 'direct_postgres',
    hostname: 'db.internal',
    port: 5432,
    database: 'app',
    password: { secretArn: secret_arn, region: 'eu-west-1' },
    iam: false,
    ssl: 'verify-full',
    aws: { region: 'eu-west-1' },
  });
});

test('a cluster ARN becomes a Data API database whose region is the ARN’s', () => {
  expect(only({ resource_arn, secret_arn, database: 'app' })?.connection).toEqual({
    type: 'rds_data_api',
    resourceArn: resource_arn,
    secretArn: secret_arn,
    database: 'app',
    aws: { region: 'eu-central-1' },
  });
});

test.each([
  ['RDS_API', { db_cluster_arn: resource_arn }, { type: 'rds_data_api', resourceArn: resource_arn }],
  [
    'PG_WIRE_PROTOCOL',
    { db_endpoint: 'h', db_type: 'APG', port: '6000' },
    { type: 'direct_postgres', hostname: 'h', port: 6000 },
  ],
  ['PG_WIRE_IAM_PROTOCOL', { db_endpoint: 'h', region: 'us-east-1' }, { type: 'direct_postgres', iam: true }],
])('the flags of the second generation: %s', (connection_method, flags, connection) => {
  expect(only({ connection_method, secret_arn, database: 'app', ...flags })?.connection).toMatchObject(connection);
});

test.each([
  [{ readonly: 'true' }, true],
  [{ readonly: 'True' }, true],
  [{ readonly: 'false' }, false],
  [{ allow_write_query: true }, false],
  [{ allow_write_query: 'false' }, true],
])('%j makes readonly %s, and run_query writes only where it is false', (flags, readonly) => {
  expect(only({ ...direct, ...flags })).toMatchObject({ readonly, legacyWrites: !readonly });
});

test.each([
  [{ ...direct, readonly: 'yes' }, ['--readonly']],
  [{ ...direct, port: '54321x' }, ['--port']],
  [{ ...direct, port: '0' }, ['--port']],
  [{ ...direct, transport: 'http' }, ['--transport']],
  [{ ...direct, resource_arn }, ['--hostname']],
  [{ hostname: 'h', database: 'd' }, ['--secret_arn']],
  [{ hostname: 'h', secret_arn }, ['--database']],
  [{ database: 'd', secret_arn }, ['--resource_arn']],
  [{ resource_arn: 'arn:aws:s3:::x', secret_arn, database: 'd' }, ['--resource_arn']],
  [{ ...direct, connection_method: 'TELEPATHY' }, ['--connection_method']],
  [{ ...direct, readonly: 'true', allow_write_query: true }, ['--allow_write_query']],
  [{ hostname: 'h', readonly: 'no', port: 'x' }, ['--database', '--secret_arn', '--port', '--readonly']],
])('%j stops the start and names %j', (flags, keys) => {
  expect(keysOf(flags)).toEqual(keys);
});

test('a missing secret names the flag and the variable', () => {
  const [finding] = findingsOf(() => readLegacyConfig({ hostname: 'h', database: 'd' }, {}));
  expect(finding?.hint).toBe('Give --secret_arn, or set POSTGRES_SECRET_ARN.');
});

test('variables say the same as flags; a flag stands over its variable', () => {
  const environment = {
    POSTGRES_HOSTNAME: 'from-variable',
    POSTGRES_PORT: '6543',
    POSTGRES_SECRET_ARN: secret_arn,
    POSTGRES_DATABASE: 'app',
    POSTGRES_REGION: 'us-west-2',
    POSTGRES_READONLY: 'false',
    POSTGRES_POOL_MIN_SIZE: '1',
    POSTGRES_POOL_MAX_SIZE: '9',
    POSTGRES_POOL_TIMEOUT: '7',
  };
  const database = only({ hostname: 'from-flag' }, environment);
  expect(database).toMatchObject({ readonly: false, pool: { max: 9 }, limits: { queueTimeout: 7000 } });
  expect(database?.connection).toMatchObject({ hostname: 'from-flag', port: 6543, aws: { region: 'us-west-2' } });
  expect(keysOf({}, { ...environment, POSTGRES_READONLY: 'yes' })).toEqual(['POSTGRES_READONLY']);
});

test('FASTMCP_HOST and FASTMCP_PORT are the listen address', () => {
  const config = readLegacyConfig(
    { ...direct, transport: 'streamable-http' },
    { FASTMCP_HOST: '127.0.0.1', FASTMCP_PORT: '9000' },
  );
  expect(config?.server).toMatchObject({ transport: 'streamable-http', listen: { host: '127.0.0.1', port: 9000 } });
});

test('0.0.0.0 without authentication is refused with the line to add, but not over stdio', () => {
  const environment = { FASTMCP_HOST: '0.0.0.0' };
  const findings = findingsOf(() => readLegacyConfig({ ...direct, transport: 'streamable-http' }, environment));
  expect(findings).toMatchObject([{ key: 'FASTMCP_HOST', hint: expect.stringContaining('auth: { mode: api_key') }]);
  expect(readLegacyConfig(direct, environment)?.server.transport).toBe('stdio');
});

test('the audit log lies under XDG_STATE_HOME, else under ~/.local/state', () => {
  const at = (environment: Record<string, string>) => readLegacyConfig(direct, environment)?.audit.directory;
  expect(at({ XDG_STATE_HOME: '/state', HOME: '/home/a' })).toBe('/state/pgwarden/audit');
  expect(at({ XDG_STATE_HOME: 'relative', HOME: '/home/a' })).toBe('/home/a/.local/state/pgwarden/audit');
  expect(at({ HOME: '/home/a' })).toBe('/home/a/.local/state/pgwarden/audit');
});

test('a file beside old flags is two meanings, and an error', () => {
  expect(findingsOf(() => findConfig('config.yaml', { hostname: 'h' }, {}))).toMatchObject([{ key: '--config' }]);
});

test('a file named outright stands over variables', () => {
  const directory = directoryOf({ 'config.yaml': embedded });
  const config = findConfig(join(directory, 'config.yaml'), {}, { POSTGRES_HOSTNAME: 'h', POSTGRES_DATABASE: 'd' });
  expect(config.databases[0]?.id).toBe('sample');
});

test('without anything, the user’s own file is read, and else the way to one is told', () => {
  const directory = directoryOf({ 'pgwarden/config.yaml': embedded });
  expect(findConfig(undefined, {}, { XDG_CONFIG_HOME: directory }).databases[0]?.id).toBe('sample');
  const findings = findingsOf(() => findConfig(undefined, {}, { XDG_CONFIG_HOME: join(directory, 'nowhere') }));
  expect(findings).toMatchObject([{ key: '--config', hint: expect.stringContaining('pgwarden demo') }]);
});

test('unrelated POSTGRES_ variables are nobody’s configuration', () => {
  expect(readLegacyConfig({}, { POSTGRES_DATABASE: 'app', POSTGRES_PORT: 'x', FASTMCP_PORT: '9' })).toBeUndefined();
});
