/** `pgwarden audit receipt`: holds the log to the receipt a client was given. */

import { readFile } from 'node:fs/promises';
import { checkReceipt, findReceipt, type ReceiptVerdict } from '../audit/proof.ts';
import type { AuditOptions } from './audit-commands.ts';
import { auditDirectory } from './audit-directory.ts';
import { CommandError } from './command-error.ts';
import type { CommandDeps } from './deps.ts';

const verdicts: Record<ReceiptVerdict, string> = {
  present: 'Present: the log holds the record this receipt was given for, at its place.',
  absent: 'ABSENT: the log is shorter than the receipt says it was.',
  different: 'DIFFERENT: at that place the log now holds another record.',
  retired:
    'RETIRED: the file with that record was kept as long as the policy says, and the log says when it went. A copy that was shipped before may hold it.',
  removed: 'REMOVED: the file with that record is not here, and the log does not say that it was retired.',
  no_log: 'NO LOG: the log the receipt names is not here.',
};

/** `source` is JSON or a file of it; the object may stand anywhere inside a tool's answer. */
export async function auditReceipt(source: string, options: AuditOptions, deps: CommandDeps): Promise<void> {
  const directory = await auditDirectory(options, deps);
  const receipt = findReceipt(await readJson(source));
  if (receipt === undefined)
    throw new CommandError(
      'That is no receipt.',
      2,
      'A receipt is {"origin":…,"seq":…,"leaf":…}, from _meta of an answer.',
    );
  const verdict = await checkReceipt(directory, receipt);
  deps.terminal.out(options.json === true ? JSON.stringify({ verdict, receipt }) : verdicts[verdict]);
  deps.exitWith(verdict === 'present' ? 0 : verdict === 'retired' ? 1 : 3);
}

async function readJson(source: string): Promise<unknown> {
  const text = source.trimStart().startsWith('{') ? source : await readFile(source, 'utf8').catch(() => '');
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
