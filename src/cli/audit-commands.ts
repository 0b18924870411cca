/** `pgwarden audit …`: the auditor's commands and their options; each loads its work when it is called. */

import { type Command, Option } from 'commander';
import type { CommandDeps } from './deps.ts';

/** Options every verb has: where the log is, and machine-readable output. */
export interface AuditOptions {
  readonly config?: string;
  readonly directory?: string;
  readonly json?: boolean;
}

function verb(audit: Command, usage: string, description: string, example: string): Command {
  return audit
    .command(usage)
    .description(description)
    .addOption(new Option('-c, --config <file>', 'the configuration file that names the log'))
    .option('-d, --directory <dir>', 'the audit directory itself; wins over --config')
    .option('--json', 'one JSON document instead of text')
    .addHelpText('after', `\nExample:\n  $ pgwarden audit ${example}`);
}

/** Adds `audit` and its verbs. Exit codes: 0 intact, 1 a finding, 2 usage, 3 evidence damaged. */
export function registerAuditCommands(program: Command, deps: CommandDeps): void {
  const audit = program.command('audit').description('the auditor’s tools: verify and read the audit log');

  verb(
    audit,
    'verify [databases...]',
    'check that nothing was changed, removed, added or moved',
    'verify --full --directory audit/log',
  )
    .option('--full', 'also what each line says: schema, times, every intent with its outcome')
    .action(async (databases: string[], options: AuditOptions & { full?: boolean }) => {
      const { auditVerify } = await import('./audit-verify.ts');
      await auditVerify(databases, options, deps);
    });

  verb(audit, 'tail [databases...]', 'the newest records, denials marked', 'tail -f orders')
    .option('-n, --lines <count>', 'how many records', '20')
    .option('-f, --follow', 'go on with what is written from now on')
    .action(async (databases: string[], options: AuditOptions & { lines: string; follow?: boolean }) => {
      const { auditTail } = await import('./audit-tail.ts');
      await auditTail(databases, options, deps);
    });
}
