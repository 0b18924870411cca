/** The built product as a user runs it: a configuration in a directory of its own, and `dist/main.js` as a child process. */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort } from './cluster.ts';
import type { ServerAddress } from './postgres.ts';

export const entry = resolve(import.meta.dirname, '../../dist/main.js');

export interface Workspace {
  readonly directory: string;
  readonly config: string;
  readonly auditDirectory: string;
  readonly remove: () => Promise<void>;
}

export interface WorkspaceOptions {
  /** The whole `config.yaml`. */
  readonly config: string;
  /** File name under `policies/` → text. */
  readonly policies?: Readonly<Record<string, string>>;
}

/** A temporary directory with a configuration, policies and room for the audit log. */
export async function workspace(options: WorkspaceOptions): Promise<Workspace> {
  const directory = await mkdtemp(join(tmpdir(), 'pgwarden test '));
  const config = join(directory, 'config.yaml');
  await mkdir(join(directory, 'policies'));
  await writeFile(config, options.config);
  for (const [name, text] of Object.entries(options.policies ?? {}))
    await writeFile(join(directory, 'policies', name), text);
  return {
    directory,
    config,
    auditDirectory: join(directory, 'audit/log'),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

/** YAML of one `direct_postgres` database on a test server; its password comes from `passwordVariable`. */
export function directDatabase(
  id: string,
  server: ServerAddress & { readonly database: string },
  more: readonly string[] = [],
): string {
  return [
    `  ${id}:`,
    '    type: direct_postgres',
    `    hostname: ${server.host}`,
    `    port: ${server.port}`,
    `    database: ${server.database}`,
    `    user: ${server.user}`,
    `    password: { env: ${passwordVariable} }`,
    '    ssl: disable',
    ...more.map((line) => `    ${line}`),
  ].join('\n');
}

export const passwordVariable = 'PGWARDEN_TEST_PASSWORD';

export interface RunningServer {
  readonly port: number;
  readonly url: string;
  readonly process: ChildProcess;
  readonly stderr: () => string;
  /** Ends it as an operator would and resolves with its exit code. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | null>;
}

/** Starts `pgwarden serve` over streamable HTTP on a free port and waits until it is ready. */
export async function startServer(
  config: string,
  env: Readonly<Record<string, string>> = {},
  args: readonly string[] = [],
  program = entry,
): Promise<RunningServer> {
  const port = await freePort();
  const child = spawn(
    process.execPath,
    [program, 'serve', '--config', config, '--transport', 'streamable-http', '--listen', `127.0.0.1:${port}`, ...args],
    {
      env: { PATH: process.env['PATH'] ?? '', HOME: tmpdir(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(-20_000);
  });
  child.stdout.resume();
  const exited = new Promise<number | null>((done) => child.once('exit', (code) => done(code)));
  const url = `http://127.0.0.1:${port}`;
  await untilReady(url, exited, () => stderr);
  return {
    port,
    url: `${url}/mcp`,
    process: child,
    stderr: () => stderr,
    stop: (signal = 'SIGTERM') => {
      child.kill(signal);
      return exited;
    },
  };
}

async function untilReady(url: string, exited: Promise<number | null>, stderr: () => string): Promise<void> {
  let ended = false;
  void exited.then(() => {
    ended = true;
  });
  for (let attempt = 0; attempt < 400; attempt++) {
    if (ended) throw new Error(`pgwarden ended before it was ready: ${stderr()}`);
    const answer = await fetch(`${url}/readyz`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((later) => setTimeout(later, 25)); // there is no event for "a port is open"
  }
  throw new Error(`pgwarden was not ready in time: ${stderr()}`);
}
