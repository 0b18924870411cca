/** `pgwarden audit heads`: what to keep elsewhere, so that a log cut short contradicts it. */

import { writeFile } from 'node:fs/promises';
import { exitCodeOf } from '../audit/findings.ts';
import { verifyDirectory } from '../audit/verify.ts';
import type { AuditOptions } from './audit-commands.ts';
import { auditDirectory } from './audit-directory.ts';
import { behind, readLag } from './audit-ship-lag.ts';
import { CommandError } from './command-error.ts';
import type { CommandDeps } from './deps.ts';

export async function auditHeads(
  databases: readonly string[],
  options: AuditOptions & { readonly export?: string },
  deps: CommandDeps,
): Promise<void> {
  const directory = await auditDirectory(options, deps);
  const logs = await verifyDirectory(directory, { only: databases });
  const code = exitCodeOf(logs.flatMap(({ findings }) => findings));
  const notes = logs.flatMap(({ note }) => (note === undefined ? [] : [note]));
  if (notes.length === 0)
    throw new CommandError('No log has a signed head.', 1, 'pgwarden audit keygen makes the key that signs them.');
  deps.terminal.err(
    `${code === 3 ? 'DAMAGED' : 'Verified'}: ${notes.length} of ${logs.length} logs have a signed head.`,
  );
  const copy = await copyOf(directory, options, deps);
  if (copy !== undefined) deps.terminal.err(`${copy.target}: ${behind(copy.lag_seconds)}`);
  if (options.export !== undefined) await writeFile(options.export, notes.join('\n'));
  else if (options.json === true)
    deps.terminal.out(JSON.stringify({ heads: notes, ...(copy && { ship: copy }) }, undefined, 2));
  else deps.terminal.out(notes.join('\n').trimEnd());
  deps.exitWith(code);
}

/** Where the log is copied to, and how far behind that is: a configuration says so, a directory alone does not. */
async function copyOf(directory: string, options: AuditOptions, deps: CommandDeps) {
  if (options.directory !== undefined) return undefined;
  const { ship } = (await deps.loadConfig(options.config)).audit;
  if (ship === undefined) return undefined;
  return { target: ship.name, lag_seconds: (await readLag(directory, ship.name)).seconds };
}
