/** `pgwarden audit tail`: the newest records, and on request those that follow. */

import { setTimeout as sleep } from 'node:timers/promises';
import { recordLine } from '../audit/record-line.ts';
import { isDenial } from '../audit/records.ts';
import { openTailReader, type TailLine } from '../audit/tail.ts';
import { noteReading } from './audit-access.ts';
import type { AuditOptions } from './audit-commands.ts';
import { auditDirectory } from './audit-directory.ts';
import { CommandError } from './command-error.ts';
import type { CommandDeps } from './deps.ts';

/** Milliseconds between two looks at the files. */
const interval = 250;

/** Prints the newest records; with `--follow` it ends only with the process, or when `signal` fires. */
export async function auditTail(
  databases: readonly string[],
  options: AuditOptions & { readonly lines: string; readonly follow?: boolean },
  deps: CommandDeps,
  signal?: AbortSignal,
): Promise<void> {
  const count = Number(options.lines);
  if (!Number.isInteger(count) || count < 0) throw new CommandError('--lines takes a whole number.', 2);
  const directory = await auditDirectory(options, deps);
  const reader = await openTailReader(directory, databases, count);
  const print = (lines: readonly TailLine[]) => {
    for (const line of lines)
      deps.terminal.out(options.json === true ? line.line : textOf(line, deps.terminal.interactive));
  };
  print(count === 0 ? [] : reader.newest);
  await noteReading(directory, deps, { verb: 'tail', filter: { databases, count } });
  while (options.follow === true && signal?.aborted !== true) {
    await sleep(interval, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
    print(await reader.follow());
  }
}

function textOf({ log, record }: TailLine, colour: boolean): string {
  const text = recordLine(log, record);
  return colour && isDenial(record) ? `\u001b[31m${text}\u001b[0m` : text;
}
