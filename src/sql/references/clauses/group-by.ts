/** GROUP BY, with grouping sets at any depth. */

import { listOf, unwrap } from '../../tree.ts';
import { readExpression } from '../expressions/expression.ts';
import type { Scope } from '../scope.ts';
import { readOutputReference } from './order-by.ts';
import type { Output } from './target-list.ts';

export function readGroupBy(scope: Scope, list: readonly unknown[], outputs: readonly Output[]): void {
  for (const node of list) readGroupItem(scope, node, outputs);
}

/** A list in parentheses groups by its items, not by a row; `ROW(a, b)` is an expression. */
function readGroupItem(scope: Scope, node: unknown, outputs: readonly Output[]): void {
  const { kind, fields } = unwrap(node) ?? { kind: '', fields: {} };
  const isList = kind === 'RowExpr' && fields['row_format'] === 'COERCE_IMPLICIT_CAST';
  if (kind === 'GroupingSet') readGroupBy(scope, listOf(fields['content']), outputs);
  else if (isList) readGroupBy(scope, listOf(fields['args']), outputs);
  else if (readOutputReference(scope, node, outputs, 'group') === undefined) readExpression(scope, node);
}
