/** `pgwarden policy …`: the commands of who writes, tests and reviews policies. What a command does is loaded when it is called. */

import { type Command, Option } from 'commander';
import { CommandError } from './command-error.ts';
import type { CommandDeps } from './deps.ts';

const configOption = () =>
  new Option('-c, --config <file>', 'the configuration file (default: config.yaml here, else the user’s)');
const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

function addExplain(policy: Command, deps: CommandDeps): void {
  policy
    .command('explain')
    .description('what would happen to a statement, and which rules decide; nothing runs')
    .addOption(configOption())
    .requiredOption('--database <id>', 'the database')
    .requiredOption('--principal <id>', 'who asks')
    .option('--role <role>', 'a role of the caller’s token; may be repeated', collect)
    .requiredOption('--sql <text>', 'the statement')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  $ pgwarden policy explain --database orders --principal alice --role analyst --sql "select * from customers"',
    )
    .action(async (options: import('./policy-explain.ts').ExplainOptions) => {
      const { policyExplain } = await import('./policy-explain.ts');
      await policyExplain(options, deps);
    });
}

function addTest(policy: Command, deps: CommandDeps): void {
  policy
    .command('test')
    .description('run the tests of policies: who, which statement, what must come of it')
    .argument('[files...]', 'YAML files (default: tests/*.yaml in the policy directory)')
    .addOption(configOption())
    .option('--against <log>', 'ask the calls of an audit log again; ends with 1 when a refused one is now permitted')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExample:\n  $ pgwarden policy test policies/tests/orders.yaml')
    .action(
      async (files: readonly string[], options: import('./policy-test.ts').TestOptions & { against?: string }) => {
        if (options.against !== undefined) {
          const { policyReplay } = await import('./policy-replay.ts');
          await policyReplay(options.against, options, deps);
          return;
        }
        const { policyTest } = await import('./policy-test.ts');
        await policyTest(files, options, deps);
      },
    );
}

function addInit(policy: Command, deps: CommandDeps): void {
  policy
    .command('init')
    .description('write a starter policy beside the configuration')
    .addOption(configOption())
    .option('--principal <id>', 'who becomes a reader (default: the caller over stdio)')
    .option('--schema <name>', 'a schema readers may read; may be repeated', collect)
    .option('--from-grants <database>', 'a policy equal to what a database role has been granted there')
    .option('--role <role>', 'the database role of --from-grants')
    .addHelpText(
      'after',
      '\nExamples:\n  $ pgwarden policy init --schema public\n  $ pgwarden policy init --from-grants orders --role reporting',
    )
    .action(async (options: import('./policy-init.ts').InitOptions & { fromGrants?: string; role?: string }) => {
      const { fromGrants, role } = options;
      if (fromGrants === undefined && role === undefined) {
        const { policyInit } = await import('./policy-init.ts');
        return policyInit(options, deps);
      }
      if (fromGrants === undefined || role === undefined)
        throw new CommandError('--from-grants and --role go together.', 2);
      const { policyFromGrants } = await import('./policy-from-grants.ts');
      return policyFromGrants({ ...options, fromGrants, role }, deps);
    });
}

function addReview(policy: Command, deps: CommandDeps): void {
  policy
    .command('review')
    .description('who may read, write and call what, down to columns')
    .addOption(configOption())
    .option('--database <id>', 'one database (default: all)')
    .option('--csv', 'as CSV')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExample:\n  $ pgwarden policy review --csv > review.csv')
    .action(async (options: import('./policy-review.ts').ReviewOptions) => {
      const { policyReview } = await import('./policy-review.ts');
      await policyReview(options, deps);
    });
}

function addWho(policy: Command, deps: CommandDeps): void {
  policy
    .command('who')
    .description('who may read one column')
    .addOption(configOption())
    .requiredOption('--column <name>', 'schema.relation.column')
    .option('--database <id>', 'one database (default: all)')
    .option('--csv', 'as CSV')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExample:\n  $ pgwarden policy who --column public.customers.email')
    .action(async (options: import('./policy-review.ts').WhoOptions) => {
      const { policyWho } = await import('./policy-review.ts');
      await policyWho(options, deps);
    });
}

function addSuggest(policy: Command, deps: CommandDeps): void {
  policy
    .command('suggest')
    .description('rules that would have permitted refused calls, for review; applies nothing')
    .addOption(configOption())
    .requiredOption('--from <log>', 'the audit log: its directory, or one file')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExample:\n  $ pgwarden policy suggest --from audit/log')
    .action(async (options: { from: string; config?: string; json?: boolean }) => {
      const { policySuggest } = await import('./policy-replay.ts');
      await policySuggest(options.from, options, deps);
    });
}

function addApply(policy: Command, deps: CommandDeps): void {
  policy
    .command('apply')
    .description('put a change in force that waits in the running server (policy.reload: narrowing or manual)')
    .addOption(configOption())
    .option('--show', 'only show what waits')
    .option('--digest <sha256>', 'apply only if this is what waits, as --show named it')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExamples:\n  $ pgwarden policy apply --show\n  $ pgwarden policy apply')
    .action(async (options: import('./policy-apply.ts').ApplyOptions) => {
      const { policyApply } = await import('./policy-apply.ts');
      await policyApply(options, deps);
    });
}

/** Adds `policy` and its commands to the program. */
export function registerPolicyCommands(program: Command, deps: CommandDeps): void {
  const policy = program.command('policy').description('explain, test, write and review policies');
  addExplain(policy, deps);
  addTest(policy, deps);
  addInit(policy, deps);
  addReview(policy, deps);
  addWho(policy, deps);
  addSuggest(policy, deps);
  addApply(policy, deps);
}
