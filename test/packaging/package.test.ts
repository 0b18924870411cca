/** The tarball of `npm pack` in an empty directory: it holds what it needs and nothing of ours, and runs. */

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Installed, installPacked, root } from './installed.ts';

let installed: Installed;
beforeAll(async () => {
  installed = await installPacked();
});
afterAll(() => installed.remove());

const read = (name: string) => readFileSync(join(root, name), 'utf8');
const environment = () => ({
  PATH: process.env['PATH'] ?? '',
  HOME: installed.directory,
  npm_config_update_notifier: 'false',
});

function command(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(installed.bin, args, {
    cwd: installed.directory,
    env: environment(),
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

test('it holds the product, its documents and its bill of materials, and no log, source, test or map', () => {
  const needed = [
    ...['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'SECURITY.md', 'server.json', 'config.schema.json'],
    ...['config.example.yaml', 'docs/tools.md', 'policies/README.md', 'policies/orders.csv', 'audit/verify.sh'],
    ...['dist/main.js', 'dist/sql-reader.js', 'dist/config-reader.js', 'dist/embedded-worker.js'],
    ...[
      'dist/embedded-template.tar.gz',
      'dist/built-in-facts.br',
      'dist/sbom.cdx.json',
      'dist/third-party-licences.txt',
    ],
  ];
  expect(needed.filter((name) => !installed.files.includes(name))).toEqual([]);
  const allowed = /^(dist|docs|policies|audit|deploy)(\/|$)|^(src(\/README\.md)?|[A-Za-z.]+\.(md|json|yaml)|LICENSE)$/;
  expect(installed.files.filter((name) => !allowed.test(name) || /audit\/log|\.(ts|map)$/.test(name))).toEqual([]);
});

test('every file that a file of the bundle loads is there', () => {
  const dist = join(installed.directory, 'node_modules/pgwarden/dist');
  const scripts = installed.files.filter((name) => /^dist\/.*\.js$/.test(name));
  const missing = scripts.flatMap((name) =>
    [...readFileSync(join(dist, '..', name), 'utf8').matchAll(/(?:from|import)\s*\(?"(\.[^"]+\.js)"/g)]
      .map(([, target]) => join(dist, '..', name, '..', target ?? ''))
      .filter((target) => !existsSync(target))
      .map((target) => `${name} → ${target}`),
  );
  expect(scripts.length).toBeGreaterThan(50);
  expect(missing).toEqual([]);
});

test('npx runs it', () => {
  const said = execFileSync('npx', ['--no-install', 'pgwarden', '--version'], {
    cwd: installed.directory,
    env: environment(),
    encoding: 'utf8',
  });
  expect(said.trim()).toBe(JSON.parse(read('package.json')).version);
});

test('the tour of the demo keeps every promise: parser, embedded PostgreSQL, policies, HTTP and audit log are found', () => {
  const { status, stdout, stderr } = command('demo', '--once');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toContain('Every promise was kept.');
});

test('a server set up by init answers, reads its configuration again when it changes, and its log becomes evidence', async () => {
  expect(command('init', '--type', 'embedded', '--schema', 'public')).toMatchObject({ status: 0, stderr: '' });
  const client = new Client({ name: 'newcomer', version: '1' });
  const changed = new Promise<void>((resolve) => {
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => resolve());
  });
  const { directory, bin } = installed;
  await client.connect(
    new StdioClientTransport({ command: bin, cwd: directory, env: environment(), stderr: 'ignore' }),
  );
  const answer = await client.callTool({ name: 'run_query', arguments: { sql: 'SELECT 40 + 2 AS answer' } });
  expect(answer.structuredContent).toMatchObject({ rows: [{ answer: 42 }] });
  await appendFile(join(directory, 'config.yaml'), '  second:\n    type: embedded\n');
  await changed; // the worker that reads configurations was found
  await client.close();
  expect(command('audit', 'bundle', '--out', 'evidence')).toMatchObject({ status: 0 });
  expect(readFileSync(join(directory, 'evidence/verify.sh'), 'utf8')).toBe(read('audit/verify.sh'));
});
