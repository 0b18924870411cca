/** Expressions written with operators, and those that stand for some: IN, BETWEEN, LIKE, NULLIF, IS DISTINCT FROM, ANY, ALL. */

import type { Tree } from '../../statement.ts';
import { fieldsOf, isTree, listOf } from '../../tree.ts';
import { isSet, kindOf, locationOf, operatorName, type QualifiedName } from '../nodes.ts';
import type { Scope } from '../scope.ts';
import { coerce, typeAfter } from '../types/coercion.ts';
import { commonType } from '../types/common-type.ts';
import { canCoerce } from '../types/pathways.ts';
import { oid } from '../types/well-known.ts';
import type { Value } from '../value.ts';
import { readExpression } from './expression.ts';
import { applyOperator, readArrayOperator, readOperator } from './operator.ts';
import { readRowItems } from './row.ts';
import { compareRows } from './row-comparison.ts';
import { readRowAgainstQuery } from './sub-link.ts';

type Reader = (scope: Scope, node: Tree, name: QualifiedName) => Value;

const readers: Readonly<Record<string, Reader>> = {
  AEXPR_OP: readPlain,
  AEXPR_OP_ANY: readAny,
  AEXPR_OP_ALL: readAny,
  AEXPR_DISTINCT: readDistinct,
  AEXPR_NOT_DISTINCT: readDistinct,
  AEXPR_NULLIF: readNullIf,
  AEXPR_IN: readIn,
  AEXPR_LIKE: readPlain,
  AEXPR_ILIKE: readPlain,
  AEXPR_SIMILAR: readPlain,
  AEXPR_BETWEEN: readBetween,
  AEXPR_NOT_BETWEEN: readBetween,
  AEXPR_BETWEEN_SYM: readBetween,
  AEXPR_NOT_BETWEEN_SYM: readBetween,
};

export function readOperatorExpression(scope: Scope, node: Tree): Value {
  const kind = String(node['kind']);
  const read = Object.hasOwn(readers, kind) ? readers[kind] : undefined;
  if (read === undefined) return scope.reading.unknown(kind, locationOf(node));
  scope.reading.bound.add(node);
  return read(scope, node, operatorName(node['name']));
}

function readPlain(scope: Scope, node: Tree, name: QualifiedName): Value {
  const [left, right] = [fieldsOf(node['lexpr'], 'RowExpr'), fieldsOf(node['rexpr'], 'RowExpr')];
  if (left !== undefined && right !== undefined) return readRows(scope, left, right, name, locationOf(node));
  const query = fieldsOf(node['rexpr'], 'SubLink');
  if (left !== undefined && query?.['subLinkType'] === 'EXPR_SUBLINK')
    return readRowAgainstQuery(scope, left, query, name);
  const operands = ['lexpr', 'rexpr'].filter((field) => node[field] !== undefined);
  return readOperator(
    scope.reading,
    name,
    operands.map((field) => readExpression(scope, node[field])),
    locationOf(node),
  );
}

function readRows(scope: Scope, left: Tree, right: Tree, name: QualifiedName, location: number): Value {
  const items = (row: Tree) => readRowItems(scope, listOf(row['args']));
  return compareRows(scope.reading, name, items(left), items(right), location);
}

function readAny(scope: Scope, node: Tree, name: QualifiedName): Value {
  const left = readExpression(scope, node['lexpr']);
  return readArrayOperator(scope.reading, name, [left, readExpression(scope, node['rexpr'])], locationOf(node));
}

/** Compared with a plain NULL it is a null test and calls nothing. */
function readDistinct(scope: Scope, node: Tree, name: QualifiedName): Value {
  for (const [field, other] of [
    ['lexpr', 'rexpr'],
    ['rexpr', 'lexpr'],
  ] as const) {
    const constant = fieldsOf(node[field], 'A_Const');
    if (constant === undefined || !isSet(constant, 'isnull')) continue;
    readExpression(scope, node[other]);
    return { type: oid.bool, location: locationOf(node) };
  }
  return { ...readPlain(scope, node, name), type: oid.bool };
}

/** Answers its first operand, as the comparison made it. */
function readNullIf(scope: Scope, node: Tree, name: QualifiedName): Value {
  const [left, right] = [readExpression(scope, node['lexpr']), readExpression(scope, node['rexpr'])];
  const [type = left.type] = applyOperator(scope.reading, name, [left, right], locationOf(node)).args;
  return { type: typeAfter(scope.reading.types, left.type, type), location: left.location };
}

/** Without a column in them, several items are compared at once as an array of their common type. */
function readIn(scope: Scope, node: Tree, name: QualifiedName): Value {
  const { reading } = scope;
  const items = listOf(fieldsOf(node['rexpr'], 'List')?.['items']);
  const row = fieldsOf(node['lexpr'], 'RowExpr');
  const location = locationOf(node);
  if (row !== undefined && items.every((item) => kindOf(item) === 'RowExpr')) {
    for (const item of items) readRows(scope, row, fieldsOf(item, 'RowExpr') ?? {}, name, location);
    return { type: oid.bool, location };
  }
  const left = readExpression(scope, node['lexpr']);
  const read = items.map((item) => ({ value: readExpression(scope, item), varies: namesColumn(item) }));
  const fixed = read.filter(({ varies }) => !varies).map(({ value }) => value);
  const array = fixed.length > 1 ? asArray(scope, left, fixed) : undefined;
  if (array !== undefined) readArrayOperator(reading, name, [left, array], location);
  for (const { value, varies } of read)
    if (varies || array === undefined) readOperator(reading, name, [left, value], location);
  return { type: oid.bool, location };
}

function asArray({ reading }: Scope, left: Value, items: readonly Value[]): Value | undefined {
  const given = [left.type, ...items.map(({ type }) => type)];
  const type = commonType(reading.types, given);
  if (type === undefined || type === oid.record) return undefined;
  const array = reading.types.arrayOf(type);
  if (array === 0 || !given.every((one) => canCoerce(reading.types, [one], [type], 'implicit'))) return undefined;
  for (const item of items) coerce(reading, item, type, 'implicit');
  return { type: array, location: left.location };
}

/** Whether a column is named anywhere in the expression. */
function namesColumn(node: unknown): boolean {
  if (Array.isArray(node)) return node.some(namesColumn);
  if (!isTree(node)) return false;
  return 'ColumnRef' in node || Object.values(node).some(namesColumn);
}

const bounds: Readonly<Record<string, readonly string[]>> = {
  AEXPR_BETWEEN: ['>=', '<='],
  AEXPR_NOT_BETWEEN: ['<', '>'],
  AEXPR_BETWEEN_SYM: ['>=', '<=', '<=', '>='],
  AEXPR_NOT_BETWEEN_SYM: ['<', '>', '>', '<'],
};

function readBetween(scope: Scope, node: Tree): Value {
  const location = locationOf(node);
  const items = listOf(fieldsOf(node['rexpr'], 'List')?.['items']);
  for (const [index, name] of (bounds[String(node['kind'])] ?? []).entries())
    readPlain(
      scope,
      { ...node, rexpr: items[index % 2] },
      { catalog: undefined, schema: undefined, name, written: name },
    );
  return { type: oid.bool, location };
}
