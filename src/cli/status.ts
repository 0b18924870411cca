/** Asks a running server for its status and prints it, or has it stop a call. */

import { CommandError } from './command-error.ts';
import type { CommandDeps } from './deps.ts';

export interface StatusOptions {
  readonly config?: string;
  readonly json?: boolean;
}

/** Where the server of this configuration answers operators on this machine. */
async function adminUrl({ config: file }: StatusOptions, deps: CommandDeps): Promise<string> {
  const { server } = await deps.loadConfig(file);
  if (server.adminListen === undefined) {
    throw new CommandError(
      'the server of this configuration has no admin_listen.',
      2,
      'Write server: { admin_listen: 127.0.0.1:9090 }.',
    );
  }
  const { host, port } = server.adminListen;
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

async function ask(url: string, init?: RequestInit): Promise<unknown> {
  const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(5000) }).catch(() => undefined);
  if (answer === undefined) {
    throw new CommandError(
      `nobody answers at ${new URL(url).host}.`,
      1,
      'Is the server running with this configuration?',
    );
  }
  const body: unknown = await answer.json();
  if (answer.ok) return body;
  throw new CommandError(
    answer.status === 404 ? 'no call of that id is running.' : `the server answered ${answer.status}.`,
    1,
  );
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const records = (value: unknown) => (Array.isArray(value) ? value.filter(isRecord) : []);
const fields = (value: unknown) =>
  isRecord(value)
    ? Object.entries(value)
        .map(([name, field]) => `${name} ${String(field)}`)
        .join(', ')
    : '';

function auditLine(waiting: unknown, lag: unknown): string {
  const disk = `${String(waiting)} records wait for the disk`;
  if (lag === undefined) return disk;
  if (typeof lag !== 'number') return `${disk}, how far the copy elsewhere reaches is not known`;
  return `${disk}, the copy elsewhere is ${lag === 0 ? 'complete' : `${lag.toFixed(1)} s behind`}`;
}

/** What the server says of itself, the waiting change included. */
export async function askStatus(options: StatusOptions, deps: CommandDeps): Promise<unknown> {
  return ask(`${await adminUrl(options, deps)}/status`);
}

/** Posts to the running server on this machine. */
export async function post(
  path: string,
  options: StatusOptions,
  deps: CommandDeps,
  headers: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  return ask(`${await adminUrl(options, deps)}${path}`, { method: 'POST', headers });
}

export async function status(options: StatusOptions, deps: CommandDeps): Promise<void> {
  const { out } = deps.terminal;
  const found = await askStatus(options, deps);
  if (options.json === true || !isRecord(found)) {
    out(JSON.stringify(found, undefined, 2));
    return;
  }
  out(
    `pgwarden ${String(found['version'])}: ${String(found['databases'])} databases, connections: ${fields(found['connections'])}`,
  );
  const state = isRecord(found['configuration']) ? found['configuration'] : {};
  const { waiting, ...configuration } = state;
  out(`configuration: ${fields(configuration)}`);
  if (waiting !== undefined) out('a change waits: pgwarden policy apply shows it');
  const audit = isRecord(found['audit']) ? found['audit'] : {};
  out(`audit: ${auditLine(audit['waiting'], audit['ship_lag_seconds'])}`);
  for (const database of records(found['noteworthy'])) {
    out(
      `  ${String(database['id'])}: ${String(database['state'])}; ${fields(database['connections'])}; breaker ${fields(database['breaker'])}`,
    );
  }
  const calls = records(found['calls']);
  out(`${calls.length} calls running`);
  for (const call of calls) {
    out(
      `  ${String(call['id'])}  ${String(call['principal'])}  ${String(call['database'])}  ${String(call['tool'])}  ${String(call['running_ms'])} ms`,
    );
  }
}

/** The acknowledgement of a change: when it has ended well, the next call is decided by what the files say. */
export async function reload(options: StatusOptions, deps: CommandDeps): Promise<void> {
  const answer = await post('/reload', options, deps);
  const found = isRecord(answer) ? answer : {};
  if (options.json === true) deps.terminal.out(JSON.stringify(answer));
  if (found['configuration'] !== 'in_force')
    throw new CommandError(`what was in force before stays in force: ${String(found['reason'])}`, 1);
  if (options.json === true) return;
  deps.terminal.out(`In force. Policies ${String(found['policies'])}.`);
  if (found['waiting'] !== 0) deps.terminal.out('A change waits: pgwarden policy apply --show.');
}

/** Its caller is told BACKEND_CANCELLED, and that is its recorded outcome. */
export async function cancelCall(id: string, options: StatusOptions, deps: CommandDeps): Promise<void> {
  await post(`/calls/${encodeURIComponent(id)}/cancel`, options, deps);
  deps.terminal.out(`${id} is stopped.`);
}
