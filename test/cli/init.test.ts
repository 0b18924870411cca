/** `pgwarden init`: what it writes is what the other commands start with, and nothing that exists is touched. */

import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { entry } from '../support/product.ts';
import { chatOverStdio, runCli } from './run-cli.ts';

async function emptyDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'pgwarden init '));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

const direct = [
  '--hostname',
  'db.internal',
  '--database',
  'Shop',
  '--user',
  'broker',
  '--password-env',
  'SHOP_PASSWORD',
];

test('what it writes passes check, and the snippet names the file and the variable', async () => {
  const directory = await emptyDirectory();
  const { code, stdout } = await runCli(['init', ...direct, '--schema', 'public'], {}, directory);
  expect(code).toBe(0);
  const snippet = JSON.parse(stdout.slice(stdout.indexOf('{\n')));
  expect(snippet).toEqual({
    mcpServers: {
      pgwarden: {
        command: process.execPath,
        args: [entry, 'serve', '--config', join(directory, 'config.yaml')],
        env: { SHOP_PASSWORD: '…' },
      },
    },
  });
  const checked = await runCli(['check'], {}, directory);
  expect(checked).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('1 database, 0 warnings') });
});

test('a password may lie in a file, and the line for Claude Code is one a shell reads', async () => {
  const directory = await emptyDirectory();
  const flags = ['--hostname', 'db.internal', '--database', 'shop', '--user', 'broker', '--password-file', 'secret'];
  const { stdout } = await runCli(['init', ...flags], {}, directory);
  expect(await readFile(join(directory, 'config.yaml'), 'utf8')).toContain('password:\n      file: secret');
  const line = /^ {2}claude mcp add (.*)$/m.exec(stdout)?.[1] ?? '';
  const words = execFileSync('sh', ['-c', `printf '%s\\n' ${line}`], { encoding: 'utf8' })
    .trim()
    .split('\n');
  expect(words).toEqual([
    'pgwarden',
    '--',
    process.execPath,
    entry,
    'serve',
    '--config',
    join(directory, 'config.yaml'),
  ]);
});

test('a server starts with it and answers', async () => {
  const directory = await emptyDirectory();
  const made = await runCli(['init', '--type', 'embedded', '--schema', 'public'], {}, directory);
  expect(made.code).toBe(0);
  const list = { method: 'tools/call', params: { name: 'list_databases', arguments: {} } };
  const { answers } = await chatOverStdio(['--config', join(directory, 'config.yaml')], {}, [list]);
  expect(answers.at(-1)).toMatchObject({
    result: { structuredContent: { databases: [{ id: 'sample', type: 'embedded' }] } },
  });
});

test('a file that exists is not touched', async () => {
  const directory = await emptyDirectory();
  await writeFile(join(directory, 'config.yaml'), 'mine');
  const { code, stderr } = await runCli(['init', '--type', 'embedded'], {}, directory);
  expect(code).toBe(1);
  expect(stderr).toContain('exists already');
  expect(await readFile(join(directory, 'config.yaml'), 'utf8')).toBe('mine');
});

test('an example’s policy is neither opened nor taken for the new database’s: a directory of its own is', async () => {
  const directory = await emptyDirectory();
  await mkdir(join(directory, 'policies'));
  await writeFile(join(directory, 'policies/default.csv'), 'p, x, *, public.t, select, allow\n');
  const embedded = ['init', '--type', 'embedded', '--schema', 'public'];
  const refused = await runCli(embedded, {}, directory);
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('--config mine/config.yaml') });
  await expect(readFile(join(directory, 'config.yaml'))).rejects.toThrow(/ENOENT/);
  expect(await runCli([...embedded, '--config', 'mine/config.yaml'], {}, directory)).toMatchObject({ code: 0 });
  expect(await readFile(join(directory, 'mine/policies/default.csv'), 'utf8')).toContain('public.*, select, allow');
});

test.each([
  [['init'], '--database is missing'],
  [['init', ...direct, '--port', 'x'], 'databases.shop.port'],
  [['init', ...direct, '--id', 'Not Good'], 'must be 1 to 63 of a-z'],
])('%j is refused without a terminal, and leaves no file behind', async (args, told) => {
  const directory = await emptyDirectory();
  const { code, stderr } = await runCli(args, {}, directory);
  expect(code).toBe(2);
  expect(stderr).toContain(told);
  await expect(readFile(join(directory, 'config.yaml'))).rejects.toThrow(/ENOENT/);
});

/** A terminal of its own comes from `script` (util-linux); elsewhere the questions are not asked. */
test.skipIf(!existsSync('/usr/bin/script'))(
  'on a terminal it asks, and what is answered with Enter is what it suggested',
  async () => {
    const directory = await emptyDirectory();
    const command = `'${process.execPath}' '${entry}' init`;
    const terminal = spawn('/usr/bin/script', ['-qec', command, '/dev/null'], { cwd: directory });
    const answers = new Map([
      ['Name of the database', 'Shop'],
      ['Id for callers [shop]', ''],
      ['Host name of the server [localhost]', ''],
      ['Role to sign in with', 'broker'],
      ['[SHOP_PASSWORD]', ''],
      ['Schemas readers may read', 'public, sales'],
    ]);
    let screen = '';
    terminal.stdout.on('data', (chunk: Buffer) => {
      screen += chunk.toString();
      for (const [question, answer] of answers) {
        if (!screen.includes(question)) continue;
        answers.delete(question);
        terminal.stdin.write(`${answer}\n`);
      }
    });
    expect(await new Promise((ended) => terminal.once('close', ended))).toBe(0);
    expect(await readFile(join(directory, 'config.yaml'), 'utf8')).toMatch(
      /shop:\n {4}type: direct_postgres\n {4}hostname: localhost\n {4}port: 5432\n {4}database: Shop\n {4}ssl: disable\n/,
    );
    const policy = await readFile(join(directory, 'policies/default.csv'), 'utf8');
    expect(policy).toContain('p, reader, *, public.*, select, allow\np, reader, *, sales.*, select, allow\n');
    expect(screen).toContain('Its connection is not encrypted (ssl: disable).');
  },
);
