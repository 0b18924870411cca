/** Decides which configuration is meant: the file named, old flags, old variables, or the file in its usual place. */

import type { Config } from './config.ts';
import { ConfigError } from './findings.ts';
import { readLegacyConfig } from './legacy-flags.ts';
import { hasLegacyEnvironment, hasLegacyFlags } from './legacy-settings.ts';
import { loadConfig } from './load-config.ts';
import type { Environment } from './locations.ts';
import { usualFile } from './peek.ts';

function refuse(key: string, message: string, hint: string): never {
  throw new ConfigError([{ severity: 'error', key, message, hint }]);
}

/**
 * `file` wins over variables and excludes old flags; `flags` are the options as the command line parsed them.
 * Two possible meanings are an error, never a guess. Throws ConfigError.
 */
export function findConfig(
  file: string | undefined,
  flags: Readonly<Record<string, unknown>> = {},
  environment: Environment = process.env,
): Config {
  if (hasLegacyFlags(flags)) {
    if (file !== undefined)
      refuse('--config', 'stands beside flags of the old single-database usage', 'Give one of the two.');
    return (
      readLegacyConfig(flags, environment) ?? refuse('--config', 'no configuration is named', 'Give --config FILE.')
    );
  }
  if (file !== undefined) return loadConfig(file, environment);
  const usual = usualFile(environment);
  if (!hasLegacyEnvironment(environment)) {
    return usual === undefined
      ? refuse(
          '--config',
          'no configuration is named, and there is no config.yaml here',
          'Try pgwarden demo, or write one with pgwarden init.',
        )
      : loadConfig(usual, environment);
  }
  if (usual !== undefined) {
    refuse(
      '--config',
      `the environment names a database (POSTGRES_…), and ${usual} exists`,
      `Write --config ${usual}, or unset the variables.`,
    );
  }
  return readLegacyConfig(flags, environment) ?? refuse('--config', 'no configuration is named', 'Give --config FILE.');
}
