/** `pgwarden audit retention`: what stands to happen to every closed file, and why it has not yet. */

import { listLogs } from '../audit/layout.ts';
import { planRetention, type RetentionStep } from '../audit/retention.ts';
import { type RetentionPolicy, removalOf } from '../audit/retention-policy.ts';
import type { AuditOptions } from './audit-commands.ts';
import { auditDirectory } from './audit-directory.ts';
import type { CommandDeps } from './deps.ts';

export interface PlannedFile extends RetentionStep {
  /** `database/instance`. */
  readonly log: string;
}

const words: Record<RetentionStep['state'], (due: string) => string> = {
  kept: (due) => `kept until ${due}`,
  held: (due) => `on legal hold; it would have been due on ${due}`,
  not_shipped: (due) => `due since ${due}, and not shipped yet`,
  due: (due) => `due since ${due}: the server announces it in the log, and removes it a day later`,
  announced: (due) => `announced in the log; removed from ${due} on`,
  removable: (due) => `announced in the log; removed since ${due}, at the server's next round`,
};

/** Of every log, or those asked for. `_access` is its readers' and never retired. */
export async function plannedFiles(
  root: string,
  policy: RetentionPolicy,
  only: readonly string[] = [],
): Promise<readonly PlannedFile[]> {
  const files: PlannedFile[] = [];
  for (const { id, instance } of await listLogs(root)) {
    if (id === '_access' || (only.length > 0 && !only.includes(id))) continue;
    const steps = await planRetention(root, { id, instance }, policy, Date.now());
    files.push(...steps.map((step) => ({ log: `${id}/${instance}`, ...step })));
  }
  return files;
}

/** Removes nothing: only the server does, since it must put on record first what goes. */
export async function auditRetention(
  databases: readonly string[],
  options: AuditOptions,
  deps: CommandDeps,
): Promise<void> {
  const { audit } = await deps.loadConfig(options.config);
  const policy = removalOf(audit);
  const files = await plannedFiles(await auditDirectory(options, deps), policy, databases);
  const { hotDays, keepDays, expired } = audit;
  if (options.json === true) deps.terminal.out(JSON.stringify({ expired, hotDays, keepDays, files }, undefined, 2));
  else {
    const rule =
      expired === 'keep' ? 'Nothing is removed (audit.expired: keep). With remove' : 'Files past that are removed';
    deps.terminal.out(`Kept: ${policy.days} days${whereElse(policy, audit.ship?.keepDays)}. ${rule}:`);
    for (const { log, file, state, due } of files)
      deps.terminal.out(`${log}/${file}  ${words[state](due.slice(0, 10))}`);
    if (files.length === 0) deps.terminal.out('No closed file yet: the one a log is written to never goes.');
  }
  deps.exitWith(0);
}

function whereElse({ reason }: RetentionPolicy, copyDays = 0): string {
  return reason === 'keep_days' ? '' : ` here (hot_days), and ${copyDays} days as the copy that was shipped`;
}
