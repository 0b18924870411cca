/** Rows compared column by column (parse_expr.c: make_row_comparison_op). */

import type { QualifiedName } from '../nodes.ts';
import type { Reading } from '../reading.ts';
import { oid } from '../types/well-known.ts';
import type { Value } from '../value.ts';
import { readOperator } from './operator.ts';

export function compareRows(
  reading: Reading,
  name: QualifiedName,
  left: readonly Value[],
  right: readonly Value[],
  location: number,
): Value {
  if (left.length !== right.length || left.length === 0)
    return reading.malformed('rows of different lengths cannot be compared', location);
  for (const [index, value] of left.entries()) {
    const other = right[index];
    if (other !== undefined) readOperator(reading, name, [value, other], location);
  }
  return { type: oid.bool, location };
}
