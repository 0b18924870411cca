/** The README, followed to the letter: five commands bring a newcomer to an answered query on a database of their own, under a policy. */

import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { expect, onTestFinished, test } from 'vitest';
import { codeBlocks, readPage, root } from '../docs/pages.ts';
import { testDatabase } from '../support/postgres.ts';

const steps = codeBlocks('README.md').find(({ text }) => text.includes('main.js init'))?.text ?? '';

/** The commands without their comments. */
const commands = steps
  .trim()
  .split('\n')
  .map((line) => line.replace(/\s+#.*$/, ''));

test('a newcomer needs at most five commands', () => {
  expect(commands.length).toBeLessThanOrEqual(5);
  expect(commands.map((line) => /main\.js (\w+)/.exec(line)?.[1] ?? line.split(' ')[0])).toEqual([
    ...['npm', 'export', 'init', 'check', 'serve'],
  ]);
});

test('both SDKs and both parsers have their reason, in two sentences each at most', () => {
  const section = /## Why two MCP SDKs[^\n]*\n([\s\S]*?)\n## /.exec(readPage('README.md'))?.[1] ?? '';
  for (const name of ['@modelcontextprotocol/server', '@modelcontextprotocol/sdk', 'libpg-query', 'pgsql-ast-parser'])
    expect(section).toContain(`\`${name}\``);
  const sentences = section.replace(/`[^`]*`/g, 'x').match(/\.(?=\s|$)/g) ?? [];
  expect(sentences.length).toBeLessThanOrEqual(8);
});

/** A checkout: at full size a clone of this one, where the first command runs as well; else a directory with this one's build and example policies. */
function checkout(environment: Readonly<Record<string, string>>): string {
  const directory = mkdtempSync(join(tmpdir(), 'pgwarden readme '));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  if (process.env['PGWARDEN_SOAK'] === '1') {
    execFileSync('git', ['clone', '--quiet', root, directory]);
    execFileSync('sh', ['-euc', commands[0] ?? ''], { cwd: directory, env: environment });
    return directory;
  }
  symlinkSync(join(root, 'dist'), join(directory, 'dist'));
  cpSync(join(root, 'policies'), join(directory, 'policies'), { recursive: true });
  return directory;
}

test('they lead from a checkout to an answered query, and to a refusal of what the policy does not give', {
  timeout: 600_000,
}, async () => {
  const database = await testDatabase({
    seed: `CREATE TABLE public.users (id int, name text); INSERT INTO public.users VALUES (1, 'Ada');
           CREATE SCHEMA hr; CREATE TABLE hr.salaries (employee text, amount int)`,
  });
  onTestFinished(database.drop);
  const environment = { PATH: process.env['PATH'] ?? '', HOME: tmpdir() };
  const directory = checkout(environment);
  const own = commands
    .slice(1)
    .map((line) =>
      line
        .replace('=…', `=${database.password}`)
        .replace(
          '--hostname db.internal',
          `--hostname ${database.host} --port ${database.port} --ssl disable --id orders`,
        )
        .replace('--database orders --user broker', `--database ${database.database} --user ${database.user}`),
    );
  const serve = own.pop() ?? '';
  const script = `${own.join('\n')}\nexec ${serve}`;
  const client = new Client({ name: 'newcomer', version: '1' });
  // what the first commands say goes to stderr, since the last one speaks MCP on stdout
  const quiet = script.replace(/^(node .*)$/gm, '$1 >&2');
  await client.connect(
    new StdioClientTransport({
      command: 'sh',
      args: ['-euc', quiet],
      cwd: directory,
      env: environment,
      stderr: 'ignore',
    }),
  );
  const ask = async (sql: string) =>
    (await client.callTool({ name: 'run_query', arguments: { sql } })).structuredContent;
  expect(await ask('SELECT * FROM users')).toMatchObject({ rows: [{ id: 1, name: 'Ada' }] });
  expect(await ask('SELECT * FROM hr.salaries')).toMatchObject({ error: { code: 'NAME_NOT_AVAILABLE' } });
  await client.close();
  expect(readFileSync(join(directory, 'mine/policies/default.csv'), 'utf8')).toContain(
    'p, reader, *, public.*, select, allow',
  );
});
