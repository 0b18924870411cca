/** `pgwarden audit …`: the auditor's commands and their options; each loads its work when it is called. */

import { type Command, Option } from 'commander';
import type { BundleOptions } from './audit-bundle.ts';
import type { FindOptions } from './audit-find.ts';
import type { ExportOptions, QueryOptions } from './audit-query.ts';
import type { ReportOptions } from './audit-report.ts';
import type { ShipOptions } from './audit-ship.ts';
import type { CommandDeps } from './deps.ts';

/** Options every verb has: where the log is, and machine-readable output. */
export interface AuditOptions {
  readonly config?: string;
  readonly directory?: string;
  readonly json?: boolean;
}

/** What `verify` is told beyond the directory. */
export interface VerifyFlags {
  readonly full?: boolean;
  readonly vkey?: readonly string[];
  readonly against?: readonly string[];
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
    .option('--vkey <file...>', 'identity keys you trust: files as keygen writes them, or the keys themselves')
    .option('--against <file...>', 'heads you kept: files of signed notes, as “audit heads” prints them')
    .action(async (databases: string[], options: AuditOptions & VerifyFlags) => {
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

  verb(
    audit,
    'retention [databases...]',
    'which files are past keep_days, and when they go',
    'retention orders',
  ).action(async (databases: string[], options: AuditOptions) => {
    const { auditRetention } = await import('./audit-retention.ts');
    await auditRetention(databases, options, deps);
  });

  audit
    .command('keygen')
    .description('make the identity key that signs the log, and the key auditors check it with')
    .requiredOption('-o, --out <file>', 'the private key; the public one is <file>.vkey')
    .option('--name <name>', 'a name for the key, as it stands in every head', 'pgwarden')
    .addHelpText(
      'after',
      '\nExample:\n  $ pgwarden audit keygen --out /etc/pgwarden/audit.key --name example.com/pgwarden',
    )
    .action(async (options: { out: string; name: string }) => {
      const { auditKeygen } = await import('./audit-keygen.ts');
      await auditKeygen(options, deps);
    });

  verb(
    audit,
    'heads [databases...]',
    'the newest signed head of every log, to be kept elsewhere',
    'heads --export heads.txt',
  )
    .option('--export <file>', 'write them to a file instead of printing them')
    .action(async (databases: string[], options: AuditOptions & { export?: string }) => {
      const { auditHeads } = await import('./audit-heads.ts');
      await auditHeads(databases, options, deps);
    });

  verb(audit, 'ship', 'copy the log to where nobody can change it, as it is written', 'ship --config config.yaml')
    .option('--once', 'ship what is there, and end')
    .option('--status', 'how far the copies reach, and how long the oldest record has waited')
    .action(async (options: ShipOptions) => {
      const { auditShip } = await import('./audit-ship.ts');
      await auditShip(options, deps);
    });

  verb(audit, 'receipt <receipt>', 'is the record a receipt was given for still there?', 'receipt receipt.json').action(
    async (receipt: string, options: AuditOptions) => {
      const { auditReceipt } = await import('./audit-receipt.ts');
      await auditReceipt(receipt, options, deps);
    },
  );

  verb(
    audit,
    'prove <call>',
    'a proof, to be checked without the log, that the records of a call stand in it',
    'prove 019aa0c6-5b7a-7c1e-8a51-0123456789ab',
  ).action(async (call: string, options: AuditOptions) => {
    const { auditProve } = await import('./audit-prove.ts');
    await auditProve(call, options, deps);
  });

  filtered(
    verb(
      audit,
      'query [databases...]',
      'calls that match, each with its outcome',
      'query orders --principal alice --status denied',
    ),
  )
    .option('--limit <count>', 'show the newest so many (1000)')
    .action(async (databases: string[], options: QueryOptions) => {
      const { auditQuery } = await import('./audit-query.ts');
      await auditQuery(databases, options, deps);
    });

  verb(
    audit,
    'find [databases...]',
    'was this value ever in a statement? (databases recorded in hmac mode)',
    'find --value < value.txt',
  )
    .option('--value', 'ask for the value, or read it from stdin: it never stands on the command line')
    .option('--key <file>', 'what audit.hmac_key holds; default: the key beside the log')
    .action(async (databases: string[], options: FindOptions) => {
      const { auditFind } = await import('./audit-find.ts');
      await auditFind(databases, options, deps);
    });

  verb(
    audit,
    'show <call>',
    'everything the log knows of one call',
    'show 019aa0c6-5b7a-7c1e-8a51-0123456789ab',
  ).action(async (call: string, options: AuditOptions) => {
    const { auditShow } = await import('./audit-show.ts');
    await auditShow(call, options, deps);
  });

  filtered(
    verb(
      audit,
      'export [databases...]',
      'calls for other systems, with a manifest of what was verified',
      'export --to ocsf --out calls.ocsf.jsonl',
    ),
  )
    .requiredOption('--to <format>', 'csv or ocsf')
    .requiredOption('-o, --out <file>', 'the file to write')
    .action(async (databases: string[], options: ExportOptions) => {
      const { auditExport } = await import('./audit-query.ts');
      await auditExport(databases, options, deps);
    });

  verb(
    audit,
    'bundle [databases...]',
    'a folder of evidence that explains itself: logs, policies, heads, report, verifier',
    'bundle --until 2026-12 --vkey audit.key.vkey --out evidence-2026-11',
  )
    .requiredOption('-o, --out <dir>', 'the folder to make')
    .option('--since <time>', 'the report begins here; logs are copied from their beginning')
    .option('--until <time>', 'files that begin later are left out')
    .option('--vkey <file...>', 'identity keys you trust; they are added to the folder')
    .action(async (databases: string[], options: BundleOptions) => {
      const { auditBundle } = await import('./audit-bundle.ts');
      await auditBundle(databases, options, deps);
    });

  verb(
    audit,
    'report [databases...]',
    'one self-contained page: integrity, who reached what, refusals, volume',
    'report --since 2026-11 --out report.html',
  )
    .requiredOption('-o, --out <file>', 'the file to write')
    .option('--format <format>', 'html or json', 'html')
    .option('--since <time>', 'RFC 3339, or a beginning of it')
    .option('--until <time>', 'the same; not included')
    .option('--vkey <file...>', 'identity keys you trust')
    .option('--against <file...>', 'heads you kept')
    .action(async (databases: string[], options: ReportOptions) => {
      const { auditReport } = await import('./audit-report.ts');
      await auditReport(databases, options, deps);
    });
}

/** Filters of the verbs that choose calls; all that are given must hold. */
function filtered(command: Command): Command {
  return command
    .option('--principal <id>', 'the verified caller, or the human it called for')
    .option('--kind <kind>', 'human, service, agent or system')
    .option('--client <name>', 'client address, or the name a client gave itself')
    .option('--table <name>', 'schema.table, or schema.table.column')
    .option('--class <class>', 'read, write, ddl, role, function or misc')
    .option('--decision <eff>', 'allow or deny')
    .option('--code <code>', 'error code, as callers were told it')
    .option('--rule <text>', 'part of a policy line that decided')
    .option('--status <status>', 'ok, denied, error, timeout, cancelled, withheld, unknown, not_executed or open')
    .option('--since <time>', 'RFC 3339, or a beginning of it: 2026-11-23T08')
    .option('--until <time>', 'the same; not included')
    .option('--call <id>', 'one call, or what the broker read on its behalf')
    .option('--sql-hmac <hash>', 'exactly this text: hmac:<version>:<hex>')
    .option('--min-rows <count>', 'at least so many rows released');
}
