/** `pgwarden migrate` and its options; what it does is loaded when it is called. */

import type { Command } from 'commander';
import type { CommandDeps } from './deps.ts';
import type { MigrateOptions } from './migrate.ts';

export function registerMigrate(program: Command, deps: CommandDeps): void {
  program
    .command('migrate')
    .description('print the configuration equal to old flags, variables or a client’s mcpServers')
    .argument('[old-flags...]', 'after --: the flags of the old server')
    .option(
      '--mcp-servers <file>',
      'a client’s configuration with "mcpServers"; every old server in it becomes a database',
    )
    .option('--id <id>', 'what callers will name the database', 'default')
    .addHelpText(
      'after',
      '\nExamples:\n  $ pgwarden migrate --id orders -- --hostname db.internal --secret_arn ARN --database orders > config.yaml\n' +
        '  $ pgwarden migrate --mcp-servers ~/.config/client/mcp.json > config.yaml',
    )
    .action(async (oldFlags: readonly string[], options: MigrateOptions) => {
      const { migrateCommand } = await import('./migrate.ts');
      await migrateCommand(oldFlags, options, deps);
    });
}
