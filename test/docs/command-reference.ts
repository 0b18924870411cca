/** Prints docs/commands.md: the help of every command as a terminal of 80 columns shows it. */

import type { Command } from 'commander';
import { createProgram } from '../../src/cli/program.ts';
import { unwatched } from '../cli/audit.ts';

const unused = (): never => {
  throw new Error('Help needs none of it.');
};

/** The program with nothing behind it: what it writes is collected. */
export function silentProgram(written: string[]): Command {
  return createProgram({
    version: '0.0.0',
    terminal: { ...unwatched, out: (text) => void written.push(text), err: unused },
    loadConfig: unused,
    readAside: unused,
    compose: unused,
    discoverClusters: unused,
    examineReach: unused,
    emulateAws: unused,
    openShipTarget: unused,
    exitWith: unused,
  });
}

export interface CommandHelp {
  /** As it is typed: `pgwarden policy explain`. */
  readonly name: string;
  readonly help: string;
  /** Whether it only gathers others. */
  readonly group: boolean;
}

export function commandHelps(): CommandHelp[] {
  const written: string[] = [];
  const helps: CommandHelp[] = [];
  const visit = (command: Command, before: string): void => {
    const name = `${before}${command.name()}`;
    written.length = 0;
    command.configureHelp({ ...command.configureHelp(), helpWidth: 80 });
    command.outputHelp();
    helps.push({ name, help: written.join('\n').trim(), group: command.commands.length > 0 });
    for (const inner of command.commands) if (inner.name() !== 'help') visit(inner, `${name} `);
  };
  visit(silentProgram(written), '');
  return helps;
}

const intro = `# Commands

Printed from the program itself (\`npm run docs\` writes this page). Every command ends with 0 where all is well, 1 where it
found something, 2 for a wrong usage or a configuration that cannot be read; the audit commands end with 3 where evidence
is damaged. Errors are one sentence and a hint on stderr; with \`--json\` they are one object. In a checkout, \`pgwarden\` is
\`node dist/main.js\`.
`;

export function printCommandReference(): string {
  const sections = commandHelps().map(({ name, help }) => `## ${name}\n\n\`\`\`text\n${help}\n\`\`\`\n`);
  return `${intro}\n${sections.join('\n')}`;
}
