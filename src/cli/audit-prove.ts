/** `pgwarden audit prove`: evidence about one call that can leave the house without the log. */

import { listLogs } from '../audit/layout.ts';
import { readLeaves, writeProof } from '../audit/proof.ts';
import { noteReading } from './audit-access.ts';
import type { AuditOptions } from './audit-commands.ts';
import { auditDirectory } from './audit-directory.ts';
import { CommandError } from './command-error.ts';
import type { CommandDeps } from './deps.ts';

interface Proven {
  readonly log: string;
  readonly seq: number;
  /** The record itself, as it stands in the log. */
  readonly line: string;
  /** C2SP tlog-proof; absent while no signed head covers the record. */
  readonly proof: string | undefined;
}

export async function auditProve(call: string, options: AuditOptions, deps: CommandDeps): Promise<void> {
  const root = await auditDirectory(options, deps);
  const proven: Proven[] = [];
  for (const { id, instance } of await listLogs(root)) {
    const found: { line: string; seq: number }[] = [];
    const needle = `"call":${JSON.stringify(call)}`;
    const leaves = await readLeaves(root, id, instance, (line, seq) => {
      if (line.includes(needle)) found.push({ line, seq });
    });
    proven.push(...found.map(({ line, seq }) => ({ log: leaves.log, seq, line, proof: writeProof(leaves, seq) })));
  }
  if (proven.length === 0) throw new CommandError(`No record of call ${call} is in the log.`, 1);
  const isSigned = proven.every(({ proof }) => proof !== undefined);
  if (options.json === true) deps.terminal.out(JSON.stringify({ call, records: proven }, undefined, 2));
  else for (const record of proven) deps.terminal.out(textOf(record));
  await noteReading(root, deps, { verb: 'prove', filter: call, matched: proven.length });
  deps.exitWith(isSigned ? 0 : 1);
}

function textOf({ log, seq, line, proof }: Proven): string {
  return `${log} record ${seq}\n${line}\n\n${proof ?? 'No signed head covers this record.\n'}`;
}
