/** Whether a statement that others have run may be shown to a caller: only where it names nothing the caller may not see. */

import type { Catalogs } from '../catalog/catalogs.ts';
import type { Database } from '../model/database.ts';
import { type CallContext, noParameters, type QueryRequest } from '../model/request.ts';
import type { Access } from '../sql/access.ts';
import { parseStatement } from '../sql/parse-statement.ts';
import { resolveReferences } from '../sql/references/resolve-references.ts';
import type { DecisionPoint, Visibility } from './decision-point.ts';
import { settingClass } from './settings.ts';

export interface VisibleText {
  /** Names the statement reaches: what may be shown of its quoted identifiers. */
  readonly names: ReadonlySet<string>;
  /** Whether it reads system catalogs and nothing else: a client looking around. */
  readonly looksAround: boolean;
}

/**
 * Undefined, fail closed, for a text that is no single SELECT or DML, that names what does not exist along this
 * database's search_path, or one relation, column or user function hidden from the caller. Nothing is run or recorded.
 */
export async function visibleText(
  { decisionPoint, catalogs }: { readonly decisionPoint: DecisionPoint; readonly catalogs: Catalogs },
  database: Database,
  call: CallContext,
  sql: string,
): Promise<VisibleText | undefined> {
  const statement = { from: 'caller', sql, parameters: noParameters } as const;
  const request: QueryRequest = { call, databaseId: database.id, action: 'select', statement, intent: 'write' };
  const visibility = decisionPoint.visibility(call.principal, database.id);
  try {
    const parsed = await parseStatement(request, { ...database, readonly: false, dialect: 'full' });
    const access = await resolveReferences(parsed, catalogs, visibility.knows);
    return sees(visibility, access) ? { names: namesOf(access), looksAround: looksAround(access) } : undefined;
  } catch {
    return undefined;
  }
}

function sees(visibility: Visibility, { relations, functions, settings }: Access): boolean {
  return (
    relations.every(
      ({ schema, name, columns, allColumns }) =>
        visibility.relation(schema, name, allColumns) &&
        columns.every((column) => column.attnum < 0 || visibility.column(schema, name, column.name)),
    ) &&
    functions.every(
      (called) => called.class !== 'user' || visibility.function(called.schema, called.name, called.args),
    ) &&
    settings.every((name) => settingClass(name) === 'open')
  );
}

const namesOf = ({ relations }: Access): ReadonlySet<string> =>
  new Set(relations.flatMap(({ schema, name, columns }) => [schema, name, ...columns.map((column) => column.name)]));

const looksAround = ({ relations }: Access): boolean => relations.length > 0 && relations.every(({ system }) => system);
