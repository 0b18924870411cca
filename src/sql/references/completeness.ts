/** The reading must have met every node that names something: one left over is a gap, and a gap is refused. */

import type { Tree } from '../statement.ts';
import { isTree } from '../tree.ts';
import { locationOf } from './nodes.ts';
import type { Reading } from './reading.ts';

const naming: ReadonlySet<string> = new Set(['ColumnRef', 'RangeVar', 'FuncCall', 'A_Expr', 'SubLink', 'typeName']);

/** Refuses a statement of which a name was passed over. */
export function checkComplete(reading: Reading, statement: Tree): void {
  visit(reading, statement);
}

function visit(reading: Reading, node: unknown): void {
  if (Array.isArray(node)) for (const item of node) visit(reading, item);
  if (!isTree(node) || Array.isArray(node)) return;
  for (const field in node) {
    const value = node[field];
    if (typeof value !== 'object' || value === null) continue;
    if (field === 'MultiAssignRef' && isTree(value) && reading.bound.has(value)) continue; // a copy of what was read
    if (isTree(value) && naming.has(field) && !reading.bound.has(value))
      reading.unknown(`${field} in an unread place`, locationOf(value));
    visit(reading, value);
  }
}
