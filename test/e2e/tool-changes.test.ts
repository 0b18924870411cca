/** A policy that gives or takes a right changes the list of tools, and clients of the current revision hear of it from the shipped product. */

import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, StreamableHTTPClientTransport, type Transport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { expect, onTestFinished, test } from 'vitest';
import { directDatabase, entry, passwordVariable, startServer, type Workspace, workspace } from '../support/product.ts';

const reading = 'p, analyst, *, public.*, select, allow\n';
const writing = `${reading}p, analyst, *, public.orders, insert, allow\n`;
/** Nobody connects to it: what may be done there is known without. */
const nowhere = { host: '127.0.0.1', port: 1, user: 'broker', password: '', database: 'orders' };
const env = { PATH: process.env['PATH'] ?? '', HOME: tmpdir(), [passwordVariable]: 'unused' };

async function overHttp({ config }: Workspace): Promise<Transport> {
  const server = await startServer(config, env);
  onTestFinished(async () => {
    expect(await server.stop()).toBe(0);
  });
  return new StreamableHTTPClientTransport(new URL(server.url));
}

async function overStdio({ config }: Workspace): Promise<Transport> {
  const args = [entry, 'serve', '--config', config];
  return new StdioClientTransport({ command: process.execPath, args, env, stderr: 'ignore' });
}

test.each([
  { way: 'HTTP', connect: overHttp },
  { way: 'stdio', connect: overStdio },
])(
  'over $way a tool appears when a rule allows it and goes when the rule goes, and the client hears of both',
  async ({ connect }) => {
    const place = await workspace({
      config: `server: { auth: { mode: none, principal: alice, roles: [analyst] } }
stdio: { principal: alice, roles: [analyst] }
databases:\n${directDatabase('orders', nowhere, ['readonly: false'])}\n`,
      policies: { 'default.csv': reading },
    });
    onTestFinished(place.remove);
    const lists: boolean[] = [];
    const onChanged = (_error: Error | null, tools: readonly { name: string }[] | null) =>
      void lists.push(tools?.some(({ name }) => name === 'execute_statement') ?? false);
    const client = new Client(
      { name: 'listener', version: '1' },
      { versionNegotiation: { mode: { pin: '2026-07-28' } }, listChanged: { tools: { onChanged } } },
    );
    await client.connect(await connect(place));
    onTestFinished(() => client.close());
    expect(client.autoOpenedSubscription?.honoredFilter).toEqual({ toolsListChanged: true });
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).not.toContain('execute_statement');
    const policy = join(place.directory, 'policies/default.csv');
    await writeFile(policy, writing);
    await expect.poll(() => lists, { timeout: 10_000 }).toEqual([true]);
    await writeFile(policy, reading);
    await expect.poll(() => lists, { timeout: 10_000 }).toEqual([true, false]);
  },
);
