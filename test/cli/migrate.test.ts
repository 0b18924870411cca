/** `pgwarden migrate`: the printed file means what the old server was given, and the terminal says what became stricter. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../../src/config/load-config.ts';
import { runCli } from './run-cli.ts';

const cluster = 'arn:aws:rds:eu-west-1:123456789012:cluster:main';
const secret = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:main';

async function place(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'pgwarden-migrate-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** The printed text, read as the server would read it. */
async function loaded(yaml: string) {
  const file = join(await place(), 'config.yaml');
  await writeFile(file, yaml);
  return loadConfig(file, {});
}

test('flags of the original design become a file that loads', async () => {
  const flags = [
    '--resource_arn',
    cluster,
    '--secret-arn',
    secret,
    '--database',
    'production',
    '--region=us-west-2',
    '--readonly',
    'true',
  ];
  const { code, stdout, stderr } = await runCli(['migrate', '--id', 'primary', '--', ...flags]);
  expect(code).toBe(0);
  const config = await loaded(stdout);
  expect(config).toMatchObject({ defaultDatabase: 'primary' });
  expect(config.databases[0]).toMatchObject({
    id: 'primary',
    readonly: true,
    connection: {
      type: 'rds_data_api',
      resourceArn: cluster,
      secretArn: secret,
      database: 'production',
      aws: { region: 'us-west-2' },
    },
  });
  expect(stderr).toContain('pgwarden policy init');
});

test('variables of an old HTTP server keep its address, and an open one is set aside', async () => {
  const variables = {
    POSTGRES_HOSTNAME: 'db.internal',
    POSTGRES_SECRET_ARN: secret,
    POSTGRES_DATABASE: 'app',
    POSTGRES_READONLY: 'false',
  };
  const own = await runCli(['migrate', '--', '--transport', 'streamable-http'], {
    ...variables,
    FASTMCP_HOST: '127.0.0.1',
    FASTMCP_PORT: '9000',
  });
  expect((await loaded(own.stdout)).server).toMatchObject({
    transport: 'streamable-http',
    listen: { host: '127.0.0.1', port: 9000 },
  });
  expect(own.stderr).toContain('execute_statement');
  expect(own.stderr).toContain('TLS is verified in full');
  const open = await runCli(['migrate', '--', '--transport', 'streamable-http'], {
    ...variables,
    FASTMCP_HOST: '0.0.0.0',
  });
  expect(open.stdout).toContain('# listen: "0.0.0.0:8000"');
  expect(open.stderr).toContain('server.auth');
});

test('every old server of a client becomes a database; others are passed over', async () => {
  const file = join(await place(), 'mcp.json');
  const mcpServers = {
    'Orders DB': {
      command: 'python',
      args: [
        '-m',
        'awslabs.postgres_mcp_server.server',
        '--db_cluster_arn',
        cluster,
        '--secret_arn',
        secret,
        '--database',
        'orders',
        '--allow_write_query',
      ],
    },
    billing: {
      command: 'uvx',
      args: [
        'awslabs.postgres-mcp-server@latest',
        '--connection_method',
        'PG_WIRE_IAM_PROTOCOL',
        '--db_endpoint',
        'b.internal',
        '--database',
        'billing',
        '--region',
        'eu-west-1',
      ],
    },
    files: { command: 'npx', args: ['files-server', '--port', '1'] },
  };
  await writeFile(file, JSON.stringify({ mcpServers }));
  const { stdout, stderr } = await runCli(['migrate', '--mcp-servers', file]);
  const config = await loaded(stdout);
  expect(config.databases.map(({ id, readonly, connection }) => [id, readonly, connection.type])).toEqual([
    ['orders-db', false, 'rds_data_api'],
    ['billing', true, 'direct_postgres'],
  ]);
  expect(config.databases[1]?.connection).toMatchObject({ iam: true, user: 'CHANGE_ME' });
  expect(stderr).toContain('CHANGE_ME');
});

test('what is wrong with an old server is said under its name, and nothing is printed', async () => {
  const file = join(await place(), 'mcp.json');
  await writeFile(
    file,
    JSON.stringify({
      mcpServers: { shop: { args: ['--resource_arn', cluster, '--database', 'shop', '--readonly', 'yes'] } },
    }),
  );
  const { code, stdout, stderr } = await runCli(['migrate', '--mcp-servers', file]);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain('shop: ');
  expect(stderr).toContain('--secret_arn');
  expect(stderr).toContain('neither true nor false');
  expect((await runCli(['migrate'])).code).toBe(2);
});
