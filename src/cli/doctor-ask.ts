/** What doctor asks a database, down the corridor as the broker itself; every question leaves its records like any call. */

import type { Answer } from '../broker/answer.ts';
import type { FixedName } from '../catalog/fixed-statements.ts';
import { createCallId } from '../model/call-id.ts';
import { systemPrincipal } from '../model/principal.ts';
import type { CallContext } from '../model/request.ts';
import type { Json } from '../model/result.ts';
import { CommandError } from './command-error.ts';
import type { Parts } from './deps.ts';

/** One row by the names of its columns. */
export type Row = Readonly<Record<string, Json>>;

export function doctorCall(): CallContext {
  return { id: createCallId(), tool: 'doctor', principal: systemPrincipal, client: {}, transport: 'internal' };
}

/** Throws BrokerError. */
export function ask(
  { broker }: Parts,
  databaseId: string,
  name: FixedName,
  values: readonly string[] = [],
): Promise<Answer> {
  const parameters = { style: 'positional', values: values.map((value) => ({ value })) } as const;
  const statement = { from: 'fixed', name, parameters } as const;
  return broker.run(
    { call: doctorCall(), databaseId, action: 'select', statement, intent: 'read' },
    new AbortController().signal,
  );
}

/** All rows of a text that pages by OID, its last value; the first column is that OID. Throws BrokerError. */
export async function askAll(
  parts: Parts,
  databaseId: string,
  name: FixedName,
  before: readonly string[] = [],
): Promise<readonly Row[]> {
  const found: Row[] = [];
  for (let after = '0'; ; ) {
    const rows = rowsOf(await ask(parts, databaseId, name, [...before, after]));
    const last = rows.at(-1);
    if (last === undefined) return found;
    found.push(...rows);
    after = text(last, 'oid');
  }
}

export function rowsOf({ columns, rows }: Answer): readonly Row[] {
  return Array.from(rows, (row) =>
    Object.fromEntries(columns.map((column, index) => [column.name, row[index] ?? null])),
  );
}

const unexpected = () => new CommandError('the server gave an unexpected answer about its catalog.', 1);

export function text(row: Row, key: string): string {
  const value = row[key];
  if (typeof value === 'string') return value;
  throw unexpected();
}

export function truth(row: Row, key: string): boolean {
  const value = row[key];
  if (typeof value === 'boolean') return value;
  throw unexpected();
}

/** A JSON array of names; empty for null. */
export function names(row: Row, key: string): readonly string[] {
  if (row[key] === null) return [];
  const list: unknown = JSON.parse(text(row, key));
  if (!Array.isArray(list)) throw unexpected();
  return list.map(String);
}
