/** Where the log is that an audit command reads. */

import { isAuditDirectory } from '../audit/verify.ts';
import type { AuditOptions } from './audit-commands.ts';
import { CommandError } from './command-error.ts';
import type { CommandDeps } from './deps.ts';

/** `--directory`, else what the configuration says. Throws CommandError 2 when there is no audit log. */
export async function auditDirectory(options: AuditOptions, deps: CommandDeps): Promise<string> {
  const directory = options.directory ?? (await deps.loadConfig(options.config)).audit.directory;
  if (await isAuditDirectory(directory)) return directory;
  throw new CommandError(
    `There is no audit log in ${directory}.`,
    2,
    'Name the audit directory with --directory, or the configuration with --config.',
  );
}
