/** `pgwarden policy init --from-grants`: a policy equal to what a database role has been granted. */

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FixedName } from '../catalog/fixed-statements.ts';
import type { Config } from '../config/config.ts';
import { createCallId } from '../model/call-id.ts';
import { isPrincipalId, systemPrincipal } from '../model/principal.ts';
import { readRows } from '../model/read-rows.ts';
import type { Json } from '../model/result.ts';
import { CommandError } from './command-error.ts';
import type { CommandDeps, Parts } from './deps.ts';
import { createCommandLog } from './log.ts';
import { findDatabase } from './policy-explain.ts';

export interface FromGrantsOptions {
  readonly config?: string;
  readonly fromGrants: string;
  readonly role: string;
}

/** Reads the grants through the corridor as the broker itself; writes `<database_id>.csv`, never over a file that exists. */
export async function policyFromGrants(
  { config: file, fromGrants: id, role }: FromGrantsOptions,
  deps: CommandDeps,
): Promise<void> {
  if (!isPrincipalId(role) || role.includes(':'))
    throw new CommandError(`"${role}" cannot be the name of a role in a policy.`, 2);
  const config = await deps.loadConfig(file);
  if (config.policy.kind !== 'files')
    throw new CommandError(
      'old single-database flags use a built-in policy.',
      2,
      'Run `pgwarden migrate` to get a configuration file first.',
    );
  // there may be no policy yet; the broker's own reads need none, and nobody else calls here
  const unruled: Config = { ...config, policy: { kind: 'builtin-local-read' } };
  const parts = await deps.compose(unruled, createCommandLog(config.log.level, deps.terminal));
  const lines = (await grantRows(parts, id, role).finally(() => parts.close())).map(inOneLine);
  const rows = lines.filter((line) => !line.startsWith('#'));
  if (rows.length === 0)
    throw new CommandError(
      `the role ${role} has been granted nothing in ${id}.`,
      1,
      'Check the name of the role, and USAGE on its schemas.',
    );
  const target = join(config.policy.directory, `${id}.csv`);
  await mkdir(config.policy.directory, { recursive: true });
  const text = `# What the database role ${role} had been granted. Add g rows, and take away what is not needed.\n${lines.join('\n')}\n`;
  await writeFile(target, text, { flag: 'wx' }).catch(() => {
    throw new CommandError(
      `${target} exists already, or cannot be written; nothing was changed.`,
      1,
      'Move it away first.',
    );
  });
  deps.terminal.out(
    `Wrote ${target}: ${rows.length} rules. Next: give the role ${role} to someone, g, NAME, ${role}, ${id}`,
  );
}

/** What ends a line of a policy, or has no place in it (policy-text.ts). */
const unwritable = /[\u0000-\u0008\n-\u001f\u007f\u0085\u2028\u2029]+/g;

/** Whoever makes a table chooses its name: what stands in it must not become a row. */
const inOneLine = (row: string): string => {
  const line = row.replace(unwritable, ' ');
  return line === row ? row : `# no row can say this: ${line}`;
};

async function grantRows(parts: Parts, id: string, role: string): Promise<readonly string[]> {
  const { printName } = await import('../policy/identifiers.ts');
  const { id: database } = findDatabase(parts, id);
  const row = (resource: string, action: string) => `p, ${role}, ${database}, ${resource}, ${action}, allow`;
  const rows: string[] = [];
  for await (const [, schema, relation, privilege, columns] of pages(parts, database, 'relation_grants', role)) {
    if (columns === null || columns === undefined) continue;
    const action = text(privilege).toLowerCase();
    const names = columns === 'all' ? [undefined] : strings(columns);
    for (const name of names)
      rows.push(
        row(
          name === undefined ? printName(text(schema), text(relation)) : printName(text(schema), text(relation), name),
          action,
        ),
      );
  }
  for await (const [, schema, name, args] of pages(parts, database, 'function_grants', role)) {
    rows.push(row(`${printName(text(schema), text(name))}(${strings(args ?? null).join(', ')})`, 'call'));
  }
  return rows;
}

/** Rows of a fixed text, asked for again after the last OID until a page brings nothing. */
async function* pages(
  { broker }: Parts,
  databaseId: string,
  name: FixedName,
  role: string,
): AsyncGenerator<readonly Json[]> {
  for (let after = '0'; ; ) {
    const call = {
      id: createCallId(),
      tool: 'policy init',
      principal: systemPrincipal,
      client: {},
      transport: 'internal',
    } as const;
    const statement = {
      from: 'fixed',
      name,
      parameters: { style: 'positional', values: [{ value: role }, { value: after }] },
    } as const;
    const answer = await broker.run(
      { call, databaseId, action: 'select', statement, intent: 'read' },
      new AbortController().signal,
    );
    const rows = await readRows(answer.rows);
    if (rows.length === 0) return;
    yield* rows;
    after = text(rows.at(-1)?.[0]);
  }
}

function text(value: Json | undefined): string {
  if (typeof value === 'string') return value;
  throw new CommandError('the grants cannot be read: the server gave an unexpected answer.', 1);
}

function strings(value: Json): readonly string[] {
  const list: unknown = JSON.parse(text(value));
  return Array.isArray(list) ? list.map(String) : [];
}
