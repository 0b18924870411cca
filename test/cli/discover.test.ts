/** `pgwarden databases discover --aws`: what it prints loads once its placeholders are replaced, and nothing is touched. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../../src/config/load-config.ts';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { emulatorEnvironment } from '../support/rds-emulator/emulated.ts';
import { runCli } from './run-cli.ts';

let emulator: Emulator;

const cluster = (identifier: string, more: object = {}) => ({
  identifier,
  arn: `arn:aws:rds:eu-west-1:123456789012:cluster:${identifier}`,
  engine: 'aurora-postgresql',
  endpoint: `${identifier}.cluster-x.eu-west-1.rds.amazonaws.com`,
  port: 5432,
  databaseName: 'app',
  httpEndpointEnabled: true,
  iamEnabled: false,
  tags: {},
  ...more,
});

beforeAll(async () => {
  emulator = await startEmulator();
  emulator.described.push(
    cluster('orders', {
      tags: { team: 'data', stage: 'prod' },
      masterSecretArn: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:rds!cluster-1',
    }),
    cluster('legacy', { httpEndpointEnabled: false, iamEnabled: true, tags: { team: 'data' } }),
    cluster('shop', { engine: 'aurora-mysql' }),
    ...Array.from({ length: 120 }, (_, index) => cluster(`many-${index}`)),
  );
});

afterAll(() => emulator.close());

const discover = (...args: string[]) =>
  runCli(
    ['databases', 'discover', '--aws', '--region', 'eu-west-1', '--endpoint', emulator.url, ...args],
    emulatorEnvironment,
  );

test('clusters with the tag become databases: over the Data API where it is enabled, else directly', async () => {
  const { code, stdout } = await discover('--tag', 'team=data');
  expect(code).toBe(0);
  const directory = await mkdtemp(join(tmpdir(), 'pgwarden-discover-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const file = join(directory, 'config.yaml');
  const secret = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:reader';
  await writeFile(
    file,
    stdout.replaceAll('secret_arn: CHANGE_ME', `secret_arn: ${secret}`).replaceAll('CHANGE_ME', 'reader'),
  );
  const { databases } = loadConfig(file, {});
  expect(databases.map(({ id, connection }) => [id, connection.type])).toEqual([
    ['orders', 'rds_data_api'],
    ['legacy', 'direct_postgres'],
  ]);
  expect(databases[1]?.connection).toMatchObject({ iam: true, user: 'reader' });
  expect(databases[0]?.tags).toEqual(['team=data', 'stage=prod']);
  expect(stdout).toContain('not the master’s');
});

test('every page is read, and other engines are passed over', async () => {
  const { stdout } = await discover('--json');
  const found: unknown = JSON.parse(stdout);
  expect(found).toHaveLength(122);
  expect(emulator.calls.filter((call) => call.operation === 'DescribeDBClusters').length).toBeGreaterThan(1);
});

test('what AWS refuses is told in one sentence', async () => {
  const { code, stderr } = await runCli(
    ['databases', 'discover', '--aws', '--region', 'eu-west-1', '--endpoint', emulator.url],
    { ...emulatorEnvironment, AWS_SECRET_ACCESS_KEY: 'wrong' },
  );
  expect(code).toBe(1);
  expect(stderr).toContain('AWS refused the call');
  expect(stderr).not.toMatch(/\n\s+at /);
  expect((await runCli(['databases', 'discover'])).code).toBe(2);
});
