/** `pgwarden databases …`: what is configured; loaded when it is called. */

import { type Command, Option } from 'commander';
import type { CommandDeps } from './deps.ts';

/** Adds `databases` and its commands to the program. */
export function registerDatabasesCommands(program: Command, deps: CommandDeps): void {
  const databases = program.command('databases').description('the configured databases');
  databases
    .command('list')
    .description('every configured database, without connecting')
    .addOption(new Option('-c, --config <file>', 'the configuration file (default: config.yaml here, else the user’s)'))
    .option('--tag <tag>', 'only those with this tag')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExample:\n  $ pgwarden databases list --tag prod')
    .action(async (options: import('./databases-list.ts').DatabasesListOptions) => {
      const { databasesList } = await import('./databases-list.ts');
      await databasesList(options, deps);
    });
}
