/** What doctor finds on the way to AWS: real SDK clients, a service that answers over HTTP. */

import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { type AwsUse, examineAws } from '../../../src/backends/aws/examine-aws.ts';
import { type Emulator, startEmulator } from '../../../src/emulator/emulator.ts';
import { emulatorEnvironment } from '../../support/rds-emulator/emulated.ts';

for (const [name, value] of Object.entries(emulatorEnvironment)) vi.stubEnv(name, value);

const arn = (name: string) => `arn:aws:rds:eu-west-1:123456789012:cluster:${name}`;
const secret = (name: string) => `arn:aws:secretsmanager:eu-west-1:123456789012:secret:${name}`;
const password = 'a password that nothing may print';

let clock = () => new Date();
let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ now: () => clock() });
  const cluster = (identifier: string, more: object = {}) => ({
    identifier,
    arn: arn(identifier),
    engine: 'aurora-postgresql',
    endpoint: 'none',
    port: 5432,
    httpEndpointEnabled: true,
    iamEnabled: false,
    tags: {},
    ...more,
  });
  emulator.described.push(
    cluster('orders'),
    cluster('off', { httpEndpointEnabled: false }),
    cluster('stopped', { status: 'stopped' }),
  );
  emulator.secrets.put(secret('login'), JSON.stringify({ username: 'reader', password }));
  emulator.secrets.put(secret('text'), password);
  emulator.secrets.put(secret('half'), JSON.stringify({ username: 'reader', pasword: password }));
});
afterEach(() => {
  emulator.faults.clear();
  clock = () => new Date();
});
afterAll(() => emulator.close());

const use = (more: Partial<AwsUse> = {}): AwsUse => ({
  type: 'rds_data_api',
  aws: { endpoint: emulator.url },
  resourceArn: arn('orders'),
  secretArn: secret('login'),
  hostname: undefined,
  ...more,
});

test('a way that is open has no finding, and says who, where and with what', async () => {
  expect(await examineAws(use())).toEqual({
    region: 'eu-west-1',
    identity: 'arn:aws:iam::123456789012:user/emulator',
    clockSkew: expect.any(Number),
    secret: true,
    dataApi: true,
    findings: [],
  });
});

const wrong: readonly (readonly [what: string, use: () => AwsUse, code: string, severity: string])[] = [
  ['a cluster without the Data API', () => use({ resourceArn: arn('off') }), 'data_api_off', 'bad'],
  ['a stopped cluster', () => use({ resourceArn: arn('stopped') }), 'cluster_down', 'bad'],
  ['a cluster that is not there', () => use({ resourceArn: arn('nowhere') }), 'cluster_missing', 'bad'],
  ['a secret that is not there', () => use({ secretArn: secret('nothing') }), 'secret_missing', 'bad'],
  ['a secret that is not JSON', () => use({ secretArn: secret('text') }), 'secret_unusable', 'bad'],
  ['a secret without a password', () => use({ secretArn: secret('half') }), 'secret_unusable', 'bad'],
  [
    'an ARN without a region',
    () => use({ resourceArn: 'arn:aws:rds:region:account:cluster:x' }),
    'aws_settings',
    'bad',
  ],
  ['an endpoint in the clear', () => use({ aws: { endpoint: 'http://example.com' } }), 'aws_settings', 'bad'],
  [
    'a partition that is not there',
    () => use({ aws: {}, resourceArn: 'arn:aws-moon:rds:eu-west-1:1:cluster:x' }),
    'aws_settings',
    'bad',
  ],
];

test('a proxy whose address cannot be read is a finding, and its password stays out of it', async () => {
  const behind = use({ aws: { endpoint: 'https://aws.example.test' } });
  const { findings } = await examineAws(behind, () => `not an address ${password}`);
  expect(findings.map(({ code }) => code)).toEqual(['aws_identity']);
  expect(JSON.stringify(findings)).not.toContain(password);
});

test.each(wrong)('%s is one finding: %3$s %2$s', async (_, made, code, severity) => {
  const { findings } = await examineAws(made());
  expect(findings.map((finding) => [finding.code, finding.severity])).toEqual([[code, severity]]);
  expect(JSON.stringify(findings)).not.toContain(password);
});

const refused: readonly (readonly [operation: string, error: string, code: string, severity: string])[] = [
  ['GetCallerIdentity', 'InvalidClientTokenId', 'aws_identity', 'bad'],
  ['GetSecretValue', 'AccessDeniedException', 'secret_unreadable', 'bad'],
  ['GetSecretValue', 'DecryptionFailure', 'secret_unreadable', 'bad'],
  ['DescribeDBClusters', 'AccessDenied', 'cluster_undescribed', 'note'],
];

test.each(refused)('%s refused with %s is %s (%s)', async (operation, error, code, severity) => {
  emulator.faults.inject({ operation, action: { kind: 'error', code: error, status: 403 } });
  const { findings } = await examineAws(use());
  expect(findings.map((finding) => [finding.code, finding.severity])).toEqual([[code, severity]]);
});

test.each([
  { minutes: 2, severity: 'warning', says: '120 s behind' },
  { minutes: -2, severity: 'warning', says: '120 s ahead of' },
  { minutes: 10, severity: 'bad', says: '600 s behind that of AWS, which turns its signatures away' },
])('a clock $minutes minutes apart is $severity, whether or not AWS takes the signature', async (apart) => {
  clock = () => new Date(Date.now() + apart.minutes * 60_000);
  const { findings } = await examineAws(use());
  expect(findings.map(({ code, severity }) => [code, severity])).toEqual([['clock_skew', apart.severity]]);
  expect(
    findings[0]?.message.replace(/(119|599|601|121) s/, (_, s: string) => `${Math.round(Number(s) / 10) * 10} s`),
  ).toContain(apart.says);
});

test('for a token the region is the one in the name of the host', async () => {
  const direct = use({ type: 'direct_postgres', resourceArn: undefined, secretArn: undefined });
  const { region, findings } = await examineAws({
    ...direct,
    hostname: 'db.cluster-x.cn-north-1.rds.amazonaws.com.cn',
  });
  expect({ region, findings }).toEqual({ region: 'cn-north-1', findings: [] });
});
