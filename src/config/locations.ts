/** Where things lie that the configuration does not name: state, configuration, and who is sitting here. */

import { accessSync, constants } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A base directory of the XDG specification; a relative value is ignored, as the specification says. */
function base(environment: Environment, name: string, fallback: string): string {
  const named = environment[name];
  return named !== undefined && isAbsolute(named) ? named : join(environment['HOME'] ?? homedir(), fallback);
}

/** `$XDG_STATE_HOME/pgwarden/audit`, else `~/.local/state/pgwarden/audit`. */
export function stateAuditDirectory(environment: Environment): string {
  return join(base(environment, 'XDG_STATE_HOME', '.local/state'), 'pgwarden', 'audit');
}

/** `$XDG_CONFIG_HOME/pgwarden/config.yaml`, else `~/.config/pgwarden/config.yaml`. */
export function userConfigFile(environment: Environment): string {
  return join(base(environment, 'XDG_CONFIG_HOME', '.config'), 'pgwarden', 'config.yaml');
}

/** The operating-system user, by name where it has one. */
export function localUser(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid-${process.getuid?.() ?? 'unknown'}`; // a container may run under a number that no passwd line names
  }
}

/** Whether new files may be made in `directory`. */
export function isWritable(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
