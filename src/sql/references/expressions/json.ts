/** SQL/JSON: constructors, queries and aggregates that are syntax (parse_expr.c, from transformJsonObjectConstructor on). */

import type { Tree } from '../../statement.ts';
import { fieldsOf, listOf } from '../../tree.ts';
import { readCondition } from '../clauses/condition.ts';
import { readOrderBy } from '../clauses/order-by.ts';
import { readQuery } from '../clauses/query.ts';
import { readWindow } from '../clauses/window.ts';
import { isSet, locationOf, part } from '../nodes.ts';
import type { Reading } from '../reading.ts';
import type { Scope } from '../scope.ts';
import { coerce, noteInput, noteLengthCoercion } from '../types/coercion.ts';
import { noteJson } from '../types/conversions.ts';
import { readTypeName } from '../types/type-names.ts';
import { oid } from '../types/well-known.ts';
import { spendAll, type Value } from '../value.ts';
import { readExpression } from './expression.ts';

type Reader = (scope: Scope, node: Tree) => Value;

/** A value with FORMAT JSON or without; `isJson` where it is JSON either way. */
export function readJsonValue(scope: Scope, node: Tree = {}, isJson = false): Value {
  const { reading } = scope;
  const value = readExpression(scope, node['raw_expr']);
  if (value.type === oid.unknown) coerce(reading, value, oid.text, 'implicit');
  const says = part(node, 'format')?.['format_type'] ?? 'JS_FORMAT_DEFAULT';
  if (value.type === oid.bytea && (isJson || says !== 'JS_FORMAT_DEFAULT'))
    noteEncoding(reading, 'convert_from', value);
  noteJson(reading, value, value.location);
  return value;
}

/** JSON text stands in bytes, or is wanted so. */
function noteEncoding(reading: Reading, name: 'convert_from' | 'convert_to', { location }: Value): void {
  reading.call(reading.catalog.procedures('pg_catalog', name)[0], 'cast', location, 'bytea');
}

/** What a path is applied to becomes jsonb, by a cast if there is one. */
export function readJsonContext(scope: Scope, node: Tree | undefined): void {
  const value = readJsonValue(scope, node, true);
  if (value.type !== oid.bytea) coerce(scope.reading, value, oid.jsonb, 'explicit');
}

/** Types a path takes as they are, besides those of text (parse_expr.c: transformJsonValueExpr). */
const takenAsTheyAre: ReadonlySet<number> = new Set([
  oid.bool,
  oid.numeric,
  oid.int2,
  oid.int4,
  oid.int8,
  oid.float4,
  oid.float8,
  oid.date,
  oid.time,
  oid.timetz,
  oid.timestamp,
  oid.timestamptz,
  oid.unknown,
]);

/** Other values become jsonb by a cast, or where there is none by to_jsonb. */
export function readJsonPassing(scope: Scope, list: readonly unknown[]): void {
  const { reading } = scope;
  for (const item of list) {
    const value = readJsonValue(scope, part(fieldsOf(item, 'JsonArgument') ?? {}, 'val'));
    if (takenAsTheyAre.has(value.type) || reading.types.category(value.type) === 'S') continue;
    if (coerce(reading, value, oid.jsonb, 'explicit')) continue;
    reading.call(reading.catalog.procedures('pg_catalog', 'to_jsonb')[0], 'cast', value.location, 'jsonb');
  }
}

/** DEFAULT expression ON EMPTY, ON ERROR: becomes one of the type that is returned, as by CAST. */
export function readJsonBehavior(scope: Scope, node: Tree | undefined, target: number, typeName?: Tree): void {
  if (node?.['expr'] === undefined) return;
  const value = readExpression(scope, node['expr']);
  if (!coerce(scope.reading, value, target, 'explicit'))
    scope.reading.malformed('this DEFAULT cannot become what is returned', value.location);
  if (listOf(typeName?.['typmods']).length > 0) noteLengthCoercion(scope.reading, target, value.location);
}

/** RETURNING type, else json, or jsonb where an argument is jsonb. */
function outputOf(scope: Scope, node: Tree, args: readonly Value[]): Value {
  const usual = args.some(({ type }) => type === oid.jsonb) ? oid.jsonb : oid.json;
  return finished(scope, node, { type: returning(scope, node, usual), location: locationOf(node) });
}

/** `coerceJsonFuncExpr`: the text that was made is encoded, or cut to length. */
function finished({ reading }: Scope, node: Tree, value: Value): Value {
  if (value.type === oid.bytea) noteEncoding(reading, 'convert_to', value);
  const typeName = part(part(node, 'output') ?? {}, 'typeName') ?? {};
  if (listOf(typeName['typmods']).length > 0) noteLengthCoercion(reading, value.type, value.location);
  return value;
}

