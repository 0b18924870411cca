/** Constants, parameters, and the words that stand for a value (CURRENT_DATE, CURRENT_USER …). */

import type { Tree } from '../../statement.ts';
import { isTree } from '../../tree.ts';
import { isSet, locationOf, textField } from '../nodes.ts';
import type { Scope } from '../scope.ts';
import { oid } from '../types/well-known.ts';
import type { Value } from '../value.ts';

/** `make_const`: a number has the smallest type it fits, a string no type yet. */
export function readConstant(_: Scope, node: Tree): Value {
  const location = locationOf(node);
  if (isSet(node, 'isnull')) return { type: oid.unknown, location, isNull: true };
  if (isTree(node['ival'])) return { type: oid.int4, location };
  if (isTree(node['boolval'])) return { type: oid.bool, location };
  if (isTree(node['bsval'])) return { type: oid.bit, location };
  if (isTree(node['fval'])) return { type: typeOfNumber(textField(node['fval'], 'fval') ?? ''), location };
  const text = isTree(node['sval']) ? (textField(node['sval'], 'sval') ?? '') : '';
  return { type: oid.unknown, location, literal: text };
}

const [smallest, largest] = [-(2n ** 63n), 2n ** 63n - 1n];

/** What does not fit an int4 comes as text: int8 where it fits, else numeric. */
function typeOfNumber(text: string): number {
  if (!/^(\d[\d_]*|0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+)$/.test(text)) return oid.numeric;
  const value = BigInt(text.replaceAll('_', ''));
  return value >= smallest && value <= largest ? oid.int8 : oid.numeric;
}

export function readParameter({ reading }: Scope, node: Tree): Value {
  const [number, location] = [Number(node['number'] ?? 0), locationOf(node)];
  const type = reading.parameters[number] ?? oid.unknown;
  return type === oid.unknown ? { type, location, parameter: number } : { type, location };
}

const sqlValues: Readonly<Record<string, number>> = {
  SVFOP_CURRENT_DATE: oid.date,
  SVFOP_CURRENT_TIME: oid.timetz,
  SVFOP_CURRENT_TIME_N: oid.timetz,
  SVFOP_CURRENT_TIMESTAMP: oid.timestamptz,
  SVFOP_CURRENT_TIMESTAMP_N: oid.timestamptz,
  SVFOP_LOCALTIME: oid.time,
  SVFOP_LOCALTIME_N: oid.time,
  SVFOP_LOCALTIMESTAMP: oid.timestamp,
  SVFOP_LOCALTIMESTAMP_N: oid.timestamp,
  SVFOP_CURRENT_ROLE: oid.name,
  SVFOP_CURRENT_USER: oid.name,
  SVFOP_USER: oid.name,
  SVFOP_SESSION_USER: oid.name,
  SVFOP_CURRENT_CATALOG: oid.name,
  SVFOP_CURRENT_SCHEMA: oid.name,
};

export function readSqlValue(scope: Scope, node: Tree): Value {
  const operation = textField(node, 'op') ?? '';
  const type = sqlValues[operation];
  if (type === undefined) return scope.reading.unknown(operation, locationOf(node));
  return { type, location: locationOf(node) };
}
