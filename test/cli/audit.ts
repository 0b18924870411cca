/** Runs the auditor's commands in this process, as the program would. */

import { Command } from 'commander';
import { registerAuditCommands } from '../../src/cli/audit-commands.ts';
import { CommandError } from '../../src/cli/command-error.ts';
import type { CommandDeps } from '../../src/cli/deps.ts';

export interface Printed {
  readonly lines: string[];
  code: number | undefined;
}

/** A terminal nobody looks at. */
export const unwatched = { passing: () => undefined, interactive: false, watched: false, width: 80 } as const;

/** What a command is given, and what it printed and the exit code it asked for. */
export function collecting(): { readonly deps: CommandDeps; readonly result: Printed } {
  const result: Printed = { lines: [], code: undefined };
  const { lines } = result;
  const deps: CommandDeps = {
    version: '0',
    terminal: {
      ...unwatched,
      out: (text) => lines.push(...text.split('\n')),
      err: (text) => lines.push(text),
    },
    loadConfig: () => Promise.reject(new Error('no configuration is read here')),
    readAside: () => Promise.reject(new Error('no configuration is read here')),
    compose: () => Promise.reject(new Error('nothing is composed here')),
    discoverClusters: () => Promise.reject(new Error('no account')),
    examineReach: () => Promise.reject(new Error('nothing is examined here')),
    emulateAws: () => Promise.reject(new Error('nothing is emulated here')),
    openShipTarget: () => Promise.reject(new Error('nowhere to ship to')),
    exitWith: (asked) => {
      result.code = asked;
    },
  };
  return { deps, result };
}

/** Runs one command as the program would. */
export async function runAudit(...args: string[]): Promise<Printed> {
  const { deps, result } = collecting();
  const program = new Command().exitOverride();
  registerAuditCommands(program, deps);
  try {
    await program.parseAsync(['audit', ...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    result.lines.push(error.message);
    result.code = error.exitCode;
  }
  return result;
}
