/** `pgwarden serve`: configuration, policies, audit log, then the transport; and the same in reverse on the way down. */

import type { Config } from '../config/config.ts';
import { ConfigError, formatFinding } from '../config/findings.ts';
import { withOverrides } from '../config/overrides.ts';
import { Refusal } from '../model/errors.ts';
import type { CommandDeps, Parts } from './deps.ts';
import { type Listening, type ListenOptions, listenHttp, listenStdio } from './listen.ts';
import { createLog } from './log.ts';

/** Milliseconds after which a stdio server gets ready on its own, though nobody asked for anything yet. */
const warmUpAfter = 100;

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** A setting whose feature is missing must not be ignored: the person believes it is in force. */
function refuseUnbuilt(config: Config): void {
  if (config.unbuilt.length === 0) return;
  throw new ConfigError(config.unbuilt.map((finding) => ({ ...finding, severity: 'error' })));
}

/** Makes the log directory, as the audit desk will find it. */
async function checkAuditDirectory(directory: string): Promise<void> {
  const { prepareDirectory } = await import('../audit/layout.ts');
  try {
    await prepareDirectory(directory);
  } catch (cause) {
    const hint = cause instanceof Error ? cause.message : `Look at ${directory}.`;
    throw new Refusal('AUDIT_UNAVAILABLE', 'The audit log cannot be used, so nothing can be served.', { hint, cause });
  }
}

/** What would refuse the start, looked at before a stdio client is answered; the parts look again, with more care. */
async function preflight({ policy, databases, audit }: Config): Promise<void> {
  const { readPolicies } = await import('../policy/policy-directory.ts');
  const ids = databases.map(({ id }) => id);
  if (policy.kind === 'files') await readPolicies(policy, ids);
  await checkAuditDirectory(audit.directory);
}

/** Resolves at the first SIGTERM or SIGINT; a second one ends the process at once. */
function stopSignal(): Promise<string> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve('SIGTERM')).once('SIGINT', () => resolve('SIGINT'));
  });
}

interface Running {
  readonly listening: Listening;
  /** Rejects when the parts cannot be made: then nothing can be served. */
  readonly broken: Promise<never>;
  /** Closes the parts, as far as they were made. */
  readonly close: () => Promise<void>;
}

/** Over stdio the client waits for every import before `initialize` is answered, so the parts follow it. */
async function startStdio(options: ListenOptions, deps: CommandDeps): Promise<Running> {
  await preflight(options.config);
  let parts: Promise<Parts> | undefined;
  let fail: (reason: unknown) => void = () => undefined;
  const broken = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const begin = () => {
    if (parts === undefined) {
      parts = deps.compose(options.config, options.log);
      parts.then(({ warmUp }) => warmUp()).catch(fail);
    }
    return parts;
  };
  const listening = await listenStdio(options, begin);
  const timer = setTimeout(begin, warmUpAfter);
  const close = async () => {
    clearTimeout(timer);
    await parts?.then((made) => made.close()).catch(() => undefined); // what could not be made has said so already
  };
  return { listening, broken, close };
}

async function startHttp(options: ListenOptions, deps: CommandDeps): Promise<Running> {
  const parts = await deps.compose(options.config, options.log);
  try {
    const listening = await listenHttp(options, parts);
    setImmediate(() => void parts.warmUp());
    return { listening, broken: new Promise(() => undefined), close: parts.close };
  } catch (thrown) {
    await parts.close();
    throw thrown;
  }
}

/** Says that it is ready, waits for the end, and says why it came. */
async function untilStopped({ listening, broken }: Running, { config, version, log }: ListenOptions): Promise<void> {
  for (const warning of config.warnings) log.warn(formatFinding(warning));
  log.info('ready', { where: listening.where, databases: config.databases.length, version });
  const why = await Promise.race([stopSignal(), listening.closed.then(() => 'client gone'), broken]);
  log.info('stopping', { why });
}

/** Resolves when the server has stopped and everything is on record. Throws ConfigError, CommandError, BrokerError. */
export async function serve(flags: Readonly<Record<string, unknown>>, deps: CommandDeps): Promise<void> {
  const config = withOverrides(await deps.loadConfig(text(flags['config']), flags), {
    transport: text(flags['transport']),
    listen: text(flags['listen']),
    auditDirectory: text(flags['auditDirectory']),
  });
  refuseUnbuilt(config);
  const options: ListenOptions = { config, version: deps.version, log: createLog(config.log.level) };
  const running = await (config.server.transport === 'stdio' ? startStdio(options, deps) : startHttp(options, deps));
  try {
    await untilStopped(running, options);
  } finally {
    await running.listening.close();
    await running.close();
    options.log.info('stopped');
    await options.log.flush();
  }
}
