/** `pgwarden doctor`: registered here, loaded when it is called. */

import { type Command, Option } from 'commander';
import { CommandError } from './command-error.ts';
import type { CommandDeps } from './deps.ts';

/** Options as commander hands them over; `grants` chooses the script instead of the examination. */
export interface DoctorOptions {
  readonly config?: string;
  readonly database?: string;
  readonly json?: boolean;
  readonly grants?: string;
  readonly role?: string;
  readonly to?: string;
}

/** Refuses options that say nothing together, so that none is silently ignored. */
function checkCombination({ grants, role, to, database, json }: DoctorOptions): void {
  if (grants === undefined && (role !== undefined || to !== undefined))
    throw new CommandError(
      '--role and --to belong to --grants.',
      2,
      'Write: pgwarden doctor --grants DATABASE --role ROLE',
    );
  if (grants !== undefined && (database !== undefined || json === true))
    throw new CommandError('--grants prints a script for one database; --database and --json do not apply.', 2);
}

/** Adds `doctor` to the program. */
export function registerDoctor(program: Command, deps: CommandDeps): void {
  program
    .command('doctor')
    .description(
      'connect to every database and report what its role could do beside the policy; 1 when something is bad',
    )
    .addOption(new Option('-c, --config <file>', 'the configuration file (default: config.yaml here, else the user’s)'))
    .option('--database <id>', 'one database (default: all)')
    .option('--json', 'as JSON')
    .option('--grants <database>', 'print a GRANT script that says what the policy says; runs nothing')
    .option('--role <role>', 'with --grants: for one role of the policy (default: for everyone it names together)')
    .option('--to <name>', 'with --grants: the database role (default: pgwarden_DATABASE[_ROLE])')
    .addHelpText(
      'after',
      '\nExamples:\n  $ pgwarden doctor --database orders\n  $ pgwarden doctor --grants orders --role analyst > grants.sql',
    )
    .action(async (options: DoctorOptions) => {
      checkCombination(options);
      if (options.grants !== undefined) {
        const { doctorGrants } = await import('./doctor-grants.ts');
        return doctorGrants({ ...options, grants: options.grants }, deps);
      }
      const { doctor } = await import('./doctor.ts');
      return doctor(options, deps);
    });
}
