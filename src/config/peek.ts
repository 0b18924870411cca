/** A look at the configuration from outside, before anything is loaded that could read it. */

import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { hasLegacyEnvironment, hasLegacyFlags } from './legacy-settings.ts';
import { type Environment, userConfigFile } from './locations.ts';

/** The file used where none is named: `config.yaml` here, else the user's. Undefined when neither exists. */
export function usualFile(environment: Environment): string | undefined {
  return [resolve('config.yaml'), userConfigFile(environment)].find((file) => existsSync(file));
}

/**
 * Whether stdio is the transport for sure: the command line says so, or the file that will be read has no word of
 * transports. False means that only reading it can tell.
 */
export function isSurelyStdio(
  file: string | undefined,
  flags: Readonly<Record<string, unknown>>,
  environment: Environment = process.env,
): boolean {
  if (hasLegacyFlags(flags) || hasLegacyEnvironment(environment)) return false;
  if (flags['transport'] !== undefined) return flags['transport'] === 'stdio';
  const path = file ?? usualFile(environment);
  try {
    return path !== undefined && !/transport|\\/.test(readFileSync(path, 'utf8')); // a backslash may spell anything
  } catch {
    return false;
  }
}
