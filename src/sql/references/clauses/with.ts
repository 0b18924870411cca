/** WITH: common table expressions, each visible to those after it; with RECURSIVE to all, itself included (parse_cte.c). */

import type { Tree } from '../../statement.ts';
import { fieldsOf, listOf } from '../../tree.ts';
import { readExpression } from '../expressions/expression.ts';
import { renamed } from '../from/alias.ts';
import { isSet, locationOf, namesOf, part, textField } from '../nodes.ts';
import type { CommonTable, Scope } from '../scope.ts';
import { commonType } from '../types/common-type.ts';
import { oid } from '../types/well-known.ts';
import type { Field, RangeColumn } from '../value.ts';
import { readQuery } from './query.ts';

/** Reads every common table, named later or not. */
export function readWith(scope: Scope, node: Tree): void {
  const tables = listOf(node['ctes']).map((item) => commonTable(scope, fieldsOf(item, 'CommonTableExpr') ?? {}));
  const seen = new Map<string, CommonTable>();
  scope.commonTables = seen;
  if (isSet(node, 'recursive')) for (const table of tables) seen.set(table.name, table);
  for (const table of tables) {
    table.columns();
    seen.set(table.name, table);
  }
}

/** Read when first asked for. While it is being read it can only be asked for by itself, and then its first arm is known. */
function commonTable(scope: Scope, node: Tree): CommonTable {
  const location = locationOf(node);
  let state: 'unread' | 'reading' | 'read' = 'unread';
  let columns: readonly RangeColumn[] | undefined;
  const named = (fields: readonly Field[]) => renamed(scope.reading, fields, namesOf(node['aliascolnames']), location);
  const read = () => {
    if (state === 'reading' && columns === undefined)
      scope.reading.malformed('recursion must stand in the second arm', location);
    if (state !== 'unread') return columns ?? [];
    state = 'reading';
    const fields = readQuery(scope, node['ctequery'], (first) => {
      columns = [...named(first), ...traversal(scope, node).map((column) => ({ ...column, isHidden: true }))];
    });
    columns = [...named(fields), ...traversal(scope, node)];
    state = 'read';
    return columns;
  };
  return { name: textField(node, 'ctename') ?? '', columns: read };
}

/** Columns that SEARCH and CYCLE add. */
function traversal(scope: Scope, node: Tree): readonly RangeColumn[] {
  const [search, cycle] = [part(node, 'search_clause'), part(node, 'cycle_clause')];
  const columns: RangeColumn[] = [];
  if (search !== undefined)
    columns.push({
      name: textField(search, 'search_seq_column') ?? '',
      type: isSet(search, 'search_breadth_first') ? oid.record : oid.recordArray,
    });
  if (cycle === undefined) return columns;
  const marks = ['cycle_mark_value', 'cycle_mark_default'].map((field) => readExpression(scope, cycle[field]).type);
  const mark = commonType(scope.reading.types, marks) ?? oid.bool;
  columns.push({ name: textField(cycle, 'cycle_mark_column') ?? '', type: mark });
  columns.push({ name: textField(cycle, 'cycle_path_column') ?? '', type: oid.recordArray });
  return columns;
}
