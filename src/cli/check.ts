/** `pgwarden check`: everything wrong with configuration and policies, without connecting to anything. */

import type { Config } from '../config/config.ts';
import { ConfigError, type Finding, formatFinding } from '../config/findings.ts';
import { type Fault, PolicyUnusable } from '../policy/fault.ts';
import type { CommandDeps } from './deps.ts';
import { counted } from './layout.ts';
import { createPaint } from './paint.ts';

interface Verdict {
  readonly file?: string | undefined;
  readonly databases?: number;
  readonly findings: readonly Finding[];
}

/** A policy that does not exist yet is the next step, not a mistake: `serve` refuses, `check` warns. */
function asFinding({ file, line, message, hint }: Fault): Finding {
  const severity = line === 0 && message.startsWith('there is no policy') ? 'warning' : 'error';
  return { severity, file, ...(line > 0 && { line }), key: 'policy', message, hint };
}

async function checkPolicies({ policy, databases }: Config): Promise<Finding[]> {
  if (policy.kind !== 'files') return [];
  const { readPolicies } = await import('../policy/policy-directory.ts');
  try {
    await readPolicies(
      policy,
      databases.map(({ id }) => id),
    );
    return [];
  } catch (thrown) {
    if (thrown instanceof PolicyUnusable) return thrown.faults.map(asFinding);
    throw thrown;
  }
}

/** What the next start would announce or remove: better known before. */
async function checkRetention({ file, audit }: Config): Promise<Finding[]> {
  const [{ retentionOf }, { plannedFiles }] = await Promise.all([
    import('../audit/retention-policy.ts'),
    import('./audit-retention.ts'),
  ]);
  const policy = retentionOf(audit);
  if (policy === undefined) return [];
  const files = await plannedFiles(audit.directory, policy).catch(() => []); // there is no log yet
  const going = files.filter(({ state }) => state === 'due' || state === 'announced' || state === 'removable');
  if (going.length === 0) return [];
  const message = `${going.length} files of the audit log are past ${policy.days} days and will be removed`;
  const hint = 'pgwarden audit retention lists them; audit.legal_hold keeps those of a database.';
  return [{ severity: 'warning', ...(file !== undefined && { file }), key: 'audit.expired', message, hint }];
}

async function judge(file: string | undefined, deps: CommandDeps): Promise<Verdict> {
  try {
    const config = await deps.loadConfig(file);
    const findings = [...config.warnings, ...(await checkPolicies(config)), ...(await checkRetention(config))];
    return { file: config.file, databases: config.databases.length, findings };
  } catch (thrown) {
    if (thrown instanceof ConfigError) return { file, findings: thrown.findings };
    throw thrown;
  }
}

function print({ file, databases, findings }: Verdict, ok: boolean, { terminal }: CommandDeps): void {
  const { red, yellow } = createPaint(terminal.watched);
  const word = (severity: Finding['severity']) => (severity === 'error' ? red : yellow)(severity);
  for (const finding of findings) terminal.err(`${word(finding.severity)}: ${formatFinding(finding)}`);
  const count = (severity: Finding['severity']) => findings.filter((finding) => finding.severity === severity).length;
  const subject = file ?? 'the configuration';
  if (ok)
    terminal.out(
      `${subject} ${createPaint(terminal.interactive).green('is valid')}: ${counted(databases ?? 0, 'database')}, ${counted(count('warning'), 'warning')}.`,
    );
  else
    terminal.err(
      `${subject} cannot be used: ${counted(count('error'), 'error')}, ${counted(count('warning'), 'warning')}.`,
    );
}

/** Ends with 0 when nothing stops the start, 1 when something does, 2 when the file cannot be read at all. */
export async function check(options: { config?: string; json?: boolean }, deps: CommandDeps): Promise<void> {
  const verdict = await judge(options.config, deps);
  const errors = verdict.findings.filter((finding) => finding.severity === 'error');
  const ok = errors.length === 0;
  if (options.json === true) deps.terminal.out(JSON.stringify({ ok, ...verdict }, undefined, 2));
  else print(verdict, ok, deps);
  const unreadable = errors.some(({ key }) => ['file', 'YAML', '--config'].includes(key));
  deps.exitWith(ok ? 0 : unreadable ? 2 : 1);
}
