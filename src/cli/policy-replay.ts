/** `pgwarden policy test --against` and `policy suggest`: a policy held against what an audit log says was asked. */

import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { eachLine } from '../audit/lines.ts';
import type { Config } from '../config/config.ts';
import type { Database } from '../model/database.ts';
import type { CasbinDecisionPoint } from '../policy/casbin-decision-point.ts';
import type { RecordedCall } from '../policy/recorded-call.ts';
import { CommandError } from './command-error.ts';
import type { CommandDeps } from './deps.ts';

export interface ReplayOptions {
  readonly config?: string;
  readonly json?: boolean;
}

interface Change {
  readonly change: 'widened' | 'narrowed';
  readonly at: string;
  readonly call: string;
  readonly database: string;
  readonly principal: string;
  readonly roles: readonly string[];
  readonly objects: readonly string[];
}

/** Ends with 1 when a call that was refused would now be permitted, else with 0. */
export async function policyReplay(log: string, options: ReplayOptions, deps: CommandDeps): Promise<void> {
  const { config, point } = await policies(options, deps);
  const { askAgain } = await import('../policy/recorded-call.ts');
  const changes: Change[] = [];
  const counts = await eachRecorded(log, async (record) => {
    const database = config.databases.find(({ id }) => id === record.db.id);
    if (database === undefined) return;
    const after = await effectNow(point, askAgain(record, point.policy(database.id), database));
    const before = record.decision.eff === 'allow' ? 'permit' : 'deny';
    if (before === after) return;
    const objects = record.objects.filter(({ via }) => via === undefined).map(objectName);
    changes.push({
      change: after === 'permit' ? 'widened' : 'narrowed',
      at: record.ts,
      call: record.call,
      database: database.id,
      principal: record.principal.id,
      roles: record.principal.roles,
      objects,
    });
  });
  if (options.json === true) deps.terminal.out(JSON.stringify({ ...counts, changes }, undefined, 2));
  else {
    for (const { change, at, database, principal, roles, objects } of changes)
      deps.terminal.out(
        `${change}  ${at}  ${database}  ${principal}${roles.length > 0 ? ` (${roles.join(', ')})` : ''}  ${objects.join('; ')}`,
      );
    const count = (kind: Change['change']) => changes.filter(({ change }) => change === kind).length;
    deps.terminal.out(
      `${counts.asked} calls asked again: ${count('widened')} widened, ${count('narrowed')} narrowed; ${counts.unknown} refused before it was known what they reach.`,
    );
  }
  deps.exitWith(changes.some(({ change }) => change === 'widened') ? 1 : 0);
}

