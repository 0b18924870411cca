/** XMLTABLE and JSON_TABLE: a document, paths into it, and columns of stated types (parse_clause.c, parse_jsontable.c). */

import type { Tree } from '../../statement.ts';
import { fieldsOf, listOf } from '../../tree.ts';
import { readExpression } from '../expressions/expression.ts';
import { readJsonBehavior, readJsonContext, readJsonPassing } from '../expressions/json.ts';
import { isSet, part, textField } from '../nodes.ts';
import type { RangeEntry, Scope } from '../scope.ts';
import { coerce, noteInput } from '../types/coercion.ts';
import { readTypeName } from '../types/type-names.ts';
import { oid } from '../types/well-known.ts';
import type { RangeColumn } from '../value.ts';
import { readAlias, renamed } from './alias.ts';
import { entryOf } from './range-var.ts';

export function readXmlTable(scope: Scope, node: Tree): RangeEntry {
  const columns = scope.withLateral(true, () => {
    for (const name of listOf(node['namespaces'])) readAs(scope, fieldsOf(name, 'ResTarget')?.['val'], oid.text);
    readAs(scope, node['rowexpr'], oid.text);
    readAs(scope, node['docexpr'], oid.xml);
    return listOf(node['columns']).map((column) => readXmlColumn(scope, fieldsOf(column, 'RangeTableFuncCol') ?? {}));
  });
  return named(scope, node, columns, 'xmltable');
}

function readXmlColumn(scope: Scope, column: Tree): RangeColumn {
  const name = textField(column, 'colname') ?? '';
  if (isSet(column, 'for_ordinality')) return { name, type: oid.int4 };
  const type = typeOf(scope, column);
  readAs(scope, column['colexpr'], oid.text);
  readAs(scope, column['coldefexpr'], type);
  return { name, type };
}

function readAs(scope: Scope, node: unknown, type: number): void {
  if (node !== undefined) coerce(scope.reading, readExpression(scope, node), type, 'assignment');
}

/** A column's stated type; what comes from the document is read as one of it. */
function typeOf(scope: Scope, column: Tree): number {
  const typeName = part(column, 'typeName');
  const type = typeName === undefined ? oid.text : readTypeName(scope.reading, typeName);
  noteInput(scope.reading, type, -1);
  return type;
}

function named(scope: Scope, node: Tree, columns: readonly RangeColumn[], usual: string): RangeEntry {
  const alias = readAlias(node);
  return entryOf(alias.name ?? usual, renamed(scope.reading, columns, alias.columns, -1));
}

export function readJsonTable(scope: Scope, node: Tree): RangeEntry {
  const columns = scope.withLateral(true, () => {
    readJsonContext(scope, part(node, 'context_item'));
    readJsonPassing(scope, listOf(node['passing']));
    readPath(scope, node);
    readJsonBehavior(scope, part(node, 'on_error'), oid.jsonb);
    return readJsonColumns(scope, listOf(node['columns']));
  });
  return named(scope, node, columns, 'json_table');
}

function readPath(scope: Scope, node: Tree): void {
  const path = part(node, 'pathspec');
  if (path?.['string'] !== undefined) readExpression(scope, path['string']);
}

/** Columns of NESTED paths follow in their place. */
function readJsonColumns(scope: Scope, list: readonly unknown[]): readonly RangeColumn[] {
  return list.flatMap((item): readonly RangeColumn[] => {
    const column = fieldsOf(item, 'JsonTableColumn') ?? {};
    const name = textField(column, 'name') ?? '';
    readPath(scope, column);
    if (column['coltype'] === 'JTC_NESTED') return readJsonColumns(scope, listOf(column['columns']));
    if (column['coltype'] === 'JTC_FOR_ORDINALITY') return [{ name, type: oid.int4 }];
    const type = typeOf(scope, column);
    for (const field of ['on_empty', 'on_error'])
      readJsonBehavior(scope, part(column, field), type, part(column, 'typeName'));
    return [{ name, type }];
  });
}
