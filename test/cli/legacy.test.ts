/** Old single-database usage on the built command: the flags start a server that answers as its policy says. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { chatOverStdio } from './run-cli.ts';

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
