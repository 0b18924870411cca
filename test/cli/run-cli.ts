/** Runs the built command line as a child process. */

import { execFile, spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { entry } from '../support/product.ts';

export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const environment = (more: Readonly<Record<string, string>>) => ({
  PATH: process.env['PATH'] ?? '',
  HOME: tmpdir(),
  ...more,
});

/** Never rejects for an exit code. stdin is empty, so a server over stdio ends by itself. */
export function runCli(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  cwd = tmpdir(),
): Promise<CliResult> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [entry, ...args],
      { env: environment(env), cwd },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
        resolve({ code, stdout, stderr });
      },
    );
    child.stdin?.end();
  });
}

export interface Chat {
  readonly answers: readonly Readonly<Record<string, unknown>>[];
  readonly stdoutLines: readonly string[];
  readonly stderr: string;
  readonly code: number | null;
}

/** Sends `initialize` and then each request over stdio, waits for every answer, closes stdin and waits for the end. */
export function chatOverStdio(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  requests: readonly { readonly method: string; readonly params: unknown }[],
): Promise<Chat> {
  const child = spawn(process.execPath, [entry, ...args], { env: environment(env), cwd: tmpdir() });
  const clientInfo = { name: 'test', version: '1' };
  const initialize = { method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo } };
  for (const [id, request] of [initialize, ...requests].entries()) {
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, ...request })}\n`);
    if (id === 0) child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })}\n`);
  }
  let stdout = '';
  let stderr = '';
  const lines = () => stdout.split('\n').filter(Boolean);
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    if (lines().length > requests.length) child.stdin.end();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  return new Promise((resolve) => {
    child.once('close', (code) => {
      resolve({
        answers: lines().map((line): Record<string, unknown> => JSON.parse(line)),
        stdoutLines: lines(),
        stderr,
        code,
      });
    });
  });
}
