/** The README, followed to the letter: its five steps bring a newcomer to an answered query on a database of their own. */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { expect, onTestFinished, test } from 'vitest';
import { testDatabase } from '../support/postgres.ts';
import { entry } from '../support/product.ts';

const root = resolve(import.meta.dirname, '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const scripts: Record<string, string> = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts;

/** The shell blocks of the README, one after the other. */
const blocks = [...readme.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, body]) => body ?? '');
const steps = blocks.find((block) => block.includes('policy init')) ?? '';

test('every npm script it names exists', () => {
  const named = [...readme.matchAll(/npm (?:run (\w+)|(test))/g)].map(([, script, plain]) => script ?? plain ?? '');
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});

test('every file it links to exists', () => {
  const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, path]) => path ?? '');
  expect(links.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

test('its steps lead from nothing to an answered query', async () => {
  const database = await testDatabase({
    seed: "CREATE TABLE public.users (id int, name text); INSERT INTO public.users VALUES (1, 'Ada')",
  });
  const directory = mkdtempSync(join(tmpdir(), 'pgwarden readme '));
  onTestFinished(async () => {
    rmSync(directory, { recursive: true, force: true });
    await database.drop();
  });
  const yaml = /<<'YAML'\n([\s\S]*?)^YAML$/m.exec(steps)?.[1] ?? '';
  const own = yaml
    .replace('db.internal', `${database.host}\n    port: ${database.port}\n    ssl: disable`)
    .replace('    database: orders', `    database: ${database.database}`)
    .replace('user: broker', `user: ${database.user}`);
  writeFileSync(join(directory, 'config.yaml'), own);
  const env = { PATH: process.env['PATH'] ?? '', HOME: directory, ORDERS_PASSWORD: database.password };

  const commands = [...steps.matchAll(/^node dist\/main\.js (.*?)(?:\s+#.*)?$/gm)].map(([, words]) =>
    (words ?? '').split(/\s+/),
  );
  expect(commands.map((words) => words[0])).toEqual(['policy', 'check', 'serve']);
  const [init, check, serve] = commands;
  for (const words of [init, check]) {
    const ran = spawnSync(process.execPath, [entry, ...(words ?? [])], { cwd: directory, env, encoding: 'utf8' });
    expect({ status: ran.status, stderr: ran.stderr }).toEqual({ status: 0, stderr: '' });
  }

  const policy = join(directory, 'policies/default.csv'); // the edit that the comment behind `policy init` asks for
  writeFileSync(policy, readFileSync(policy, 'utf8').replace('# p, reader, *, public.*,', 'p, reader, *, public.*,'));

  const client = new Client({ name: 'newcomer', version: '1' });
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [entry, ...(serve ?? [])],
      cwd: directory,
      env,
      stderr: 'ignore',
    }),
  );
  const answer = await client.callTool({ name: 'run_query', arguments: { sql: 'SELECT * FROM users' } });
  await client.close();
  expect(answer.structuredContent).toMatchObject({ rows: [{ id: 1, name: 'Ada' }] });
});
