/** `pgwarden doctor`: every database, what its role could do beside the policy, and whether anything of it is bad. */

import type { Config } from '../config/config.ts';
import type { Database } from '../model/database.ts';
import { CommandError } from './command-error.ts';
import type { CommandDeps } from './deps.ts';
import type { DoctorOptions } from './doctor-command.ts';
import { type Examination, examine } from './doctor-examine.ts';
import { policiesFor } from './doctor-policy.ts';
import { screen } from './doctor-screen.ts';
import { createCommandLog } from './log.ts';
import { createPaint } from './paint.ts';

/** Ends with 1 when a finding is `bad` or a database could not be examined; throws ConfigError and PolicyUnusable (2). */
export async function doctor(options: DoctorOptions, deps: CommandDeps): Promise<void> {
  const config = await deps.loadConfig(options.config);
  const databases = chosen(config, options.database);
  const { green, red } = createPaint(deps.terminal.interactive);
  const of = await policiesFor(config);
  const parts = await deps.compose(config, createCommandLog(config.log.level, deps.terminal));
  try {
    const examinations: Examination[] = [];
    for (const [index, database] of databases.entries()) {
      deps.terminal.passing(`examining ${database.id} (${index + 1} of ${databases.length}) …`);
      const examination = await examine(parts, database, of(database.id), deps.examineReach);
      examinations.push(examination);
      if (options.json !== true) deps.terminal.out(`${screen(examination, deps.terminal)}\n`);
    }
    const ok = examinations.every(isSound);
    if (options.json === true) deps.terminal.out(JSON.stringify({ ok, databases: examinations }, undefined, 2));
    else deps.terminal.out(ok ? green('Nothing bad was found.') : red('Something bad was found.'));
    deps.exitWith(ok ? 0 : 1);
  } finally {
    await parts.close();
  }
}

const isSound = ({ status, findings }: Examination): boolean =>
  status !== 'failed' && findings.every(({ severity }) => severity !== 'bad');

/** All, or the one named. Throws CommandError (2). */
export function chosen({ databases }: Config, id: string | undefined): readonly Database[] {
  const found = id === undefined ? databases : databases.filter((database) => database.id === id);
  if (found.length > 0) return found;
  throw new CommandError(
    `there is no database ${id ?? ''} in the configuration.`,
    2,
    `Configured: ${databases.map((database) => database.id).join(', ')}.`,
  );
}
