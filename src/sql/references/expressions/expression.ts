/** Expressions: one reader per kind of node; what has no reader is refused (parse_expr.c: transformExprRecurse). */

import type { Tree } from '../../statement.ts';
import { listOf, unwrap } from '../../tree.ts';
import { locationOf } from '../nodes.ts';
import type { Scope } from '../scope.ts';
import { coerce } from '../types/coercion.ts';
import { oid } from '../types/well-known.ts';
import { spend, type Value } from '../value.ts';
import { readArray } from './array.ts';
import { readCase, readCoalesce, readMinMax } from './case.ts';
import { readCast } from './cast.ts';
import { readCollation } from './collation.ts';
import { readColumnRef } from './column-ref.ts';
import { readConstant, readParameter, readSqlValue } from './constant.ts';
import { readFunctionCall } from './function-call.ts';
import { readIndirection } from './indirection.ts';
import { jsonReaders } from './json.ts';
import { readOperatorExpression } from './operator-expression.ts';
import { readRow } from './row.ts';
import { readSubLink } from './sub-link.ts';
import { readXml, readXmlSerialize } from './xml.ts';

type Reader = (scope: Scope, node: Tree) => Value;

const readers: Readonly<Record<string, Reader>> = {
  ColumnRef: readColumnRef,
  A_Const: readConstant,
  ParamRef: readParameter,
  A_Expr: readOperatorExpression,
  FuncCall: readFunctionCall,
  TypeCast: readCast,
  SubLink: readSubLink,
  A_Indirection: readIndirection,
  A_ArrayExpr: (scope, node) => readArray(scope, node),
  RowExpr: readRow,
  CaseExpr: readCase,
  CoalesceExpr: readCoalesce,
  MinMaxExpr: readMinMax,
  SQLValueFunction: readSqlValue,
  XmlExpr: readXml,
  XmlSerialize: readXmlSerialize,
  BoolExpr: readBoolean,
  NullTest: readTest,
  BooleanTest: readTest,
  GroupingFunc: readGrouping,
  CollateClause: readCollate,
  MergeSupportFunc: (_, node) => ({ type: oid.text, location: locationOf(node) }),
  ...jsonReaders,
};

/** Reads an expression that is used for something: a column it passes on counts as used. */
export function readExpression(scope: Scope, node: unknown): Value {
  const value = readBareExpression(scope, node);
  spend(value.origin);
  return value;
}

/** Reads an expression that is itself an output: a bare column keeps its origin. */
export function readBareExpression(scope: Scope, node: unknown): Value {
  const { kind, fields } = unwrap(node) ?? { kind: 'an empty expression', fields: {} };
  const read = Object.hasOwn(readers, kind) ? readers[kind] : undefined;
  return read === undefined ? scope.reading.unknown(kind, locationOf(fields)) : read(scope, fields);
}

export function readExpressions(scope: Scope, list: unknown): readonly Value[] {
  return listOf(list).map((node) => readExpression(scope, node));
}

function readBoolean(scope: Scope, node: Tree): Value {
  for (const value of readExpressions(scope, node['args']))
    if (!coerce(scope.reading, value, oid.bool, 'assignment'))
      scope.reading.malformed('AND, OR and NOT need truth values', value.location);
  return { type: oid.bool, location: locationOf(node) };
}

/** IS NULL takes anything, IS TRUE a truth value. */
function readTest(scope: Scope, node: Tree): Value {
  const value = readExpression(scope, node['arg']);
  if (node['booltesttype'] !== undefined) coerce(scope.reading, value, oid.bool, 'assignment');
  return { type: oid.bool, location: locationOf(node) };
}

function readGrouping(scope: Scope, node: Tree): Value {
  readExpressions(scope, node['args']);
  return { type: oid.int4, location: locationOf(node) };
}

function readCollate(scope: Scope, node: Tree): Value {
  const value = readExpression(scope, node['arg']);
  readCollation(scope.reading, node);
  const type = value.type === oid.unknown ? oid.text : value.type;
  coerce(scope.reading, value, type, 'implicit');
  return { type, location: value.location };
}
