/** What the command line says over the configuration file; checked like the file itself. */

import { resolve } from 'node:path';
import { type Config, type TransportName, transports } from './config.ts';
import { listenProblem } from './cross-checks.ts';
import { ConfigError, type Finding } from './findings.ts';
import { deepFreeze } from './freeze.ts';
import { readAddress } from './units.ts';

export interface Overrides {
  readonly transport?: string | undefined;
  /** HOST:PORT */
  readonly listen?: string | undefined;
  /** Relative to the working directory. */
  readonly auditDirectory?: string | undefined;
}

function refuse(key: string, message: string, hint: string): never {
  const finding: Finding = { severity: 'error', key, message, hint };
  throw new ConfigError([finding]);
}

/** Reads a transport name. Throws ConfigError. */
export function readTransport(text: string, key = '--transport'): TransportName {
  return (
    transports.find((name) => name === text) ??
    refuse(key, `${text} is no transport`, `Use one of ${transports.join(', ')}.`)
  );
}

/** The configuration with the overrides in force. Throws ConfigError, also when the listen address may not be listened on. */
export function withOverrides(config: Config, overrides: Overrides): Config {
  const transport = overrides.transport === undefined ? config.server.transport : readTransport(overrides.transport);
  const listen =
    overrides.listen === undefined
      ? config.server.listen
      : (readAddress(overrides.listen) ??
        refuse('--listen', `${overrides.listen} is no address`, 'Write HOST:PORT, such as 127.0.0.1:8000.'));
  const problem = listenProblem(listen, config.server.auth.mode, config.server.tls?.kind);
  if (transport !== 'stdio' && problem !== undefined) refuse('listen', problem.message, problem.hint);
  const directory = overrides.auditDirectory === undefined ? config.audit.directory : resolve(overrides.auditDirectory);
  return deepFreeze<Config>({
    ...config,
    server: { ...config.server, transport, listen },
    audit: { ...config.audit, directory },
  });
}
