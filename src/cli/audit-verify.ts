/** `pgwarden audit verify`: is the evidence whole? */

import { exitCodeOf, type Finding } from '../audit/findings.ts';
import { printable } from '../audit/record-line.ts';
import { type LogReport, verifyDirectory } from '../audit/verify.ts';
import type { AuditOptions, VerifyFlags } from './audit-commands.ts';
import { auditDirectory } from './audit-directory.ts';
import { readHeads, readKeys } from './audit-evidence.ts';
import { progressOn } from './audit-verified.ts';
import type { CommandDeps } from './deps.ts';
import { counted } from './layout.ts';
import { createPaint } from './paint.ts';

export async function auditVerify(
  databases: readonly string[],
  options: AuditOptions & VerifyFlags,
  deps: CommandDeps,
): Promise<void> {
  const directory = await auditDirectory(options, deps);
  const full = options.full === true;
  const trusted = await readKeys(options.vkey ?? []);
  const against = await readHeads(options.against ?? []);
  const progress = progressOn(deps.terminal);
  const logs = await verifyDirectory(directory, { full, only: databases, trusted, against, progress });
  deps.terminal.passing('');
  const code = exitCodeOf(logs.flatMap(({ findings }) => findings));
  if (options.json === true)
    deps.terminal.out(JSON.stringify({ directory, full, intact: code === 0, logs }, undefined, 2));
  else print(logs, summary(logs, code, full), code, deps);
  deps.exitWith(code);
}

const severities = ['damage', 'finding', 'note'] as const;

/** What a line begins with is ours, and may be coloured; the rest is made safe for a terminal. */
function print(logs: readonly LogReport[], end: string, code: 0 | 1 | 3, { terminal }: CommandDeps): void {
  const { red, yellow, green, dim } = createPaint(terminal.interactive);
  const brushes = { damage: red, finding: yellow, note: dim };
  const coloured = (line: string) => {
    const severity = severities.find((word) => line.startsWith(`  ${word.toUpperCase()} `));
    return severity === undefined ? line : brushes[severity](line);
  };
  for (const line of logs.flatMap(logLines)) terminal.out(coloured(printable(line)));
  terminal.out({ 0: green, 1: yellow, 3: red }[code](printable(end)));
}

function logLines(report: LogReport): readonly string[] {
  const { log, records, files, counts, live, leaf } = report;
  const sums =
    counts === undefined ? '' : `, ${counts.intents} allowed, ${counts.outcomes} outcomes, ${counts.denied} denied`;
  const signed = report.signed ? `, ${report.sealed} under signed heads` : '';
  const head = `${log}: ${counted(records, 'record')} in ${counted(files, 'file')}${sums}${live ? ', being written' : ''}${signed}, last leaf ${leaf.slice(0, 16)}…`;
  return [head, ...report.findings.map(findingLine)];
}

function findingLine({ severity, code, file, offset, seq, message }: Finding): string {
  const place = [
    file,
    offset === undefined ? undefined : `byte ${offset}`,
    seq === undefined ? undefined : `record ${seq}`,
  ];
  const where = place.filter((part) => part !== undefined).join(', ');
  return `  ${severity.toUpperCase()} ${code}: ${message}${where === '' ? '' : ` (${where})`}`;
}

const verdicts = { 0: 'Intact', 1: 'Whole, with findings', 3: 'DAMAGED' } as const;

function summary(logs: readonly LogReport[], code: 0 | 1 | 3, full: boolean): string {
  const records = logs.reduce((sum, log) => sum + log.records, 0);
  const depth = full
    ? 'chain, schema, times, intents and outcomes checked'
    : 'chain checked; --full also reads what each line says';
  return `${verdicts[code]}: ${counted(logs.length, 'log')}, ${counted(records, 'record')} verified (${depth}).`;
}
