/** The command line: every command, its options and an example; what a command does is loaded when it is called. */

import { Command, Option } from 'commander';
import { registerAuditCommands } from './audit-commands.ts';
import { registerDatabasesCommands } from './databases-commands.ts';
import { registerDemo } from './demo-command.ts';
import type { CommandDeps } from './deps.ts';
import { registerDoctor } from './doctor-command.ts';
import { registerInit } from './init-command.ts';
import { registerKeysCommand } from './keys-command.ts';
import { legacyOptions } from './legacy-options.ts';
import { registerMigrate } from './migrate-command.ts';
import { registerPolicyCommands } from './policy-commands.ts';
import { hearSignals } from './signals.ts';
import { registerStatusCommands } from './status-commands.ts';

const configOption = () =>
  new Option('-c, --config <file>', 'the configuration file (default: config.yaml here, else the user’s)');

function addServe(program: Command, deps: CommandDeps): void {
  const serve = program
    .command('serve', { isDefault: true })
    .description('start the server (the default command)')
    .addOption(configOption())
    .option('--transport <name>', 'stdio, streamable-http or sse (stdio)')
    .option('--listen <host:port>', 'address of the HTTP transports (127.0.0.1:8000)')
    .option('--audit-directory <dir>', 'where the audit log is written')
    .addHelpText(
      'after',
      '\nExamples:\n  $ pgwarden serve --config config.yaml --transport streamable-http\n' +
        '  $ pgwarden --hostname db.internal --secret_arn ARN --database app   (one database, as before; _ and - alike)',
    );
  for (const option of legacyOptions()) serve.addOption(option);
  serve.action(async (options: Readonly<Record<string, unknown>>) => {
    const signals = hearSignals();
    const { greet } = await import('./greet.ts');
    const greeting = await greet(options, deps.version);
    const { serve: run } = await import('./serve.ts');
    await run(options, deps, { signals, greeting });
  });
}

function addCheck(program: Command, deps: CommandDeps): void {
  program
    .command('check')
    .description('validate configuration and policies without connecting')
    .addOption(configOption())
    .option('--json', 'findings as JSON')
    .addHelpText('after', '\nExample:\n  $ pgwarden check --config config.yaml')
    .action(async (options: { config?: string; json?: boolean }) => {
      const { check } = await import('./check.ts');
      await check(options, deps);
    });
}

/** Commander takes them out again where nobody sees colour, or NO_COLOR is set. */
const paint = (code: number) => (text: string) => `\u001b[${code}m${text}\u001b[0m`;
const [bold, cyan] = [paint(1), paint(36)];

/** Nothing heavy is imported here, so that `--help` is instant. */
export function createProgram(deps: CommandDeps): Command {
  const program = new Command('pgwarden')
    .description('The policy-driven query broker for PostgreSQL: one MCP server in front of many databases.')
    .version(deps.version, '-V, --version')
    .configureOutput({
      writeOut: (text) => deps.terminal.out(text.trimEnd()),
      writeErr: (text) => deps.terminal.err(text.trimEnd()),
    })
    .showHelpAfterError('Hint: pgwarden --help lists every command; each has --help of its own.')
    .addHelpText(
      'after',
      '\nExamples:\n  $ pgwarden demo --once                      a tour of what it promises\n' +
        '  $ pgwarden init                             your own database\n' +
        '  $ pgwarden policy explain --help            why something is refused',
    )
    .configureHelp({ styleTitle: bold, styleCommandText: cyan, styleSubcommandText: cyan, styleOptionText: cyan })
    .exitOverride();
  program.commandsGroup('Start:');
  registerDemo(program, deps);
  registerInit(program, deps);
  registerMigrate(program, deps);
  addCheck(program, deps);
  addServe(program, deps);
  program.commandsGroup('Decide:');
  registerPolicyCommands(program, deps);
  registerDoctor(program, deps);
  program.commandsGroup('Prove:');
  registerAuditCommands(program, deps);
  program.commandsGroup('Operate:');
  registerDatabasesCommands(program, deps);
  registerKeysCommand(program, deps);
  registerStatusCommands(program, deps);
  program.addHelpCommand(
    new Command('help').argument('[command]').description('the help of one of them').helpGroup('Operate:'),
  );
  return program;
}
