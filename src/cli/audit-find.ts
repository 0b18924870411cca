/** `pgwarden audit find`: was this value ever in a statement? Answered from keyed hashes, without the value in any log. */

import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { type AuditedCall, eachCall } from '../audit/calls.ts';
import { defaultKeyPath, type HmacKeys, readHmacKeys } from '../audit/hmac-key.ts';
import { printable } from '../audit/record-line.ts';
import { noteReading } from './audit-access.ts';
import type { AuditOptions } from './audit-commands.ts';
import { auditDirectory } from './audit-directory.ts';
import { callLine } from './audit-query.ts';
import { progressOn, verifiedLine, verifiedOf } from './audit-verified.ts';
import { CommandError } from './command-error.ts';
import type { CommandDeps } from './deps.ts';

export interface FindOptions extends AuditOptions {
  readonly value?: boolean;
  readonly key?: string;
}

/** `readValue` asks for the value, or reads it from stdin: never from the command line, which others can see. */
export async function auditFind(
  databases: readonly string[],
  options: FindOptions,
  deps: CommandDeps,
  readValue: () => Promise<string> = promptValue,
): Promise<void> {
  if (options.value !== true) throw new CommandError('find takes --value, and asks for the value.', 2);
  const directory = await auditDirectory(options, deps);
  const keys = await readKeys(options.key ?? defaultKeyPath(directory));
  const value = await readValue();
  if (value === '') throw new CommandError('No value was given.', 2);
  const found: AuditedCall[] = [];
  let searchable = 0;
  const read = await eachCall(directory, { only: databases, progress: progressOn(deps.terminal) }, (call) => {
    const { sql } = call.intent;
    if (sql?.mode !== 'hmac') return;
    searchable += 1;
    const marks = marksOf(value, keys, call.log.split('/')[0] ?? '');
    if (sql.hmac.startsWith(`hmac:${keys.version}:`) && marks.some((mark) => sql.text?.includes(mark)))
      found.push(call);
  });
  const verified = verifiedOf(read);
  if (options.json === true)
    deps.terminal.out(JSON.stringify({ verified, searchable, matched: found.length, calls: found }, undefined, 2));
  else {
    deps.terminal.out(verifiedLine(verified, found.length));
    deps.terminal.out(`${searchable} calls were recorded in hmac mode and could be searched.`);
    for (const call of found) deps.terminal.out(printable(callLine(call)));
  }
  await noteReading(directory, deps, { verb: 'find', filter: { databases, value }, matched: found.length });
  deps.exitWith(verified.code === 3 ? 3 : 0);
}

/** As a string, and as a number where it is one: the ways a literal of that value is written. */
function marksOf(value: string, keys: HmacKeys, logId: string): readonly string[] {
  const written = [`'${value.replaceAll("'", "''")}'`, ...(/^\.?\d/.test(value) ? [value] : [])];
  return written.map((literal) => `?h:${keys.digest(logId, literal).slice(0, 12)}`);
}

async function readKeys(path: string): Promise<HmacKeys> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new CommandError(`The key ${path} cannot be read.`, 2, 'Name the file of audit.hmac_key with --key.');
  });
  try {
    return readHmacKeys(text);
  } catch {
    throw new CommandError(`${path} holds no key.`, 2, 'It is what audit.hmac_key holds: 64 or more hex digits.');
  }
}

/** One line; a terminal does not show what is typed. */
async function promptValue(): Promise<string> {
  const { stdin, stderr } = process;
  if (stdin.isTTY) stderr.write('Value: ');
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: silent, terminal: stdin.isTTY });
  try {
    for await (const line of lines) return line;
    return '';
  } finally {
    lines.close();
    if (stdin.isTTY) stderr.write('\n');
  }
}
