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
  databases
    .command('discover')
    .description('print YAML for the databases of an AWS account and region; adds nothing by itself')
    .option('--aws', 'Aurora PostgreSQL clusters')
    .option('--region <region>', 'the region to look in')
    .option('--profile <name>', 'profile of the AWS configuration')
    .option('--role-arn <arn>', 'a role to assume in another account')
    .option('--external-id <id>', 'the external id that role asks for')
    .option('--endpoint <url>', 'another endpoint than the region’s own')
    .option('--tag <key=value>', 'only those with this tag; may be repeated', (tag: string, before: string[] = []) => [
      ...before,
      tag,
    ])
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  $ pgwarden databases discover --aws --region eu-west-1 --tag team=data > databases.d/found.yaml',
    )
    .action(async (options: import('./discover.ts').DiscoverOptions) => {
      const { discover } = await import('./discover.ts');
      await discover(options, deps);
    });
}
