/** `pgwarden databases discover --aws`: what it prints loads once its placeholders are replaced, and nothing is touched. */

import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
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

describe('behind a proxy', () => {
  const pem = (name: string) => join(import.meta.dirname, '../backends/aws/tls', name);
  const tunnels: string[] = [];
  let service: Server;
  let proxy: Server;

  /** The service over TLS under a name that no resolver knows: only the proxy leads there. */
  beforeAll(async () => {
    service = createTlsServer(
      { key: readFileSync(pem('server.key')), cert: readFileSync(pem('server.pem')) },
      (from, to) => {
        const { method, headers, url } = from;
        const inner = request(`${emulator.url}${url}`, { method, headers }, (answer) => {
          to.writeHead(answer.statusCode ?? 500, answer.headers);
          answer.pipe(to);
        });
        from.pipe(inner);
      },
    );
    proxy = createServer();
    proxy.on('connect', ({ url, headers }, socket) => {
      tunnels.push(`${url} ${headers['proxy-authorization']}`);
      const out = connect(portOf(service), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        out.pipe(socket).pipe(out);
      });
      out.on('error', () => socket.destroy());
      socket.on('error', () => out.destroy());
    });
    for (const server of [service, proxy]) await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  });
  beforeEach(() => void tunnels.splice(0));
  afterAll(() => {
    for (const server of [service, proxy]) {
      server.closeAllConnections();
      server.close();
    }
  });

  const portOf = (server: Server) => {
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  };
  const through = (more: Readonly<Record<string, string>>) =>
    runCli(
      [
        'databases',
        'discover',
        '--aws',
        '--region',
        'eu-west-1',
        '--endpoint',
        'https://aws.example.test',
        '--tag',
        'team=data',
      ],
      {
        ...emulatorEnvironment,
        NODE_EXTRA_CA_CERTS: pem('ca.pem'),
        HTTPS_PROXY: `http://someone:word@127.0.0.1:${portOf(proxy)}`,
        ...more,
      },
    );

  test('AWS is reached through HTTPS_PROXY, which sees a name and nothing else', async () => {
    const { code, stdout } = await through({});
    expect({ code, found: stdout.includes('orders') }).toEqual({ code: 0, found: true });
    const basic = Buffer.from('someone:word').toString('base64');
    expect(new Set(tunnels)).toEqual(new Set([`aws.example.test:443 Basic ${basic}`]));
  });

  test('NO_PROXY keeps a name away from it, and nothing of the proxy is said', async () => {
    const { code, stdout, stderr } = await through({ NO_PROXY: 'localhost,.example.test' });
    expect({ code, tunnels }).toEqual({ code: 1, tunnels: [] });
    expect(stdout + stderr).not.toContain('word');
  });
});
