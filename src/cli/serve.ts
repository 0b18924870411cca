/** `pgwarden serve`: configuration, policies, audit log, then the transport; and the same in reverse on the way down. */

import type { Config } from '../config/config.ts';
import { formatFinding } from '../config/findings.ts';
import { withOverrides } from '../config/overrides.ts';
import { watchDirectories } from '../fleet/watch.ts';
import { Refusal } from '../model/errors.ts';
import type { Greeting } from '../transport/greeting.ts';
import type { CommandDeps, Parts } from './deps.ts';
import { holdHeap } from './heap.ts';
import { type Listening, type ListenOptions, listenAdmin, listenHttp, listenStdio } from './listen.ts';
import { createLog } from './log.ts';
import { warnOfNoAccess } from './lone-caller.ts';
import type { Reloading, ReloadingOptions } from './reload.ts';
import type { Signals } from './signals.ts';

/** Milliseconds after which a stdio server gets ready on its own, though nobody asked for anything yet. */
const warmUpAfter = 100;

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
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

/** What would refuse the start, looked at before a stdio client is asked what it wants; the parts look again, with more care. */
async function preflight({ policy, databases, audit }: Config): Promise<void> {
  const { readPolicies } = await import('../policy/policy-directory.ts');
  const ids = databases.map(({ id }) => id);
  if (policy.kind === 'files') await readPolicies(policy, ids);
  await checkAuditDirectory(audit.directory);
}

interface Running {
  readonly listening: Listening;
  /** The parts, when they are made. */
  readonly parts: Promise<Parts>;
  /** Rejects when the parts cannot be made: then nothing can be served. */
  readonly broken: Promise<never>;
  /** Closes the parts, as far as they were made. */
  readonly close: () => Promise<void>;
}

/** Over stdio the client waits for every import before `initialize` is answered, so the parts follow it. */
async function startStdio(options: ListenOptions, deps: CommandDeps): Promise<Running> {
  await preflight(options.config);
  let parts: Promise<Parts> | undefined;
  const stopAdmin: (() => Promise<void>)[] = [];
  let fail: (reason: unknown) => void = () => undefined;
  let made: (parts: Parts) => void = () => undefined;
  const composed = new Promise<Parts>((resolve) => {
    made = resolve;
  });
  const broken = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const begin = () => {
    if (parts === undefined) {
      parts = deps.compose(options.config, options.log);
      parts.then((open) => listenAdmin(options, open)).then((stop) => stopAdmin.push(stop), fail);
      parts.then(made, () => undefined); // why it failed is said by the next line
      parts.then(({ warmUp }) => warmUp()).catch(fail);
    }
    return parts;
  };
  const listening = await listenStdio(options, begin);
  const timer = setTimeout(begin, warmUpAfter);
  const close = async () => {
    clearTimeout(timer);
    await Promise.all(stopAdmin.map((stop) => stop()));
    await parts?.then((open) => open.close()).catch(() => undefined); // what could not be made has said so already
  };
  return { listening, parts: composed, broken, close };
}

async function startHttp(
  options: ListenOptions,
  deps: CommandDeps,
  { isStopped }: Signals,
): Promise<Running | undefined> {
  const parts = await deps.compose(options.config, options.log);
  if (isStopped()) {
    await parts.close();
    return undefined;
  }
  try {
    const stopAdmin = await listenAdmin(options, parts);
    const listening = await listenHttp(options, parts);
    setImmediate(() => void parts.warmUp());
    const close = async () => {
      await stopAdmin();
      await parts.close();
    };
    return { listening, parts: Promise.resolve(parts), broken: new Promise(() => undefined), close };
  } catch (thrown) {
    await parts.close();
    throw thrown;
  }
}

/** Undefined when it was told to stop before anybody could reach it; then it has made nothing that is open still. */
async function start(options: ListenOptions, deps: CommandDeps, signals: Signals): Promise<Running | undefined> {
  if (signals.isStopped()) return undefined;
  return options.config.server.transport === 'stdio' ? startStdio(options, deps) : startHttp(options, deps, signals);
}

/** Says that it is ready, and waits for the end. */
async function untilStopped(
  { listening, broken }: Running,
  { stopped }: Signals,
  { config, version, log }: ListenOptions,
): Promise<void> {
  for (const warning of config.warnings) log.warn(formatFinding(warning));
  log.info('ready', { where: listening.where, databases: config.databases.length, version });
  const clientGone = listening.closed.then(() => log.info('stopping', { why: 'client gone' }));
  await Promise.race([stopped, clientGone, broken]);
}

/** Follows the files, also in what changed or was asked for while the parts were made; old flags have no file to follow. */
function followFiles(
  { parts, listening }: Running,
  read: ReloadingOptions['read'] | undefined,
  { log, watching, onHangUp }: Pick<ReloadingOptions, 'log' | 'watching' | 'onHangUp'>,
): Pick<Reloading, 'close'> & Pick<ListenOptions, 'applyWaiting' | 'reload'> {
  if (read === undefined) {
    onHangUp(() => log.info('there is no configuration file that could be read again'));
    return { applyWaiting: async () => 'nothing', reload: async () => undefined, close: () => undefined };
  }
  let stopped = false;
  let reloading: Reloading | undefined;
  void parts.then(async ({ fleet }) => {
    const { keepReloading } = await import('./reload.ts');
    if (!stopped)
      reloading = keepReloading({
        fleet,
        read,
        announce: listening.announceToolChange,
        prepare: listening.prepare,
        log,
        watching,
        onHangUp,
      });
  });
  return {
    applyWaiting: async (digest, by) => (await reloading?.applyWaiting(digest, by)) ?? 'nothing',
    reload: async () => reloading?.now(),
    close() {
      stopped = true;
      reloading?.close();
    },
  };
}

/** What came before anything was loaded. */
export interface Beginning {
  readonly signals: Signals;
  readonly greeting?: Greeting | undefined;
}

/** Resolves when the server has stopped and everything is on record. Throws ConfigError, CommandError, BrokerError. */
export async function serve(
  flags: Readonly<Record<string, unknown>>,
  deps: CommandDeps,
  { signals, greeting }: Beginning,
): Promise<void> {
  const usable = (read: Config) =>
    withOverrides(read, {
      transport: text(flags['transport']),
      listen: text(flags['listen']),
      auditDirectory: text(flags['auditDirectory']),
    });
  const config = usable(await deps.loadConfig(text(flags['config']), flags));
  holdHeap(config.databases.length);
  const watching = watchDirectories();
  watching.set(config.watched);
  let following: ReturnType<typeof followFiles> | undefined;
  const log = createLog(config.log.level);
  const options: ListenOptions = {
    config,
    version: deps.version,
    log,
    greeting,
    applyWaiting: async (digest, by) => (await following?.applyWaiting(digest, by)) ?? 'nothing',
    reload: async () => following?.reload(),
  };
  const { file } = config;
  const read =
    file === undefined ? undefined : async (inForce: Config) => usable(await deps.readAside(file, inForce.databases));
  void signals.stopped.then((why) => log.info('stopping', { why })); // also where the start must end first
  const running = await start(options, deps, signals);
  if (running !== undefined) {
    running.parts.then((parts) => warnOfNoAccess(config, parts, log)).catch(() => undefined); // an observer
    following = followFiles(running, read, { log, watching, onHangUp: signals.onHangUp });
  }
  try {
    if (running !== undefined) await untilStopped(running, signals, options);
  } finally {
    watching.close();
    following?.close();
    await running?.listening.close();
    await running?.close();
    log.info('stopped');
    await log.flush();
  }
}
