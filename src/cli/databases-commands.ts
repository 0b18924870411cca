/** `pgwarden databases …`: what is configured, and changing it; loaded when it is called. */

import { type Command, Option } from 'commander';
import type { CommandDeps } from './deps.ts';

const configOption = () =>
  new Option('-c, --config <file>', 'the configuration file (default: config.yaml here, else the user’s)');
const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

function addAdd(databases: Command, deps: CommandDeps): void {
  databases
    .command('add')
    .description('add a database to the configuration file; what would not load is not written')
    .argument('<id>', 'what callers name it')
    .addOption(configOption())
    .option('--into <file>', 'an included file to write to, made where it is missing')
    .addOption(
      new Option('--type <type>', 'what it is')
        .choices(['direct_postgres', 'rds_data_api', 'embedded'])
        .default('direct_postgres'),
    )
    .option('--hostname <host>', 'host of the server')
    .option('--port <port>', 'port of the server (5432)')
    .option('--database <name>', 'name of the database')
    .option('--user <role>', 'role to sign in with')
    .option('--password-env <variable>', 'environment variable that holds the password')
    .option('--password-file <file>', 'file that holds the password')
    .option('--secret-arn <arn>', 'secret with user and password')
    .option('--resource-arn <arn>', 'cluster of the RDS Data API')
    .option('--region <region>', 'AWS region')
    .option('--ssl <mode>', 'disable, require, verify-ca or verify-full (verify-full)')
    .option('--ca <file>', 'PEM file of the trusted roots')
    .option('--directory <dir>', 'where an embedded database keeps its data')
    .option('--readonly <true|false>', 'false: statements that write are possible (true)')
    .option('--description <text>', 'shown to models')
    .option('--tag <tag>', 'may be repeated', collect)
    .option('--contact <text>', 'told to callers who are refused')
    .option('--policy <file>', 'its policy file (default: <id>.csv, else default.csv)')
    .option('--dry-run', 'print the file as it would be, and write nothing')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  $ pgwarden databases add orders --hostname db.internal --database shop --user broker --password-env ORDERS_PASSWORD',
    )
    .action(async (id: string, options: import('./databases-edit.ts').AddOptions) => {
      const { databasesAdd } = await import('./databases-edit.ts');
      await databasesAdd(id, options, deps);
    });
}

function addRemove(databases: Command, deps: CommandDeps): void {
  databases
    .command('remove')
    .description('take a database out of the configuration file; its audit log stays')
    .argument('<id>', 'the database')
    .addOption(configOption())
    .option('--dry-run', 'print the file as it would be, and write nothing')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExample:\n  $ pgwarden databases remove orders')
    .action(async (id: string, options: import('./databases-edit.ts').RemoveOptions) => {
      const { databasesRemove } = await import('./databases-edit.ts');
      await databasesRemove(id, options, deps);
    });
}

function addTest(databases: Command, deps: CommandDeps): void {
  databases
    .command('test')
    .description('reach databases down the corridor and say what was found; ends with 1 when one cannot be reached')
    .argument('[ids...]', 'which (default: all)')
    .addOption(configOption())
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExample:\n  $ pgwarden databases test orders')
    .action(async (ids: readonly string[], options: import('./databases-test.ts').DatabasesTestOptions) => {
      const { databasesTest } = await import('./databases-test.ts');
      await databasesTest(ids, options, deps);
    });
}

/** Adds `databases` and its commands to the program. */
export function registerDatabasesCommands(program: Command, deps: CommandDeps): void {
  const databases = program.command('databases').description('the configured databases');
  databases
    .command('list')
    .description('every configured database, without connecting')
    .addOption(configOption())
    .option('--tag <tag>', 'only those with this tag')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExample:\n  $ pgwarden databases list --tag prod')
    .action(async (options: import('./databases-list.ts').DatabasesListOptions) => {
      const { databasesList } = await import('./databases-list.ts');
      await databasesList(options, deps);
    });
  addAdd(databases, deps);
  addRemove(databases, deps);
  addTest(databases, deps);
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