/** Prints rows for review and writes nothing: what each refused call lacked, column by column. */
export async function policySuggest(log: string, options: ReplayOptions, deps: CommandDeps): Promise<void> {
  const { config, point } = await policies(options, deps);
  const [{ askAgain }, { secretColumn }, { printName }] = await Promise.all([
    import('../policy/recorded-call.ts'),
    import('../policy/secrets.ts'),
    import('../policy/identifiers.ts'),
  ]);
  const wanted = new Map<string, number>();
  const want = (row: string) => wanted.set(row, (wanted.get(row) ?? 0) + 1);
  const counts = await eachRecorded(log, async (record) => {
    const database = config.databases.find(({ id }) => id === record.db.id);
    if (database === undefined || record.decision.eff === 'allow') return;
    const question = askAgain(record, point.policy(database.id), database);
    const row = (resource: string, action: string) =>
      want(`p, user:${record.principal.id}, ${database.id}, ${resource}, ${action}, allow`);
    for (const relation of question.access.relations) {
      const parts =
        relation.columns.length === 0
          ? [relation]
          : relation.columns.map((column) => ({ ...relation, columns: [column] }));
      for (const part of parts) {
        const [column] = part.columns;
        if (column !== undefined && secretColumn(part.schema, part.name, column.name) !== undefined) continue;
        if (
          (await effectNow(point, {
            ...question,
            access: { ...question.access, relations: [part], functions: [] },
          })) === 'permit'
        )
          continue;
        row(
          column === undefined || column.name.startsWith('\u0000')
            ? printName(part.schema, part.name)
            : printName(part.schema, part.name, column.name),
          part.action,
        );
      }
    }
    for (const called of question.access.functions) {
      if (
        called.class !== 'user' ||
        (await effectNow(point, {
          ...question,
          access: { ...question.access, relations: [], functions: [called] },
        })) === 'permit'
      )
        continue;
      row(`${printName(called.schema, called.name)}(${called.args.join(', ')})`, 'call');
    }
  });
  const rows = [...wanted].sort((a, b) => b[1] - a[1]);
  if (options.json === true)
    deps.terminal.out(
      JSON.stringify({ ...counts, suggestions: rows.map(([rule, calls]) => ({ rule, calls })) }, undefined, 2),
    );
  else {
    deps.terminal.out(
      '# For review, never applied: what refused calls lacked. Prefer a role to a user, and nothing to either.',
    );
    for (const [rule, calls] of rows) deps.terminal.out(`${rule}   # ${calls} ${calls === 1 ? 'call' : 'calls'}`);
    if (counts.unknown > 0)
      deps.terminal.out(
        `# ${counts.unknown} more were refused before it was known what they reach; nothing can be suggested for them.`,
      );
  }
}

async function effectNow(
  point: CasbinDecisionPoint,
  question: Parameters<CasbinDecisionPoint['decide']>[0],
): Promise<'permit' | 'deny'> {
  if (!point.mayUse(question.principal, question.database.id)) return 'deny';
  return (await point.decide(question)).effect;
}

async function policies(
  { config: file }: ReplayOptions,
  deps: CommandDeps,
): Promise<{ config: Config; point: CasbinDecisionPoint }> {
  const config = await deps.loadConfig(file);
  if (config.policy.kind !== 'files')
    throw new CommandError('old single-database flags have a built-in policy, which does not change.', 2);
  const { createCasbinDecisionPoint } = await import('../policy/casbin-decision-point.ts');
  const databases: readonly Database[] = config.databases;
  return { config, point: await createCasbinDecisionPoint({ source: config.policy, databases }) };
}

/** Every recorded call of a caller under `log`, a file or a directory, in the order of the files' names. */
async function eachRecorded(
  log: string,
  visit: (record: RecordedCall) => Promise<void>,
): Promise<{ asked: number; unknown: number }> {
  const { readRecord } = await import('../policy/recorded-call.ts');
  const counts = { asked: 0, unknown: 0 };
  for (const file of await filesOf(log)) {
    const records: RecordedCall[] = [];
    await eachLine(file, (bytes, start, end) => {
      const record = readRecord(parsed(bytes.toString('utf8', start, end)));
      if (record === 'unknown') counts.unknown++;
      else if (record !== 'other') records.push(record);
      return undefined;
    });
    for (const record of records) await visit(record);
    counts.asked += records.length;
  }
  return counts;
}

/** A torn last line is no record. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

async function filesOf(log: string): Promise<readonly string[]> {
  const found = await stat(log).catch(() => undefined);
  if (found === undefined)
    throw new CommandError(`there is no audit log at ${log}.`, 2, 'Name the audit directory, or one file of it.');
  if (!found.isDirectory()) return [log];
  const names = await readdir(log, { recursive: true });
  return names
    .filter((name) => /\.jsonl(\.gz)?$/.test(name))
    .sort()
    .map((name) => join(log, name));
}

const objectName = ({ s, t, k, cols, acc, args }: RecordedCall['objects'][number]): string =>
  k === 'function'
    ? `call ${s}.${t}(${(args ?? []).join(', ')})`
    : `${acc.join('+')} ${s}.${t}(${cols === undefined || cols === '*' ? '*' : cols.join(', ')})`;
