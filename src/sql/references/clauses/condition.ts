/** WHERE, HAVING, ON: an expression that must be a truth value. */

import { readExpression } from '../expressions/expression.ts';
import type { Scope } from '../scope.ts';
import { coerce } from '../types/coercion.ts';
import { oid } from '../types/well-known.ts';

/** Reads a condition, where there is one. */
export function readCondition(scope: Scope, node: unknown): void {
  if (node === undefined) return;
  const value = readExpression(scope, node);
  if (!coerce(scope.reading, value, oid.bool, 'assignment'))
    scope.reading.malformed('a condition must be boolean', value.location);
}
