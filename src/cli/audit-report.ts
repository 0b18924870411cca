/** `pgwarden audit report`: what happened, on one page that needs nothing else. */

import { writeFile } from 'node:fs/promises';
import { eachCall } from '../audit/calls.ts';
import { renderReport } from '../audit/report/page.ts';
import { buildSummary } from '../audit/report/summary.ts';
import { noteReading } from './audit-access.ts';
import type { AuditOptions } from './audit-commands.ts';
import { auditDirectory } from './audit-directory.ts';
import { readHeads, readKeys } from './audit-evidence.ts';
import { progressOn, verifiedLine, verifiedOf } from './audit-verified.ts';
import { CommandError } from './command-error.ts';
import type { CommandDeps } from './deps.ts';

export interface ReportOptions extends AuditOptions {
  readonly out: string;
  readonly format: string;
  readonly since?: string;
  readonly until?: string;
  readonly vkey?: readonly string[];
  readonly against?: readonly string[];
}

export async function auditReport(
  databases: readonly string[],
  options: ReportOptions,
  deps: CommandDeps,
): Promise<void> {
  if (options.format !== 'html' && options.format !== 'json') throw new CommandError('--format takes html or json.', 2);
  const period = {
    ...(options.since === undefined ? {} : { since: options.since }),
    ...(options.until === undefined ? {} : { until: options.until }),
  };
  const builder = buildSummary(period);
  const evidence = {
    only: databases,
    trusted: await readKeys(options.vkey ?? []),
    against: await readHeads(options.against ?? []),
    progress: progressOn(deps.terminal),
  };
  const directory = await auditDirectory(options, deps);
  const read = await eachCall(directory, evidence, builder.call, builder.record);
  const summary = builder.finish();
  const made = new Date().toISOString();
  const verified = verifiedOf(read);
  const text =
    options.format === 'html'
      ? renderReport({ read, summary, period, made, version: deps.version })
      : `${JSON.stringify({ made, period, verified, logs: read.logs, summary }, mapsAsObjects, 2)}\n`;
  await writeFile(options.out, text, { mode: 0o640 });
  deps.terminal.out(`${verifiedLine(verified, summary.calls)}\nThe report is in ${options.out}.`);
  await noteReading(directory, deps, { verb: 'report', filter: { databases, period }, matched: summary.calls });
  deps.exitWith(verified.code);
}

function mapsAsObjects(_: string, value: unknown): unknown {
  return value instanceof Map ? Object.fromEntries(value) : value;
}
