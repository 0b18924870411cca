/** Runs one command line to its exit code: 0 ok, 1 finding, 2 usage or unreadable configuration, 3 damaged evidence (audit). */

import { type Command, CommanderError } from 'commander';
import { nearest } from '../config/near-key.ts';
import { CommandError } from './command-error.ts';
import type { CommandDeps } from './deps.ts';
import { normalizeSpelling } from './legacy-options.ts';
import { createPaint } from './paint.ts';
import { createProgram } from './program.ts';

/** One sentence and a hint; as one JSON object on stderr where `--json` was asked for. */
function report(thrown: CommandError, json: boolean, { terminal }: CommandDeps): void {
  const { message, hint } = thrown;
  if (json) terminal.err(JSON.stringify({ error: { message, ...(hint !== undefined && { hint }) } }));
  else {
    const { red, bold } = createPaint(terminal.watched);
    const sentence = `${red('pgwarden:')} ${message}`;
    terminal.err(hint === undefined ? sentence : `${sentence}\n${bold('Hint:')} ${hint}`);
  }
}

/** Codes that are answers, not errors. */
const answered = new Set(['commander.helpDisplayed', 'commander.help', 'commander.version']);

/** A mistake in the program itself, which only its stack explains; not what the world did (a port in use, a secret unset). */
function isOwnFault(thrown: unknown): thrown is Error {
  return (
    [TypeError, RangeError, ReferenceError, SyntaxError].some((kind) => thrown instanceof kind) &&
    !Object.hasOwn(Object(thrown), 'code')
  );
}

async function explain(thrown: unknown, json: boolean, deps: CommandDeps): Promise<number> {
  if (thrown instanceof CommanderError) return answered.has(thrown.code) ? 0 : 2; // commander has written its own sentence
  if (thrown instanceof CommandError) {
    report(thrown, json, deps);
    return thrown.exitCode;
  }
  const { ConfigError } = await import('../config/findings.ts');
  if (thrown instanceof ConfigError) {
    report(new CommandError(`the configuration cannot be used:\n${thrown.message}`, 2), json, deps);
    return 2;
  }
  const { BrokerError } = await import('../model/errors.ts');
  if (thrown instanceof BrokerError) {
    const code = thrown.code === 'POLICY_UNAVAILABLE' ? 2 : 1;
    report(new CommandError(`${thrown.code}: ${thrown.message}`, code, thrown.hint), json, deps);
    return code;
  }
  report(new CommandError(thrown instanceof Error ? thrown.message : String(thrown), 1), json, deps);
  if (isOwnFault(thrown)) deps.terminal.err(thrown.stack ?? '');
  return 1;
}

/** `serve` is the default command and takes no arguments: a word in its place is a mistyped command. */
function refuseUnknown(word: string | undefined, { commands }: Command): void {
  const names = ['help', ...commands.map((command) => command.name())];
  if (word === undefined || word.startsWith('-') || names.includes(word)) return;
  const meant = nearest(word, names);
  throw new CommandError(
    `there is no command ${word}.`,
    2,
    meant === undefined ? 'pgwarden --help lists every command.' : `Did you mean ${meant}?`,
  );
}

/** `args` without the interpreter and the script. Never rejects. */
export async function runProgram(args: readonly string[], deps: Omit<CommandDeps, 'exitWith'>): Promise<number> {
  let code = 0;
  const complete: CommandDeps = { ...deps, exitWith: (wanted) => (code = wanted) };
  try {
    const program = createProgram(complete);
    refuseUnknown(args[0], program);
    await program.parseAsync(normalizeSpelling(args), { from: 'user' });
    return code;
  } catch (thrown) {
    return explain(thrown, args.includes('--json'), complete);
  }
}
