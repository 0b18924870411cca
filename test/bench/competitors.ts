/** Other servers for the same job, installed from npm beside the project, never among its dependencies. */

import { execFile, spawn } from 'node:child_process';
import { access, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../support/cluster.ts';
import type { Address, Contender, Crowd } from './contender.ts';
import { type McpCaller, mcpCaller } from './mcp-caller.ts';

const run = promisify(execFile);
const home = resolve(import.meta.dirname, '../../.cache/bench-competitors');

/** What the figures were taken with; a newer one is another comparison. */
const versions = { '@toolbox-sdk/server': '1.12.0', '@bytebase/dbhub': '1.4.0' } as const;
type Package = keyof typeof versions;

interface Entry {
  readonly label: string;
  readonly command: readonly string[];
}

const entries: Readonly<Record<Package, Entry>> = {
  '@toolbox-sdk/server': {
    label: 'MCP Toolbox',
    command: [join(home, `node_modules/@toolbox-sdk/server-${process.platform}-${process.arch}/bin/toolbox`)],
  },
  '@bytebase/dbhub': {
    label: 'DBHub',
    command: [process.execPath, join(home, 'node_modules/@bytebase/dbhub/dist/index.js')],
  },
};

async function isInstalled(name: Package): Promise<boolean> {
  const text = await readFile(join(home, 'node_modules', name, 'package.json'), 'utf8').catch(() => '{}');
  return text.includes(`"version": "${versions[name]}"`);
}

/** Installs what is missing. What cannot be had is said aloud and left out of the run. */
export async function installCompetitors(): Promise<readonly Package[]> {
  const had: Package[] = [];
  await mkdir(home, { recursive: true });
  for (const name of ['@toolbox-sdk/server', '@bytebase/dbhub'] as const) {
    try {
      if (!(await isInstalled(name)))
        await run('npm', [
          'install',
          '--prefix',
          home,
          '--no-audit',
          '--no-fund',
          '--ignore-scripts',
          `${name}@${versions[name]}`,
        ]);
      await access(entries[name].command.at(-1) ?? '');
      had.push(name);
    } catch (error) {
      const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
      process.stdout.write(`\n*** ${entries[name].label} COULD NOT BE INSTALLED: ITS ROWS ARE MISSING (${why}) ***\n`);
    }
  }
  return had;
}

export async function competitor(name: Package, address: Address, crowd: Crowd): Promise<Contender> {
  return name === '@toolbox-sdk/server' ? toolbox(address, crowd) : dbhub(address, crowd);
}

/** Its pool is as large as everyone's; the point query is a prepared tool of its own, the fastest it offers. */
async function toolbox(address: Address, { callers }: Crowd): Promise<Contender> {
  const config = `sources:
  bench:
    kind: postgres
    host: ${address.host}
    port: ${address.port}
    database: ${address.database}
    user: ${address.user}
    password: ${address.password}
    queryParams:
      sslmode: disable
      pool_max_conns: "${callers}"
tools:
  point:
    kind: postgres-sql
    source: bench
    description: one order
    statement: SELECT id, customer_id, total FROM public.orders WHERE id = $1
    parameters:
      - { name: id, type: integer, description: its number }
  text:
    kind: postgres-execute-sql
    source: bench
    description: any statement
`;
  return served('@toolbox-sdk/server', callers, {
    file: 'tools.yaml',
    config,
    args: (file, port) => [
      '--config',
      file,
      '--port',
      String(port),
      '--log-level',
      'ERROR',
      '--disable-reload',
      '--disable-version-check',
    ],
    async call(client, { kind, sql, values }) {
      if (kind === 'point') await client.call('point', { id: values[0] });
      else await client.call('text', { sql: inlined(sql, values) });
    },
  });
}

async function dbhub(address: Address, { callers }: Crowd): Promise<Contender> {
  const { user, password, host, port, database } = address;
  const config = `[[sources]]
id = "bench"
dsn = "postgres://${user}:${encodeURIComponent(password)}@${host}:${port}/${database}?sslmode=disable"

[[tools]]
name = "execute_sql"
source = "bench"
readonly = true
max_rows = 100000
`;
  return served('@bytebase/dbhub', callers, {
    file: 'dbhub.toml',
    config,
    args: (file, at) => ['--transport', 'http', '--port', String(at), '--config', file],
    async call(client, { sql, values }) {
      await client.call('execute_sql', { sql: inlined(sql, values) });
    },
  });
}

/** For tools that take no parameters. */
const inlined = (sql: string, values: readonly number[]) =>
  sql.replace(/\$(\d+)/g, (_, n) => String(values[Number(n) - 1]));

interface Served {
  readonly file: string;
  readonly config: string;
  readonly args: (file: string, port: number) => readonly string[];
  readonly call: (client: McpCaller, statement: Parameters<Contender['call']>[1]) => Promise<void>;
}

async function served(name: Package, callers: number, { file, config, args, call }: Served): Promise<Contender> {
  const { label, command } = entries[name];
  const directory = await mkdtemp(join(tmpdir(), 'pgwarden bench '));
  const path = join(directory, file);
  await writeFile(path, config);
  const port = await freePort();
  const [program = '', ...first] = command;
  const child = spawn(program, [...first, ...args(path, port)], { cwd: directory, stdio: 'ignore' });
  const clients = await connect(port, callers, () => child.exitCode !== null);
  return {
    name: `${label} ${versions[name]}`,
    pid: child.pid ?? 0,
    call: async (caller, statement) => {
      const client = clients[caller];
      if (client !== undefined) await call(client, statement);
    },
    async close() {
      for (const client of clients) client.close();
      child.kill();
      await new Promise((done) => (child.exitCode === null ? child.once('exit', done) : done(0)));
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function connect(port: number, callers: number, hasEnded: () => boolean): Promise<McpCaller[]> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await Promise.all(Array.from({ length: callers }, () => mcpCaller({ port })));
    } catch (error) {
      if (hasEnded() || attempt === 200) throw error;
      await new Promise((later) => setTimeout(later, 50)); // there is no event for "a port is open"
    }
  }
}
