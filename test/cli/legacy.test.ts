/** Old single-database usage on the built command: the flags start a server that answers as its policy says. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { freePort } from '../support/cluster.ts';
import { connectClient } from '../support/mcp-client.ts';
import { entry } from '../support/product.ts';
import { chatOverStdio, runCli } from './run-cli.ts';

async function stateHome(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'pgwarden-state-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

const runQuery = { method: 'tools/call', params: { name: 'run_query', arguments: { sql: 'SELECT * FROM users' } } };
const secret = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:app';

test.each([
  ['underscores', ['--hostname', '127.0.0.1', '--secret_arn', secret, '--database', 'app']],
  ['dashes', ['--hostname=127.0.0.1', `--secret-arn=${secret}`, '--database', 'app', '--readonly', 'true']],
  [
    'a cluster',
    ['--resource_arn', 'arn:aws:rds:eu-west-1:123456789012:cluster:main', '--secret_arn', secret, '--database', 'app'],
  ],
])(
  'flags with %s start a server on one database; without AWS credentials it says plainly that it cannot be reached',
  async (_name, flags) => {
    const environment = { XDG_STATE_HOME: await stateHome(), AWS_EC2_METADATA_DISABLED: 'true' };
    const { answers, code } = await chatOverStdio(flags, environment, [runQuery]);
    const text = JSON.stringify(answers.at(-1));
    expect(text).toMatch(/BACKEND_UNAVAILABLE|CATALOG_UNAVAILABLE/);
    expect(text).not.toContain(secret);
    expect(code).toBe(0);
  },
);

test('variables do the same as flags', async () => {
  const variables = { POSTGRES_HOSTNAME: '127.0.0.1', POSTGRES_SECRET_ARN: secret, POSTGRES_DATABASE: 'app' };
  const list = { method: 'tools/call', params: { name: 'list_databases', arguments: {} } };
  const { answers } = await chatOverStdio([], { XDG_STATE_HOME: await stateHome(), ...variables }, [list]);
  expect(answers.at(-1)).toMatchObject({
    result: { structuredContent: { databases: [{ id: 'default', is_default: true }] } },
  });
});

/** As the original design prints them, with `pgwarden` in the place of the module. */
describe('the design’s own command lines', () => {
  const cluster = 'arn:aws:rds:region:account:cluster:primary';
  const login = 'arn:aws:secretsmanager:region:account:secret:primary';
  const list = { method: 'tools/call', params: { name: 'list_databases', arguments: {} } };

  test('flags alone start a read-only server on the one database', async () => {
    const flags = ['--resource_arn', cluster, '--secret_arn', login, '--database', 'production'];
    const more = ['--region', 'us-west-2', '--readonly', 'true'];
    const { answers, code } = await chatOverStdio([...flags, ...more], { XDG_STATE_HOME: await stateHome() }, [list]);
    expect(answers.at(-1)).toMatchObject({
      result: { structuredContent: { databases: [{ id: 'default', type: 'rds_data_api', readonly: true }] } },
    });
    expect(code).toBe(0);
  });

  test('the client’s JSON leaves the secret out, and is told which flag or variable brings it', async () => {
    const args = ['--resource_arn', cluster, '--database', 'production'];
    const { code, stderr } = await runCli(args, { XDG_STATE_HOME: await stateHome() });
    expect(code).toBe(2);
    expect(stderr).toMatch(/--secret_arn: is missing\n.*--secret_arn, or set POSTGRES_SECRET_ARN/);
  });

  test('the exports ask for every address without anybody authenticated, which is refused; on loopback they serve', async () => {
    const port = await freePort();
    const exports = {
      POSTGRES_RESOURCE_ARN: cluster,
      POSTGRES_SECRET_ARN: login,
      POSTGRES_DATABASE: 'production',
      FASTMCP_PORT: String(port),
      XDG_STATE_HOME: await stateHome(),
    };
    const args = ['--transport', 'streamable-http'];
    const open = await runCli(args, { ...exports, FASTMCP_HOST: '0.0.0.0' });
    expect(open.code).toBe(2);
    expect(open.stderr).toMatch(/FASTMCP_HOST: others than this machine reach 0\.0\.0\.0/);

    const env = { PATH: process.env['PATH'] ?? '', HOME: tmpdir(), ...exports, FASTMCP_HOST: '127.0.0.1' };
    const server = spawn(process.execPath, [entry, ...args], { env, stdio: 'ignore' });
    onTestFinished(async () => {
      server.kill();
      await once(server, 'exit'); // it writes its last records before its directory is removed
    });
    await vi.waitFor(async () => expect((await fetch(`http://127.0.0.1:${port}/readyz`)).ok).toBe(true), 10_000);
    const client = await connectClient(`http://127.0.0.1:${port}/mcp`);
    expect((await client.call('list_databases', {})).structured).toMatchObject({ databases: [{ id: 'default' }] });
    await client.close();
  });
});