function returning(scope: Scope, node: Tree, usual: number): number {
  const typeName = part(part(node, 'output') ?? {}, 'typeName');
  if (typeName === undefined) return usual;
  const type = readTypeName(scope.reading, typeName);
  noteInput(scope.reading, type, locationOf(typeName));
  return type;
}

function readKeyValue(scope: Scope, node: Tree): readonly Value[] {
  const key = readExpression(scope, node['key']);
  coerce(scope.reading, key, key.type === oid.unknown ? oid.text : key.type, 'implicit');
  return [key, readJsonValue(scope, part(node, 'value'))];
}

const readObject: Reader = (scope, node) => {
  const pairs = listOf(node['exprs']).flatMap((item) => readKeyValue(scope, fieldsOf(item, 'JsonKeyValue') ?? {}));
  return outputOf(scope, node, pairs);
};

const readArrayOf: Reader = (scope, node) => {
  const items = listOf(node['exprs']).map((item) => readJsonValue(scope, fieldsOf(item, 'JsonValueExpr')));
  return outputOf(scope, node, items);
};

const readArrayOfQuery: Reader = (scope, node) => {
  const columns = readQuery(scope, node['query']);
  spendAll(columns);
  for (const column of columns) noteJson(scope.reading, column, locationOf(node));
  const args = columns.map(({ type }): Value => ({ type, location: -1 }));
  const output = outputOf(scope, node, args);
  noteAggregate(scope, node, 'agg', output);
  return output;
};

/** What both aggregates share: FILTER, ORDER BY, OVER, RETURNING. They are calls of `json_agg` and its kin. */
function readAggregate(scope: Scope, node: Tree, name: string, args: readonly Value[]): Value {
  const shared = part(node, 'constructor') ?? {};
  readOrderBy(scope, listOf(shared['agg_order']));
  if (shared['agg_filter'] !== undefined) readCondition(scope, shared['agg_filter']);
  const over = part(shared, 'over');
  if (over !== undefined) readWindow(scope, over);
  const output = outputOf(scope, shared, args);
  noteAggregate(scope, node, name, output);
  return output;
}

/** `transformJsonAggConstructor` chooses by result, by NULL handling and by unique keys. */
function noteAggregate({ reading }: Scope, node: Tree, name: string, { type, location }: Value): void {
  const unique = isSet(node, 'unique') ? '_unique' : '';
  const strict = isSet(node, 'absent_on_null') ? '_strict' : '';
  const full = `${type === oid.jsonb ? 'jsonb' : 'json'}_${name}${unique}${strict}`;
  reading.call(reading.catalog.procedures('pg_catalog', full)[0], 'aggregate', location, full);
}

const readQueryFunction: Reader = (scope, node) => {
  readJsonContext(scope, part(node, 'context_item'));
  coerce(scope.reading, readExpression(scope, node['pathspec']), oid.jsonpath, 'explicit');
  readJsonPassing(scope, listOf(node['passing']));
  const usual = { JSON_EXISTS_OP: oid.bool, JSON_VALUE_OP: oid.text }[String(node['op'])] ?? oid.jsonb;
  const type = returning(scope, node, usual);
  for (const field of ['on_empty', 'on_error'])
    readJsonBehavior(scope, part(node, field), type, part(part(node, 'output') ?? {}, 'typeName'));
  return { type, location: locationOf(node) };
};

const readOne =
  (usual: number, isJson = true): Reader =>
  (scope, node) => {
    const inner = node['expr'];
    const isValue = typeof inner === 'object' && inner !== null && 'raw_expr' in inner;
    if (isValue) readJsonValue(scope, part(node, 'expr'), isJson);
    else noteJson(scope.reading, readExpression(scope, inner), locationOf(node));
    return finished(scope, node, { type: returning(scope, node, usual), location: locationOf(node) });
  };

export const jsonReaders: Readonly<Record<string, Reader>> = {
  JsonObjectConstructor: readObject,
  JsonArrayConstructor: readArrayOf,
  JsonArrayQueryConstructor: readArrayOfQuery,
  JsonObjectAgg: (scope, node) =>
    readAggregate(scope, node, 'object_agg', readKeyValue(scope, part(node, 'arg') ?? {})),
  JsonArrayAgg: (scope, node) => readAggregate(scope, node, 'agg', [readJsonValue(scope, part(node, 'arg'))]),
  JsonIsPredicate: (scope, node) => {
    readExpression(scope, node['expr']);
    return { type: oid.bool, location: locationOf(node) };
  },
  JsonParseExpr: readOne(oid.json),
  JsonScalarExpr: readOne(oid.json, false),
  JsonSerializeExpr: readOne(oid.text),
  JsonFuncExpr: readQueryFunction,
  JsonValueExpr: readJsonValue,
};
