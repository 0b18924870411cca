/** `pgwarden status`, `pgwarden reload` and `pgwarden calls cancel`: ask the running server on its `admin_listen`. */

import { type Command, Option } from 'commander';
import type { CommandDeps } from './deps.ts';

const configOption = () =>
  new Option('-c, --config <file>', 'the configuration file (default: config.yaml here, else the user’s)');

/** Adds the commands to the program. */
export function registerStatusCommands(program: Command, deps: CommandDeps): void {
  program
    .command('status')
    .description('running calls, queues and breakers of the running server')
    .addOption(configOption())
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExample:\n  $ pgwarden status --config config.yaml')
    .action(async (options: import('./status.ts').StatusOptions) => {
      const { status } = await import('./status.ts');
      await status(options, deps);
    });
  program
    .command('reload')
    .description('have the running server read its files now; ends when they are in force, or with why they are not')
    .addOption(configOption())
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExample:\n  $ pgwarden reload --config config.yaml')
    .action(async (options: import('./status.ts').StatusOptions) => {
      const { reload } = await import('./status.ts');
      await reload(options, deps);
    });
  program
    .command('calls')
    .description('the calls of the running server')
    .command('cancel')
    .description('stop a running call; its id is in pgwarden status')
    .argument('<id>', 'the id of the call')
    .addOption(configOption())
    .addHelpText('after', '\nExample:\n  $ pgwarden calls cancel 0190c1f2-7a3b-7cde-8f01-23456789abcd')
    .action(async (id: string, options: import('./status.ts').StatusOptions) => {
      const { cancelCall } = await import('./status.ts');
      await cancelCall(id, options, deps);
    });
}
