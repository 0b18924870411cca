/** `pgwarden audit heads`: what to keep elsewhere, so that a log cut short contradicts it. */

import { writeFile } from 'node:fs/promises';
import { exitCodeOf } from '../audit/findings.ts';
import { verifyDirectory } from '../audit/verify.ts';
import type { AuditOptions } from './audit-commands.ts';
import { auditDirectory } from './audit-directory.ts';
import { CommandError } from './command-error.ts';
import type { CommandDeps } from './deps.ts';

export async function auditHeads(
  databases: readonly string[],
  options: AuditOptions & { readonly export?: string },
  deps: CommandDeps,
): Promise<void> {
  const logs = await verifyDirectory(await auditDirectory(options, deps), { only: databases });
  const code = exitCodeOf(logs.flatMap(({ findings }) => findings));
  const notes = logs.flatMap(({ note }) => (note === undefined ? [] : [note]));
  if (notes.length === 0)
    throw new CommandError('No log has a signed head.', 1, 'pgwarden audit keygen makes the key that signs them.');
  deps.terminal.err(
    `${code === 3 ? 'DAMAGED' : 'Verified'}: ${notes.length} of ${logs.length} logs have a signed head.`,
  );
  if (options.export !== undefined) await writeFile(options.export, notes.join('\n'));
  else if (options.json === true) deps.terminal.out(JSON.stringify({ heads: notes }, undefined, 2));
  else deps.terminal.out(notes.join('\n').trimEnd());
  deps.exitWith(code);
}
