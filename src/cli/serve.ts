/** `pgwarden serve`: configuration, policies, audit log, then the transport; and the same in reverse on the way down. */

import type { Config } from '../config/config.ts';
import { ConfigError, formatFinding } from '../config/findings.ts';
import { withOverrides } from '../config/overrides.ts';
import type { CommandDeps, Listening } from './deps.ts';
import { createLog } from './log.ts';

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** A setting whose feature is missing must not be ignored: the person believes it is in force. */
function refuseUnbuilt(config: Config): void {
  if (config.unbuilt.length === 0) return;
  throw new ConfigError(config.unbuilt.map((finding) => ({ ...finding, severity: 'error' })));
}

/** Resolves at the first SIGTERM or SIGINT; a second one ends the process at once. */
function stopSignal(): Promise<string> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve('SIGTERM')).once('SIGINT', () => resolve('SIGINT'));
  });
}

async function untilStopped(listening: Listening): Promise<string> {
  return Promise.race([stopSignal(), listening.closed.then(() => 'client gone')]);
}

/** Resolves when the server has stopped and everything is on record. Throws ConfigError, CommandError, BrokerError. */
export async function serve(options: Readonly<Record<string, unknown>>, deps: CommandDeps): Promise<void> {
  const config = withOverrides(await deps.loadConfig(text(options['config']), options), {
    transport: text(options['transport']),
    listen: text(options['listen']),
    auditDirectory: text(options['auditDirectory']),
  });
  refuseUnbuilt(config);
  const log = createLog(config.log.level);
  const parts = await deps.compose(config, log);
  try {
    const listening = await parts.listen();
    for (const warning of config.warnings) log.warn(formatFinding(warning));
    log.info('ready', { where: listening.where, databases: config.databases.length, version: deps.version });
    const why = await untilStopped(listening);
    log.info('stopping', { why });
    await listening.close();
  } finally {
    await parts.close();
    log.info('stopped');
    await log.flush();
  }
}
