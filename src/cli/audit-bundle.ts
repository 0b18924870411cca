/** `pgwarden audit bundle`: a folder of evidence that explains itself and is checked without this server. */

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CallsRead, eachCall } from '../audit/calls.ts';
import { copyLogs, copyTexts } from '../audit/evidence.ts';
import { listLogs } from '../audit/layout.ts';
import { renderReport } from '../audit/report/page.ts';
import { buildSummary } from '../audit/report/summary.ts';
import { noteReading } from './audit-access.ts';
import type { AuditOptions } from './audit-commands.ts';
import { auditDirectory } from './audit-directory.ts';
import { readKeys } from './audit-evidence.ts';
import { verifiedLine, verifiedOf } from './audit-verified.ts';
import { CommandError } from './command-error.ts';
import type { CommandDeps } from './deps.ts';

export interface BundleOptions extends AuditOptions {
  readonly out: string;
  readonly since?: string;
  readonly until?: string;
  readonly vkey?: readonly string[];
}

const here = import.meta.url;

/** The format's own description, which the package carries: above `src/cli`, `dist` and `dist/chunks`. */
const formatFiles = new URL(here.endsWith('.ts') || here.includes('/chunks/') ? '../../audit/' : '../audit/', here);

export async function auditBundle(
  databases: readonly string[],
  options: BundleOptions,
  deps: CommandDeps,
): Promise<void> {
  const directory = await auditDirectory(options, deps);
  const trusted = await readKeys(options.vkey ?? []);
  const { out, since, until } = options;
  await mkdir(out, { mode: 0o750 }).catch(() => {
    throw new CommandError(`${out} cannot be made, or is there already.`, 2);
  });
  const log = join(out, 'log');
  await copyLogs(directory, log, { only: databases, ...(until === undefined ? {} : { until }) });
  await copyTexts(directory, log);
  for (const name of ['README.md', 'schema.json', 'verify.sh'])
    await copyFile(fileURLToPath(new URL(name, formatFiles)), join(out, name === 'README.md' ? 'FORMAT.md' : name));

  const own = [...new Set((await listLogs(log)).map(({ id }) => id))].filter((id) => id.startsWith('_'));
  const only = databases.length === 0 ? [] : [...new Set([...databases, ...own])]; // the anchor log speaks of others too
  const period = { ...(since === undefined ? {} : { since }), ...(until === undefined ? {} : { until }) };
  const builder = buildSummary(period);
  const read = await eachCall(log, { trusted, only }, builder.call, builder.record);
  const summary = builder.finish();
  const made = new Date().toISOString();
  const write = (name: string, text: string) => writeFile(join(out, name), text, { mode: 0o640 });
  await write('report.html', renderReport({ read, summary, period, made, version: deps.version }));
  await write('heads.txt', read.logs.flatMap(({ note }) => (note === undefined ? [] : [note])).join('\n'));
  await write('keys.txt', trusted.map(({ text }) => `${text}\n`).join(''));
  await write('README.txt', readme(read, made, only, trusted.length > 0));
  await write('MANIFEST.sha256', await manifest(out));

  const verified = verifiedOf(read);
  const text = `${verifiedLine(verified, summary.calls)}\nThe evidence is in ${out}.`;
  deps.terminal.out(options.json === true ? JSON.stringify({ out, verified, calls: summary.calls }) : text);
  await noteReading(directory, deps, { verb: 'bundle', filter: { databases, period }, matched: summary.calls });
  deps.exitWith(verified.code);
}

function readme({ logs }: CallsRead, made: string, only: readonly string[], hasKeys: boolean): string {
  const key = hasKeys ? 'keys.txt' : 'YOUR-KEY.vkey';
  return `Evidence from the audit log of pgwarden, copied ${made}.

log/             the logs, from their beginning, and under log/_policy every policy in force, named by its SHA-256
report.html      what they say of the period asked for; opens in any browser, offline
heads.txt        the newest signed head of every log that has one: compare it with heads kept elsewhere
keys.txt         the identity keys given when this was made${hasKeys ? '' : ' (none: ask the operator for one by another way)'}
FORMAT.md        the format, and what it can and cannot show; schema.json is its schema
verify.sh        checks one chain with a shell and sha256sum alone
MANIFEST.sha256  the hash of every file here: sha256sum -c MANIFEST.sha256

To check:
${logs.map(({ log }) => `  sh verify.sh log/${log}\n`).join('')}  pgwarden audit verify${only.map((id) => ` ${id}`).join('')} --full --directory log --vkey ${key}

A log that was being written when this was made ends without a signed head over its last lines; verify says so.
`;
}

/** In the form that \`sha256sum -c\` reads. */
async function manifest(out: string): Promise<string> {
  const names = (await readdir(out, { recursive: true })).sort();
  const lines: string[] = [];
  for (const name of names)
    if ((await stat(join(out, name))).isFile()) lines.push(`${await hashOf(join(out, name))}  ${name}\n`);
  return lines.join('');
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest('hex');
}
