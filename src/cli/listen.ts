/** Opens the transport the configuration names, for the parts of one broker. */

import type { Config } from '../config/config.ts';
import type { Principal } from '../model/principal.ts';
import type { Greeting } from '../transport/greeting.ts';
import type { Parts } from './deps.ts';
import { listenError } from './listen-error.ts';
import type { Log } from './log.ts';
import type { Reloaded } from './reload.ts';

/** A transport that takes calls. */
export interface Listening {
  /** `stdio`, or the address clients connect to. */
  readonly where: string;
  /** Resolves when the client is gone for good (stdio); never for a listener. */
  readonly closed: Promise<void>;
  /** Tells every client that its list of tools may be another one. */
  readonly announceToolChange: () => void;
  /** Reads what changed settings need, and resolves with what puts them in force: API keys, certificates. Rejects and changes nothing. */
  readonly prepare: (config: Config) => Promise<() => void>;
  /** Takes no new calls, lets those running finish within a deadline. */
  readonly close: () => Promise<void>;
}

export interface ListenOptions {
  readonly config: Config;
  readonly version: string;
  readonly log: Log;
  /** Applies the change that waits under a digest; see `Reloading`. */
  readonly applyWaiting: (digest: string, by: string) => Promise<string>;
  /** Reads and applies the files now; undefined where there are none to follow. */
  readonly reload: () => Promise<Reloaded | undefined>;
  /** A stdio client that was answered before all this was loaded. */
  readonly greeting?: Greeting | undefined;
}

const onError = (log: Log) => (error: Error) => log.warn('trouble on a connection', { error: error.message });

/** The client learns that, and the operator why: the reason may name files and variables. */
async function toolboxOf(parts: Promise<Parts>): Promise<Parts['toolbox']> {
  try {
    return (await parts).toolbox;
  } catch {
    throw new Error('The server could not be made ready; its operational log says why.');
  }
}

/** The parts are asked for when the first call needs them: `initialize` is answered before. */
export async function listenStdio(options: ListenOptions, parts: () => Promise<Parts>): Promise<Listening> {
  const { startStdio } = await import('../transport/stdio.ts');
  const { principal: id, roles } = options.config.stdio;
  const principal: Principal = Object.freeze({ id, kind: 'human', auth: 'stdio', roles });
  const server = startStdio({
    toolbox: () => toolboxOf(parts()),
    version: options.version,
    principal,
    stdin: process.stdin,
    stdout: process.stdout,
    greeting: options.greeting,
    onError: onError(options.log),
  });
  return { where: 'stdio', prepare: async () => () => undefined, ...server };
}

/** Streamable HTTP, with legacy SSE beside it where the configuration says so. */
export async function listenHttp({ config, version, log }: ListenOptions, parts: Parts): Promise<Listening> {
  const { startHttp } = await import('../transport/http-server.ts');
  const { createCallId } = await import('../model/call-id.ts');
  const { transport } = config.server;
  const server = await startHttp({
    toolbox: parts.toolbox,
    version,
    settings: config.server,
    ready: parts.audit.ready,
    remarks: () => {
      const { configuration, waiting } = parts.fleet.state();
      return { configuration, ...(waiting && { policies: 'waiting' }) };
    },
    onAuthenticationFailure: async ({ address, path, principal, others }) => {
      const client = address === undefined ? {} : { address };
      const call = { id: createCallId(), tool: path, client, transport, ...(principal && { principal }) };
      const one = principal === undefined ? 'no valid credentials' : 'a scope is missing';
      const more = address === undefined ? 'more, of many addresses' : 'more like it';
      const why = others === 0 ? one : `${one}, and ${others} ${more}`;
      await parts.audit.recordAuthenticationFailure({ call, why });
    },
    onError: onError(log),
  }).catch((thrown: unknown) => {
    throw listenError(thrown, config.server.listen, '--listen HOST:PORT, or server.listen');
  });
  if (transport === 'sse') log.warn('the SSE transport is deprecated; clients of today use streamable HTTP at /mcp');
  parts.metrics?.watchSessions(server.sessions);
  const { url: where, announceToolChange, close } = server;
  const prepare = (next: Config) => server.prepare(next.server);
  return { where, closed: new Promise(() => undefined), announceToolChange, prepare, close };
}

/** The operators' listener, where the configuration asks for one; resolves with what closes it. */
export async function listenAdmin(
  { config, log, applyWaiting, reload }: ListenOptions,
  parts: Parts,
): Promise<() => Promise<void>> {
  const { adminListen } = config.server;
  const { metrics, status } = parts;
  if (adminListen === undefined || metrics === undefined) return async () => undefined;
  const { startAdmin } = await import('../transport/admin-server.ts');
  const { databases, summary, cancel } = status;
  const admin = await startAdmin({
    listen: adminListen,
    metrics: metrics.text,
    databases,
    status: summary,
    cancel,
    applyWaiting,
    reload,
    onError: onError(log),
  }).catch((thrown: unknown) => {
    throw listenError(thrown, adminListen, 'server.admin_listen');
  });
  log.info('operators are answered', { where: admin.url });
  return admin.close;
}
