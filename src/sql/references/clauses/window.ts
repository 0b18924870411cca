/** Windows, named in WINDOW or written after OVER: in both, names mean columns of FROM, never outputs. */

import type { Tree } from '../../statement.ts';
import { fieldsOf, listOf } from '../../tree.ts';
import { readExpression } from '../expressions/expression.ts';
import type { Scope } from '../scope.ts';
import { coerce } from '../types/coercion.ts';
import { oid } from '../types/well-known.ts';
import { readOrderBy } from './order-by.ts';

export function readWindows(scope: Scope, list: readonly unknown[]): void {
  for (const node of list) readWindow(scope, fieldsOf(node, 'WindowDef') ?? {});
}

/** FRAMEOPTION_RANGE of nodes/parsenodes.h. */
const range = 0x2;

export function readWindow(scope: Scope, node: Tree): void {
  for (const partition of listOf(node['partitionClause'])) readExpression(scope, partition);
  readOrderBy(scope, listOf(node['orderClause']));
  const inRange = (Number(node['frameOptions'] ?? 0) & range) !== 0;
  for (const field of ['startOffset', 'endOffset']) {
    if (node[field] === undefined) continue;
    const offset = readExpression(scope, node[field]);
    if (!inRange) coerce(scope.reading, offset, oid.int8, 'assignment');
  }
}
