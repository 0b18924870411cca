/** SET: columns and what they become (UPDATE, ON CONFLICT DO UPDATE, MERGE). */

import { fieldsOf, isTree, listOf } from '../../tree.ts';
import { readQuery } from '../clauses/query.ts';
import { readExpression } from '../expressions/expression.ts';
import { readRowItems } from '../expressions/row.ts';
import { kindOf } from '../nodes.ts';
import type { RelationDraft } from '../reading.ts';
import type { Scope } from '../scope.ts';
import { assign } from '../types/coercion.ts';
import { spendAll, type Value } from '../value.ts';
import { type WriteTarget, writeColumn } from './target.ts';

export function readAssignments(
  scope: Scope,
  list: readonly unknown[],
  target: WriteTarget,
  draft: RelationDraft,
): void {
  const sources = new Map<unknown, readonly Value[]>();
  for (const item of list) {
    const assignment = fieldsOf(item, 'ResTarget') ?? {};
    const column = writeColumn(scope, target, draft, assignment);
    const value = readAssigned(scope, assignment['val'], sources);
    if (value !== undefined && !assign(scope.reading, value, column))
      scope.reading.malformed('the value does not fit the column', value.location);
  }
}

/** DEFAULT has no value; `(a, b) = (…)` reads its right side once and deals it out. */
function readAssigned(scope: Scope, node: unknown, sources: Map<unknown, readonly Value[]>): Value | undefined {
  if (kindOf(node) === 'SetToDefault') return undefined;
  const several = fieldsOf(node, 'MultiAssignRef');
  if (several === undefined) return readExpression(scope, node);
  const key = JSON.stringify(several['source']); // the tree repeats the source for every column it feeds
  const known = sources.get(key);
  if (known !== undefined) scope.reading.bound.add(several);
  const values = known ?? readSource(scope, several['source']);
  sources.set(key, values);
  return values[Number(several['colno'] ?? 1) - 1];
}

function readSource(scope: Scope, node: unknown): readonly Value[] {
  const query = fieldsOf(node, 'SubLink');
  if (query === undefined) {
    const items = listOf(fieldsOf(node, 'RowExpr')?.['args']).filter((item) => kindOf(item) !== 'SetToDefault');
    return isTree(fieldsOf(node, 'RowExpr')) ? readRowItems(scope, items) : [readExpression(scope, node)];
  }
  scope.reading.bound.add(query);
  const columns = readQuery(scope, query['subselect']);
  spendAll(columns);
  return columns.map(({ type }) => ({ type, location: -1 }));
}
