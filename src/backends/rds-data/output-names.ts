/** Names of a query's columns, where they are certain: from the reading, or as PostgreSQL names them by itself. */

import type { AuthorizedContents } from '../../audit/audit-log.ts';
import type { StatementContents } from '../../sql/statement.ts';
import { fieldsOf, listOf, stringOf } from '../../sql/tree.ts';

/** As FigureColname does for the plain cases; undefined for those that are not. */
function figuredName(value: unknown): string | undefined {
  const column = listOf(fieldsOf(value, 'ColumnRef')?.['fields']).at(-1);
  if (column !== undefined) return stringOf(column);
  const called = listOf(fieldsOf(value, 'FuncCall')?.['funcname']).at(-1);
  if (called !== undefined) return stringOf(called);
  const cast = fieldsOf(value, 'TypeCast');
  return cast === undefined ? undefined : figuredName(cast['arg']);
}

/** Undefined where the columns can only be known by asking: a star, or an expression without a name. */
function namesInTree(tree: unknown): readonly string[] | undefined {
  const select = fieldsOf(tree, 'SelectStmt');
  if (select === undefined || select['valuesLists'] !== undefined || select['larg'] !== undefined) return undefined;
  const names = listOf(select['targetList']).map((target) => {
    const fields = fieldsOf(target, 'ResTarget');
    const name = fields?.['name'];
    return typeof name === 'string' ? name : figuredName(fields?.['val']);
  });
  return names.every((name) => name !== undefined) ? names : undefined;
}

/** For a query: the names of its columns in order. Undefined for EXPLAIN, SHOW, writes, and what cannot be told. */
export function outputNames(
  { access }: Pick<AuthorizedContents, 'access'>,
  statement: Readonly<StatementContents>,
): readonly string[] | undefined {
  if (statement.class !== 'read' || fieldsOf(statement.tree, 'SelectStmt') === undefined) return undefined;
  return access.output?.map((column) => column.name) ?? namesInTree(statement.tree);
}
