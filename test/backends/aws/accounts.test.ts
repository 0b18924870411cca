/** Accounts, roles, regions and endpoints: whose keys sign a call, and where it goes. */

import { rootCertificates } from 'node:tls';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { endpointFor, regionFor } from '../../../src/backends/aws/endpoints.ts';
import { iamToken } from '../../../src/backends/aws/iam-token.ts';
import { rootsAt } from '../../../src/backends/aws/rds-roots.ts';
import { type Backends, createBackends } from '../../../src/backends/backends.ts';
import { tlsOptions } from '../../../src/backends/postgres/tls.ts';
import { type Emulator, startEmulator } from '../../../src/emulator/emulator.ts';
import type { RdsDataApiConnection } from '../../../src/model/database.ts';
import { aDatabase, authorizedQuery, directConnection, readTestSecret } from '../../support/authorized.ts';
import { patience } from '../../support/patience.ts';
import { type TestDatabase, testDatabase } from '../../support/postgres.ts';
import { emulatedDatabase, emulatorEnvironment } from '../../support/rds-emulator/emulated.ts';

for (const [name, value] of Object.entries(emulatorEnvironment)) vi.stubEnv(name, value);

describe('endpoints', () => {
  const cluster = (partition: string, region: string) => `arn:${partition}:rds:${region}:123456789012:cluster:c`;

  test.each([
    ['aws', 'eu-west-1', 'https://rds-data.eu-west-1.amazonaws.com'],
    ['aws-us-gov', 'us-gov-west-1', 'https://rds-data.us-gov-west-1.amazonaws.com'],
    ['aws-cn', 'cn-north-1', 'https://rds-data.cn-north-1.amazonaws.com.cn'],
  ])('the partition %s has its own', (partition, region, expected) => {
    expect(endpointFor('rds-data', {}, cluster(partition, region))).toBe(expected);
  });

  test('plain http is for this machine alone, and an unknown partition needs an endpoint', () => {
    expect(endpointFor('rds-data', { endpoint: 'http://127.0.0.1:8080/' }, undefined)).toBe('http://127.0.0.1:8080');
    expect(() => endpointFor('rds-data', { endpoint: 'http://example.com' }, undefined)).toThrow(/not https/);
    expect(() => endpointFor('rds-data', {}, cluster('aws-moon', 'moon-east-1'))).toThrow(/partition/);
  });

  test('the region is the configured one, else the one in the ARN, and a placeholder is none', () => {
    expect(regionFor({ region: 'us-west-2' }, cluster('aws', 'eu-west-1'))).toBe('us-west-2');
    expect(regionFor({}, cluster('aws', 'eu-west-1'))).toBe('eu-west-1');
    expect(() => regionFor({}, 'arn:aws:rds:region:account:cluster:primary')).toThrow(/region/);
  });
});

test('an IAM token names host, port and user, and is signed for the region in the host’s name', async () => {
  const server = {
    host: 'db.cluster-abc.eu-west-1.rds.amazonaws.com',
    port: 5432,
    user: 'broker',
    password: '',
    database: 'd',
  };
  const token = await iamToken(directConnection(server, { iam: true, ssl: 'verify-full' }), 'broker');
  expect(token).toMatch(/^db\.cluster-abc\.eu-west-1\.rds\.amazonaws\.com:5432\/\?Action=connect&DBUser=broker/);
  expect(decodeURIComponent(token)).toContain('/eu-west-1/rds-db/aws4_request');
});

describe('roots of RDS', () => {
  test('the shipped ones are trusted for hosts of RDS alone, and a file replaces them', async () => {
    const host = { host: 'db.x.eu-west-1.rds.amazonaws.com', port: 5432, user: 'u', password: '', database: 'd' };
    const rds = await tlsOptions(directConnection(host, { ssl: 'verify-full' }));
    expect(rds?.ca).toHaveLength(rootCertificates.length + rootsAt(new Date()).length);
    expect(rds?.rejectUnauthorized).toBe(true);
    const other = await tlsOptions(
      directConnection({ ...host, host: 'rds.amazonaws.com.example.com' }, { ssl: 'verify-full' }),
    );
    expect(other?.ca).toBeUndefined();
    const named = tlsOptions(directConnection(host, { ssl: 'verify-full', caFile: '/nonexistent' }));
    await expect(named).rejects.toThrow('cannot be read');
  });

  test('expired ones are dropped', () => {
    const [before, after] = [rootsAt(new Date('2022-06-01')), rootsAt(new Date('2026-11-01'))];
    expect(after.length).toBeGreaterThan(50);
    expect(before.length).toBeGreaterThan(after.length);
  });
});

describe('roles', () => {
  const roleArn = 'arn:aws:iam::210987654321:role/reader';
  let server: TestDatabase;
  let emulator: Emulator;
  let backends: Backends;
  let connection: RdsDataApiConnection;

  beforeAll(async () => {
    server = await testDatabase();
    emulator = await startEmulator();
    emulator.roles.set(roleArn, { arn: roleArn, externalId: 'shared', lifetime: 3_600_000 });
    connection = emulatedDatabase(emulator, 'one', server);
    backends = createBackends({ readSecret: readTestSecret, nativeDriverForced: false });
  });
  beforeEach(async () => {
    await vi.waitFor(() => expect(emulator.transactions.count).toBe(0), patience);
    emulator.forgetCalls();
  });
  afterAll(async () => {
    await backends.close();
    await emulator.close();
    await server.drop();
  });

  const run = (id: string, aws: RdsDataApiConnection['aws']) => {
    const database = aDatabase({ ...connection, aws: { endpoint: emulator.url, ...aws } }, { id });
    return backends.execute(authorizedQuery({ database, sql: 'SELECT 1 AS one' }), new AbortController().signal);
  };
  const identities = (service: string) =>
    new Set(emulator.calls.filter((call) => call.service === service).map((call) => call.identity));

  test('a role is assumed once for all databases that name it, and signs their calls', async () => {
    await Promise.all([run('a', { roleArn, externalId: 'shared' }), run('b', { roleArn, externalId: 'shared' })]);
    expect(emulator.calls.filter((call) => call.operation === 'AssumeRole')).toHaveLength(1);
    expect(identities('rds-data')).toEqual(new Set([roleArn]));
    await run('plain', {});
    expect(identities('rds-data').size).toBe(2);
  });

  test('a role that may not be assumed is told without account or role', async () => {
    const refused = await run('c', { roleArn, externalId: 'wrong' }).catch((error: Error) => error.message);
    expect(refused).toBe('AWS refused the call: the credentials are missing, expired or not allowed to make it.');
    expect(identities('rds-data')).toEqual(new Set());
  });
});
