/** docs/quick-start.md, followed to the letter: its steps on a real database, then each client's snippet with a real MCP client. */

import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client, StreamableHTTPClientTransport as CurrentHttpTransport } from '@modelcontextprotocol/client';
import { Client as Client2025 } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { freePort } from '../support/cluster.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { codeBlocks, root } from './pages.ts';

const blocks = codeBlocks('docs/quick-start.md');
const under = (heading: string, language: string) =>
  blocks.filter((block) => block.heading === heading && block.language === language).map(({ text }) => text);

let database: TestDatabase;
let directory: string;
let server: ChildProcess | undefined;
let port: number;

/** The page's paths are this checkout and the directory of the newcomer; the database's address is the test's. */
const here = (text: string) =>
  text
    .replaceAll('/path/to/pgwarden', root)
    .replaceAll('/path/to/config.yaml', join(directory, 'mine/config.yaml'))
    .replaceAll('127.0.0.1:8000', `127.0.0.1:${port}`)
    .replace('--hostname db.internal', `--hostname ${database.host} --port ${database.port} --ssl disable`)
    .replace('--database orders --user broker', `--database ${database.database} --id orders --user ${database.user}`);

const shell = (script: string, input = '') =>
  execFileSync('sh', ['-euc', script], { cwd: directory, input, encoding: 'utf8', env: environment() });
const environment = () => ({ PATH: process.env['PATH'] ?? '', HOME: directory });

beforeAll(async () => {
  database = await testDatabase({
    seed: "CREATE TABLE users (id int, name text); INSERT INTO users VALUES (1, 'Ada')",
  });
  directory = await mkdtemp(join(tmpdir(), 'pgwarden quick start '));
  await symlink(join(root, 'dist'), join(directory, 'dist')); // the checkout, built, with its example policies
  await cp(join(root, 'policies'), join(directory, 'policies'), { recursive: true });
  port = await freePort();
  const [steps = ''] = under('Your database', 'sh');
  expect(shell(here(steps), database.password)).toContain('1 database, 0 warnings');
});
afterAll(async () => {
  server?.kill();
  await rm(directory, { recursive: true, force: true });
  await database.drop();
});

interface Launch {
  readonly command: string;
  readonly args: readonly string[];
}

async function askOverStdio({ command, args }: Launch): Promise<unknown> {
  const client = new Client2025({ name: 'newcomer', version: '1' });
  // as desktop clients do: in a directory of their own, with few variables
  await client.connect(
    new StdioClientTransport({ command, args: [...args], cwd: '/', env: environment(), stderr: 'ignore' }),
  );
  const answer = await client.callTool({ name: 'run_query', arguments: { sql: 'SELECT * FROM users' } });
  await client.close();
  return answer.structuredContent;
}

const ada = { rows: [{ id: 1, name: 'Ada' }] };
const entrySchema = z.object({ command: z.string(), args: z.array(z.string()) });

describe('over stdio', () => {
  test('Claude Code: what stands behind -- is started', async () => {
    const [line = ''] = under('Claude Code', 'sh');
    const [, launch = ''] = line.trim().split(' -- ');
    const [command = '', ...args] = launch.split(' ').map(here); // the paths may hold spaces, the page's words do not
    expect(await askOverStdio({ command, args })).toMatchObject(ada);
  });

  test.each(['Claude Desktop', 'Cursor', 'Amazon Q'])('%s: mcpServers', async (client) => {
    const [text = ''] = under(client, 'json');
    const { mcpServers } = z.object({ mcpServers: z.object({ pgwarden: entrySchema }) }).parse(JSON.parse(here(text)));
    expect(await askOverStdio(mcpServers.pgwarden)).toMatchObject(ada);
  });

  test('VS Code: servers, with the type', async () => {
    const [text = ''] = under('VS Code', 'json');
    const entry = entrySchema.extend({ type: z.literal('stdio') });
    const { servers } = z.object({ servers: z.object({ pgwarden: entry }) }).parse(JSON.parse(here(text)));
    expect(await askOverStdio(servers.pgwarden)).toMatchObject(ada);
  });
});

describe('over HTTP', () => {
  const heading = 'Anything over HTTP';

  beforeAll(async () => {
    const [serve = '', curl] = under(heading, 'sh');
    expect(curl).toContain('curl');
    const child = spawn('sh', ['-c', here(serve).replace(/^node /m, 'exec node ')], {
      cwd: directory,
      env: environment(),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    server = child;
    await new Promise<void>((ready, failed) => {
      child.stderr.on('data', (chunk: Buffer) => /"ready"/.test(chunk.toString()) && ready());
      child.once('exit', () => failed(new Error('The server ended.')));
    });
  });

  const address = () => {
    const [text = ''] = under(heading, 'json');
    const entry = z.object({ type: z.literal('http'), url: z.url() });
    const { mcpServers } = z.object({ mcpServers: z.object({ pgwarden: entry }) }).parse(JSON.parse(here(text)));
    return new URL(mcpServers.pgwarden.url);
  };
  const query = { name: 'run_query', arguments: { sql: 'SELECT * FROM users' } };

  test('a client of a 2025 revision', async () => {
    const client = new Client2025({ name: 'newcomer', version: '1' });
    await client.connect(new StreamableHTTPClientTransport(address()));
    expect((await client.callTool(query)).structuredContent).toMatchObject(ada);
    await client.close();
  });

  test('a client of the current revision', async () => {
    const client = new Client({ name: 'newcomer', version: '1' }, { versionNegotiation: { mode: 'auto' } });
    await client.connect(new CurrentHttpTransport(address()));
    expect((await client.callTool(query)).structuredContent).toMatchObject(ada);
    await client.close();
  });

  test('curl', async () => {
    const [, curl = ''] = under(heading, 'sh');
    const { stdout } = await promisify(execFile)('sh', ['-euc', here(curl)], { env: environment() });
    const answer = stdout.replace(/^[^{]*data: /s, '');
    expect(JSON.parse(answer)).toMatchObject({ result: { structuredContent: { rows: [{ count: 1 }] } } });
  });
});

test('and every call stands in the log, which verifies', () => {
  const [what = ''] = under('What happened', 'sh');
  const said = shell(what);
  expect(said).toContain('run_query');
  expect(said).toMatch(/records verified|intact/);
});
