/** `pgwarden databases test`: reaches databases down the corridor, as the broker itself, and says what was found. */

import type { Database } from '../model/database.ts';
import { BrokerError } from '../model/errors.ts';
import type { CommandDeps, Parts } from './deps.ts';
import { ask, rowsOf, text, truth } from './doctor-ask.ts';
import { createLog } from './log.ts';

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

function line({ id, status, error, version, role, encrypted, connect_ms, latency_ms }: Finding): string {
  if (error !== undefined) return `${id}: ${error.code}: ${error.message}`;
  if (status === 'disabled') return `${id}: switched off`;
  const secure = encrypted === true ? 'encrypted' : 'not encrypted';
  return `${id}: PostgreSQL ${version}, as ${role}, ${secure}; connected in ${connect_ms} ms, answers in ${latency_ms} ms`;
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
  const parts = await deps.compose(config, createLog(config.log.level));
  try {
    const findings: Finding[] = [];
    for (const database of databases) {
      const finding = await reach(parts, database);
      findings.push(finding);
      if (options.json !== true) deps.terminal.out(line(finding));
    }
    if (options.json === true) deps.terminal.out(JSON.stringify(findings, undefined, 2));
    deps.exitWith(findings.some(({ status }) => status === 'failed') ? 1 : 0);
  } finally {
    await parts.close();
  }
}
