/** Windows, named in WINDOW or written after OVER: in both, names mean columns of FROM, never outputs. */

import type { Tree } from '../../statement.ts';
import { fieldsOf, listOf } from '../../tree.ts';
import { readExpression } from '../expressions/expression.ts';
import { textField } from '../nodes.ts';
import type { Reading } from '../reading.ts';
import type { Scope } from '../scope.ts';
import { coerce } from '../types/coercion.ts';
import { canCoerce } from '../types/pathways.ts';
import { oid } from '../types/well-known.ts';
import type { Value } from '../value.ts';
import { readOrderBy } from './order-by.ts';

export function readWindows(scope: Scope, list: readonly unknown[]): void {
  for (const node of list) readWindow(scope, fieldsOf(node, 'WindowDef') ?? {});
}

/** FRAMEOPTION_RANGE of nodes/parsenodes.h. */
const range = 0x2;

export function readWindow(scope: Scope, node: Tree): void {
  for (const partition of listOf(node['partitionClause'])) readExpression(scope, partition);
  const sorted = readOrderBy(scope, listOf(node['orderClause']));
  const inRange = (Number(node['frameOptions'] ?? 0) & range) !== 0;
  for (const field of ['startOffset', 'endOffset']) {
    if (node[field] === undefined) continue;
    const offset = readExpression(scope, node[field]);
    if (!inRange) coerce(scope.reading, offset, oid.int8, 'assignment');
    else coerceDistance(scope.reading, offset, sorted[0] ?? sortedBy(scope, textField(node, 'refname')));
  }
}

/** The first sort item of a window of this level, by name. */
function sortedBy(scope: Scope, name: string | undefined): Value | undefined {
  for (const item of name === undefined ? [] : scope.windows) {
    const window = fieldsOf(item, 'WindowDef') ?? {};
    if (textField(window, 'name') !== name) continue;
    return readOrderBy(scope, listOf(window['orderClause']))[0] ?? sortedBy(scope, textField(window, 'refname'));
  }
  return undefined;
}

/** Built-in types over which RANGE can reach a distance, and what the distance is one of (pg_amproc: in_range). */
const distances: ReadonlyMap<number, readonly number[]> = new Map([
  [oid.int2, [oid.int2, oid.int4, oid.int8]],
  [oid.int4, [oid.int2, oid.int4, oid.int8]],
  [oid.int8, [oid.int8]],
  [oid.float4, [oid.float8]],
  [oid.float8, [oid.float8]],
  [oid.numeric, [oid.numeric]],
  ...[oid.date, oid.time, oid.timetz, oid.timestamp, oid.timestamptz, oid.interval].map(
    (type): [number, readonly number[]] => [type, [oid.interval]],
  ),
]);

/** `transformFrameOffset`: the offset becomes what the sort column's type can be moved by. */
function coerceDistance(reading: Reading, offset: Value, sorted: Value | undefined): void {
  const type = reading.types.base(sorted?.type ?? oid.unknown);
  const candidates = distances.get(type);
  if (candidates === undefined) reading.unknown('a RANGE frame over this type', offset.location);
  const fitting = candidates.filter((candidate) => canCoerce(reading.types, [offset.type], [candidate], 'implicit'));
  const preferred = offset.type === oid.unknown ? type : offset.type;
  const target = fitting.includes(preferred) ? preferred : fitting.length === 1 ? fitting[0] : undefined;
  if (target === undefined) reading.malformed('this distance does not fit what is sorted', offset.location);
  coerce(reading, offset, target, 'implicit');
}
