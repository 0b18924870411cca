/** Sub-selects in expressions: EXISTS, scalar, ARRAY, IN, ANY, ALL (parse_expr.c: transformSubLink). */

import type { Tree } from '../../statement.ts';
import { fieldsOf, listOf } from '../../tree.ts';
import { readQuery } from '../clauses/query.ts';
import { kindOf, locationOf, operatorName, type QualifiedName } from '../nodes.ts';
import type { Scope } from '../scope.ts';
import { oid } from '../types/well-known.ts';
import { type Field, spendAll, type Value } from '../value.ts';
import { readExpression } from './expression.ts';
import { readRowItems } from './row.ts';
import { compareRows } from './row-comparison.ts';

const equals: QualifiedName = { catalog: undefined, schema: undefined, name: '=', written: '=' };

export function readSubLink(scope: Scope, node: Tree): Value {
  const location = locationOf(node);
  scope.reading.bound.add(node);
  const tested = readTested(scope, node);
  const columns = readQuery(scope, node['subselect']);
  spendAll(columns);
  switch (node['subLinkType']) {
    case 'EXISTS_SUBLINK':
      return { type: oid.bool, location };
    case 'EXPR_SUBLINK':
      return { ...onlyColumn(scope, columns, location), location };
    case 'ARRAY_SUBLINK':
      return { type: arrayOver(scope, onlyColumn(scope, columns, location).type, location), location };
    case 'ANY_SUBLINK':
    case 'ALL_SUBLINK': {
      const name = listOf(node['operName']).length > 0 ? operatorName(node['operName']) : equals;
      return compareRows(scope.reading, name, tested, valuesOf(columns, location), location);
    }
    default:
      return scope.reading.unknown(String(node['subLinkType']), location);
  }
}

function readTested(scope: Scope, node: Tree): readonly Value[] {
  if (node['testexpr'] === undefined) return [];
  if (kindOf(node['testexpr']) === 'RowExpr')
    return readRowItems(scope, listOf(fieldsOf(node['testexpr'], 'RowExpr')?.['args']));
  return [readExpression(scope, node['testexpr'])];
}

/** `(a, b) op (SELECT …)` compares with the one row the query answers. */
export function readRowAgainstQuery(scope: Scope, row: Tree, query: Tree, name: QualifiedName): Value {
  const location = locationOf(query);
  scope.reading.bound.add(query);
  const left = readRowItems(scope, listOf(row['args']));
  const columns = readQuery(scope, query['subselect']);
  spendAll(columns);
  return compareRows(scope.reading, name, left, valuesOf(columns, location), location);
}

function valuesOf(columns: readonly Field[], location: number): readonly Value[] {
  return columns.map(({ type, fields }) => ({ type, location, fields }));
}

function onlyColumn(scope: Scope, columns: readonly Field[], location: number) {
  const [first] = columns;
  if (first === undefined || columns.length > 1)
    return scope.reading.malformed('a sub-select used as a value must return one column', location);
  return { type: first.type, fields: first.fields };
}

/** `get_promoted_array_type`: an array of arrays is an array of the same type. */
function arrayOver(scope: Scope, type: number, location: number): number {
  const { types } = scope.reading;
  const array = types.arrayOf(type);
  if (array !== 0) return array;
  return types.element(type) === 0 ? scope.reading.malformed('there is no array of such values', location) : type;
}
