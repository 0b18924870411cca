/** `pgwarden init` and its options; what it does is loaded when it is called. */

import { type Command, Option } from 'commander';
import type { CommandDeps } from './deps.ts';

export function registerInit(program: Command, deps: CommandDeps): void {
  program
    .command('init')
    .description('write a working configuration, a starter policy and the snippet for an AI client')
    .option('-c, --config <file>', 'the file to write', 'config.yaml')
    .addOption(
      new Option('--type <type>', 'kind of database')
        .choices(['direct_postgres', 'rds_data_api', 'embedded'])
        .default('direct_postgres'),
    )
    .option('--id <id>', 'what callers name the database')
    .option('--hostname <host>', 'direct_postgres: where it is')
    .option('--port <port>', 'direct_postgres: its port', '5432')
    .option('--database <name>', 'name of the database on the server')
    .option('--user <name>', 'direct_postgres: the role to sign in with; least privilege is best')
    .option('--password-env <name>', 'direct_postgres: the environment variable that holds the password')
    .option('--password-file <file>', 'direct_postgres: a file that holds it, instead; only its owner may read it')
    .option('--ssl <mode>', 'direct_postgres: verify-full, verify-ca, require or disable (verify-full)')
    .option('--resource-arn <arn>', 'rds_data_api: ARN of the cluster')
    .option('--secret-arn <arn>', 'ARN of the secret that holds user and password')
    .option('--schema <name>', 'a schema readers may read; may be repeated', (name: string, before: string[] = []) => [
      ...before,
      name,
    ])
    .addHelpText(
      'after',
      '\nExamples:\n  $ pgwarden init          (asks)\n' +
        '  $ pgwarden init --hostname db.internal --database shop --user broker --schema public',
    )
    .action(async (options: import('./init.ts').InitOptions) => {
      const { init } = await import('./init.ts');
      await init(options, deps);
    });
}
