/** MCP over stdio with real clients and a real child process, and how it ends. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { Client as ModernClient } from '@modelcontextprotocol/client';
import { StdioClientTransport as ModernTransport } from '@modelcontextprotocol/client/stdio';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { describe, expect, test, vi } from 'vitest';
import { initialize, rpc } from './raw.ts';

const script = resolve(import.meta.dirname, 'stdio-server.ts');
const command = { command: process.execPath, args: ['--import', 'tsx', script], stderr: 'pipe' as const };

async function modern() {
  const client = new ModernClient({ name: 'modern', version: '2' }, { versionNegotiation: { mode: 'auto' } });
  await client.connect(new ModernTransport(command));
  return client;
}

async function older() {
  const client = new Client({ name: 'older', version: '1' });
  await client.connect(new StdioClientTransport(command));
  return client;
}

describe.each([
  { era: '2026', connect: modern },
  { era: '2025', connect: older },
])('a client of $era', ({ connect }) => {
  test('lists and calls', async () => {
    const client = await connect();
    const { tools } = await client.listTools();
    expect(tools[0]?.name).toBe('run_query');
    const answer = await client.callTool({ name: 'run_query', arguments: { sql: 'select 1 as one' } });
    expect(answer).toMatchObject({ content: [{ type: 'text', text: '[{"one":1}]' }] });
    await client.close();
  });
});

/** The child with everything it writes. */
function start(...more: string[]) {
  const child = spawn(process.execPath, [...command.args, ...more], { stdio: 'pipe' });
  const written = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    written.out += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    written.err += chunk.toString();
  });
  return { child, written, exit: once(child, 'exit').then(([code]) => code) };
}

const call = rpc('tools/call', { name: 'run_query', arguments: { sql: 'select 1' } }, 2);

test('stdout carries messages alone, one a line', async () => {
  const { child, written, exit } = start();
  child.stdin.write(`${initialize}\n${call}\nthis is no JSON\n`);
  await vi.waitFor(() => expect(written.out.split('\n')).toHaveLength(3), { timeout: 20_000 });
  child.stdin.end();
  expect(await exit).toBe(0);
  const lines = written.out.trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line).jsonrpc)).toEqual(['2.0', '2.0']);
  expect(written.err).toContain('closed stdio alice stdio');
});

test('when stdin ends, what runs is stopped, its record awaited, and the process ends by itself', async () => {
  const { child, written, exit } = start('--slow');
  child.stdin.write(`${initialize}\n${call}\n`);
  await vi.waitFor(() => expect(written.err).toContain('running'), { timeout: 20_000 });
  child.stdin.end();
  expect(await exit).toBe(0);
  expect(written.err).toMatch(/running\nrecorded\nclosed/);
});

test('when the reader of stdout is gone, the process ends too', async () => {
  const { child, written, exit } = start();
  child.stdin.write(`${initialize}\n`);
  await vi.waitFor(() => expect(written.out).toContain('protocolVersion'), { timeout: 20_000 });
  child.stdout.destroy();
  child.stdin.write(`${call}\n`);
  expect(await exit).toBe(0);
});
