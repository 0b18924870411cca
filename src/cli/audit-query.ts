/** `pgwarden audit query` and `export`: the calls that match, with what was verified. */

import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { type AuditedCall, type CallFilter, eachCall, matches, revisionOf, statusOf } from '../audit/calls.ts';
import { csvHeader, csvRow, ocsfEvents } from '../audit/export-calls.ts';
import { printable } from '../audit/record-line.ts';
import { noteReading } from './audit-access.ts';
import type { AuditOptions } from './audit-commands.ts';
import { auditDirectory } from './audit-directory.ts';
import { progressOn, verifiedLine, verifiedOf } from './audit-verified.ts';
import { CommandError } from './command-error.ts';
import type { CommandDeps } from './deps.ts';

/** Filters as commander gives them. */
export interface QueryOptions extends AuditOptions, Omit<CallFilter, 'minRows'> {
  readonly minRows?: string;
  readonly limit?: string;
}

function filterOf({ minRows, ...options }: QueryOptions): CallFilter {
  if (minRows !== undefined && !/^\d+$/.test(minRows)) throw new CommandError('--min-rows takes a whole number.', 2);
  return { ...options, ...(minRows === undefined ? {} : { minRows: Number(minRows) }) };
}

/** Reads and verifies the log once, and hands each call that matches to `take`. */
async function eachMatching(
  databases: readonly string[],
  filter: CallFilter,
  options: AuditOptions,
  deps: CommandDeps,
  take: (call: AuditedCall) => void,
) {
  const directory = await auditDirectory(options, deps);
  let matched = 0;
  const reading = { ...needle(filter, databases), progress: progressOn(deps.terminal) };
  const read = await eachCall(directory, reading, (call) => {
    if (!matches(filter, call)) return;
    matched += 1;
    take(call);
  });
  return { directory, matched, read, verified: verifiedOf(read) };
}

/** Prints matching calls, the newest last. */
export async function auditQuery(
  databases: readonly string[],
  options: QueryOptions,
  deps: CommandDeps,
): Promise<void> {
  const filter = filterOf(options);
  const limit = Number(options.limit ?? 1000);
  const found: AuditedCall[] = [];
  const { directory, matched, verified } = await eachMatching(databases, filter, options, deps, (call) => {
    found.push(call);
    if (found.length > limit) found.shift();
  });
  if (options.json === true) deps.terminal.out(JSON.stringify({ verified, matched, calls: found }, undefined, 2));
  else {
    deps.terminal.out(verifiedLine(verified, matched));
    for (const call of found) deps.terminal.out(printable(callLine(call)));
    if (matched > found.length) deps.terminal.out(`(the newest ${found.length}; --limit shows more)`);
  }
  await noteReading(directory, deps, { verb: 'query', filter: { databases, filter }, matched });
  deps.exitWith(verified.code === 3 ? 3 : 0);
}

/** A text that every matching intent must hold: lines without it are not parsed. */
function needle(filter: CallFilter, only: readonly string[]) {
  const text = filter.call ?? filter.sqlHmac ?? filter.principal;
  return { only, ...(text === undefined ? {} : { needle: JSON.stringify(text).slice(1, -1) }) };
}

/** One call, one line; not yet made safe for a terminal. */
export function callLine(call: AuditedCall): string {
  const { intent, outcome, log } = call;
  const text = intent.sql?.text ?? intent.sql?.summary ?? intent.stmt?.fixed ?? '';
  const rows = outcome?.rows === undefined ? '' : ` ${outcome.rows} rows`;
  const why = intent.decision.code ?? outcome?.err?.code ?? '';
  const who = intent.principal?.id ?? 'unidentified';
  const revision = revisionOf(call);
  const revised = revision === undefined ? '' : ` (${revision})`;
  return `${intent.ts}  ${log}#${intent.seq}  ${statusOf(call).toUpperCase()}${why === '' ? '' : ` ${why}`}${revised}${rows}  ${who}  ${text.slice(0, 160)}  [${intent.call}]`;
}

export interface ExportOptions extends QueryOptions {
  readonly to: string;
  readonly out: string;
}

/** Written as it is read, so that a long log needs no memory; `close` gives the SHA-256 of what was written. */
function createExportFile(path: string) {
  const fd = openSync(path, 'w', 0o640);
  const hash = createHash('sha256');
  let held = '';
  const flush = () => {
    hash.update(held);
    for (let rest = Buffer.from(held); rest.length > 0; rest = rest.subarray(writeSync(fd, rest))); // may be short
    held = '';
  };
  return {
    add(text: string): void {
      held += text;
      if (held.length > exportChunk) flush();
    },
    close(): string {
      flush();
      closeSync(fd);
      return hash.digest('hex');
    },
  };
}

const exportChunk = 1024 * 1024;

/** Writes matching calls as CSV or OCSF, and beside them a manifest of what they were taken from. */
export async function auditExport(
  databases: readonly string[],
  options: ExportOptions,
  deps: CommandDeps,
): Promise<void> {
  if (options.to !== 'csv' && options.to !== 'ocsf') throw new CommandError('--to takes csv or ocsf.', 2);
  const filter = filterOf(options);
  const file = createExportFile(options.out);
  if (options.to === 'csv') file.add(csvHeader);
  let events = 0;
  const { directory, matched, read, verified } = await eachMatching(databases, filter, options, deps, (call) => {
    const rows =
      options.to === 'csv'
        ? [csvRow(call)]
        : ocsfEvents(call, deps.version).map((event) => `${JSON.stringify(event)}\n`);
    events += rows.length;
    for (const row of rows) file.add(row);
  });
  const sha256 = file.close();
  const manifest = {
    format: options.to,
    file: options.out,
    sha256,
    calls: matched,
    events,
    verified,
    filter: Object.fromEntries(
      Object.entries(filter).filter(([key]) => !['config', 'directory', 'json', 'to', 'out', 'limit'].includes(key)),
    ),
    sources: read.logs.map(({ log, origin, records, root, leaf }) => ({ log, origin, records, root, leaf })),
  };
  const manifestFile = await open(`${options.out}.manifest.json`, 'w', 0o640);
  await manifestFile.writeFile(`${JSON.stringify(manifest, undefined, 2)}\n`).finally(() => manifestFile.close());
  deps.terminal.out(
    options.json === true
      ? JSON.stringify(manifest)
      : `${verifiedLine(verified, matched)}\n${events} ${options.to === 'csv' ? 'rows' : 'events'} in ${options.out}`,
  );
  await noteReading(directory, deps, { verb: 'export', filter: { databases, filter }, matched });
  deps.exitWith(verified.code === 3 ? 3 : 0);
}
