/** `pgwarden demo`: what a newcomer runs first must keep every promise it makes. */

import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { entry } from '../support/product.ts';
import { type CliResult, runCli } from './run-cli.ts';

let temporary: string;
beforeAll(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'pgwarden demo test '));
});
afterAll(() => rm(temporary, { recursive: true, force: true }));

describe('the tour', () => {
  let tour: CliResult;
  beforeAll(async () => {
    tour = await runCli(['demo', '--once'], { TMPDIR: temporary });
  });

  test('keeps every promise and exits 0', () => {
    expect(tour.stdout).not.toContain('NOT AS PROMISED');
    expect(tour.stdout).toContain('Every promise was kept.');
    expect({ code: tour.code, stderr: tour.stderr }).toEqual({ code: 0, stderr: '' });
  });

  test.each([
    'STATEMENT_NOT_READ_ONLY',
    'STATEMENT_MULTIPLE',
    'NAME_NOT_AVAILABLE',
    'FUNCTION_FORBIDDEN',
    'POLICY_DENIED',
  ])('shows a call refused with %s, and its record', (code) => {
    const lines = tour.stdout.split('\n');
    const shown = lines.findIndex((line) => line.startsWith(`   ${code}  `));
    expect(shown).toBeGreaterThan(0);
    expect(lines[shown + 1]).toMatch(new RegExp(`^ {3}audit .* DENY ${code} `));
  });

  test('shows both records of a call that ran, and verifies the whole log', () => {
    expect(tour.stdout).toMatch(/ALLOW {2}ana {2}run_query.*\n.*OK {2}5 rows/);
    expect(tour.stdout).toMatch(/✓ \d+ records verified/);
  });

  test('writes no colour where nobody sees it, and keeps nothing', () => {
    expect(tour.stdout).not.toContain('\u001b');
    expect(readdirSync(temporary).filter((name) => name.startsWith('pgwarden-demo'))).toEqual([]);
  });
});

describe('the tour over the RDS Data API', () => {
  let tour: CliResult;
  beforeAll(async () => {
    // keys of whoever runs it: nothing may be signed with them
    const own = { AWS_PROFILE: 'production', AWS_ACCESS_KEY_ID: 'AKIAOWN', AWS_SECRET_ACCESS_KEY: 'own' };
    tour = await runCli(['demo', '--rds', '--once'], { TMPDIR: temporary, ...own });
  });

  test('keeps every promise and exits 0', () => {
    expect(tour.stdout).not.toContain('NOT AS PROMISED');
    expect(tour.stdout).toContain('Every promise was kept.');
    expect({ code: tour.code, stderr: tour.stderr }).toEqual({ code: 0, stderr: '' });
  });

  test('shows what the service was asked, each request verified with the demo’s own key', () => {
    expect(tour.stdout).toMatch(
      /BeginTransaction +\d+\n +ExecuteStatement +\d+\n +RollbackTransaction +\d+\n +✓ Every request/,
    );
    expect(tour.stdout).toMatch(/^ +shop +Orders and customers +rds_data_api /m);
  });

  test('keeps nothing', () => {
    expect(readdirSync(temporary).filter((name) => name.startsWith('pgwarden-demo'))).toEqual([]);
  });
});

test('over stdio it answers as ana', async () => {
  const client = new Client({ name: 'newcomer', version: '1' });
  const env = { PATH: process.env['PATH'] ?? '', TMPDIR: temporary };
  const args = [entry, 'demo', '--transport', 'stdio'];
  await client.connect(new StdioClientTransport({ command: process.execPath, args, env, stderr: 'ignore' }));
  const { structuredContent } = await client.callTool({ name: 'list_databases', arguments: {} });
  expect(structuredContent).toMatchObject({ databases: [{ id: 'shop' }] });
  await client.close();
});

test.each([
  { args: ['demo', '--transport', 'sse'], says: 'streamable-http or stdio' },
  { args: ['demo', '--once', '--transport', 'stdio'], says: 'leave out --transport' },
])('$args is a usage error', async ({ args, says }) => {
  const { code, stderr } = await runCli(args);
  expect(code).toBe(2);
  expect(stderr).toContain(says);
});
