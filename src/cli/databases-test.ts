/** `pgwarden databases test`: reaches databases down the corridor, as the broker itself, and says what was found. */

import type { Database } from '../model/database.ts';
import { BrokerError } from '../model/errors.ts';
import type { CommandDeps, Parts } from './deps.ts';
import { ask, rowsOf, text, truth } from './doctor-ask.ts';
import { counted } from './layout.ts';
import { createCommandLog } from './log.ts';
import { createPaint, type Paint } from './paint.ts';

export interface DatabasesTestOptions {
  readonly config?: string;
  readonly json?: boolean;
}

/** What `--json` prints of each database; keys are only ever added. */
interface Finding {
  readonly id: string;
  readonly status: 'reached' | 'disabled' | 'failed';
  readonly error?: { readonly code: string; readonly message: string };
  readonly version?: string;
  readonly role?: string;
  readonly encrypted?: boolean;
  readonly connect_ms?: number;
  readonly latency_ms?: number;
}

const milliseconds = (microseconds: number) => Math.round(microseconds) / 1000;

/** The code and its sentence only: what the driver said may name hosts and users. */
async function reach(parts: Parts, { id, enabled, connection }: Database): Promise<Finding> {
  if (!enabled) return { id, status: 'disabled' };
  try {
    const first = await ask(parts, id, 'server_info');
    const answer = await ask(parts, id, 'posture_role');
    const [row = {}] = rowsOf(answer);
    return {
      id,
      status: 'reached',
      version: text(row, 'version'),
      role: text(row, 'role'),
      encrypted: connection.type === 'rds_data_api' || truth(row, 'encrypted'),
      connect_ms: milliseconds(first.timings.connect),
      latency_ms: milliseconds(answer.timings.execute),
    };
  } catch (thrown) {
    if (!(thrown instanceof BrokerError)) throw thrown;
    return { id, status: 'failed', error: { code: thrown.code, message: thrown.message } };
  }
}

type Findings = readonly Finding[];

function line({ id, status, error, version, role, encrypted, connect_ms, latency_ms }: Finding): string {
  if (error !== undefined) return `${id}: ${error.code}: ${error.message}`;
  if (status === 'disabled') return `${id}: switched off`;
  const secure = encrypted === true ? 'encrypted' : 'not encrypted';
  const times = `connected in ${Math.round(connect_ms ?? 0)} ms, answers in ${Math.round(latency_ms ?? 0)} ms`;
  return `${id}: PostgreSQL ${version?.split(' ')[0]}, as ${role}, ${secure}; ${times}`;
}

/** What a person sees: a mark, the ids under each other, and what to do next. */
function marked(finding: Finding, idWidth: number, { green, red, dim }: Paint): string {
  const { id, status } = finding;
  const mark = { reached: green('✓'), failed: red('✗'), disabled: dim('–') }[status];
  return `${mark} ${id.padEnd(idWidth)}  ${line(finding).slice(id.length + 2)}`;
}

function nextStep(findings: Findings): readonly string[] {
  const [first, ...others] = findings.filter(({ status }) => status === 'failed');
  if (first === undefined) return [];
  const count = `${others.length + 1} of ${counted(findings.length, 'database')} cannot be reached`;
  return [`${count}: pgwarden doctor --database ${first.id} says more.`];
}

/** All databases, or those named. Ends with 1 when one cannot be reached. Throws CommandError, ConfigError, PolicyUnusable. */
export async function databasesTest(
  ids: readonly string[],
  options: DatabasesTestOptions,
  deps: CommandDeps,
): Promise<void> {
  const config = await deps.loadConfig(options.config);
  const { chosen } = await import('./doctor.ts');
  const databases = ids.length === 0 ? config.databases : ids.flatMap((id) => chosen(config, id));
  const parts = await deps.compose(config, createCommandLog(config.log.level, deps.terminal));
  try {
    const findings: Finding[] = [];
    const { out, passing, interactive } = deps.terminal;
    const paint = createPaint(interactive);
    const idWidth = Math.max(...databases.map(({ id }) => id.length));
    for (const [index, database] of databases.entries()) {
      passing(`reaching ${database.id} (${index + 1} of ${databases.length}) …`);
      const finding = await reach(parts, database);
      findings.push(finding);
      if (options.json !== true) out(interactive ? marked(finding, idWidth, paint) : line(finding));
    }
    if (options.json === true) out(JSON.stringify(findings, undefined, 2));
    else for (const text of interactive ? nextStep(findings) : []) out(text);
    deps.exitWith(findings.some(({ status }) => status === 'failed') ? 1 : 0);
  } finally {
    await parts.close();
  }
}
