/** `pgwarden demo` and its options; what it does is loaded when it is called. */

import type { Command } from 'commander';
import type { CommandDeps } from './deps.ts';

export function registerDemo(program: Command, deps: CommandDeps): void {
  program
    .command('demo')
    .description('try it: an embedded PostgreSQL with sample data, policies and two people; no set-up')
    .option('--once', 'a tour with a real client, then the end: exit 0 when every promise was kept')
    .option('--rds', 'the same databases behind an imitation of the RDS Data API, through the real AWS SDK')
    .option('--transport <name>', 'streamable-http or stdio', 'streamable-http')
    .option('--listen <host:port>', 'address for HTTP', '127.0.0.1:8000')
    .addHelpText('after', '\nExamples:\n  $ pgwarden demo --once\n  $ pgwarden demo --rds --once')
    .action(async (options: { once?: boolean; rds?: boolean; transport: string; listen: string }) => {
      const { demo } = await import('./demo.ts');
      await demo(options, deps);
    });
}
