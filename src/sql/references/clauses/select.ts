/** SELECT, VALUES, TABLE and set operations, in the order in which PostgreSQL analyses their clauses (analyze.c). */

import type { Tree } from '../../statement.ts';
import { listOf } from '../../tree.ts';
import { readExpression } from '../expressions/expression.ts';
import { readFrom } from '../from/from-clause.ts';
import { part } from '../nodes.ts';
import { Scope } from '../scope.ts';
import { coerce } from '../types/coercion.ts';
import { oid } from '../types/well-known.ts';
import { type Field, spend } from '../value.ts';
import { readCondition } from './condition.ts';
import { readGroupBy } from './group-by.ts';
import { readOrderBy } from './order-by.ts';
import { readSetOperation } from './set-operation.ts';
import { type Output, readTargets, settleUnknowns } from './target-list.ts';
import { readValues } from './values.ts';
import { readWindows } from './window.ts';
import { readWith } from './with.ts';

export interface SelectOptions {
  /** Told the columns of the first arm of a set operation before the second is read: a recursive WITH needs them. */
  readonly started?: ((columns: readonly Field[]) => void) | undefined;
  /** Outputs of unknown type are left so, for a set operation or an INSERT to decide. */
  readonly keepUnknowns?: boolean;
}

export function readSelect(parent: Scope, node: Tree, options: SelectOptions = {}): readonly Output[] {
  const scope = new Scope(parent.reading, parent);
  const withClause = part(node, 'withClause');
  if (withClause !== undefined) readWith(scope, withClause);
  const outputs = readBody(scope, node, options);
  readLimit(scope, node);
  return options.keepUnknowns === true ? outputs : settleUnknowns(scope.reading, outputs);
}

function readBody(scope: Scope, node: Tree, options: SelectOptions): readonly Output[] {
  if (listOf(node['valuesLists']).length > 0) {
    const outputs = readValues(scope, node);
    readOrderBy(scope, listOf(node['sortClause']), outputs);
    return outputs;
  }
  if (node['op'] !== undefined && node['op'] !== 'SETOP_NONE') return readSetOperation(scope, node, options);
  return readPlain(scope, node);
}

function readPlain(scope: Scope, node: Tree): readonly Output[] {
  readFrom(scope, listOf(node['fromClause']));
  scope.windows = listOf(node['windowClause']);
  const outputs = readTargets(scope, listOf(node['targetList']));
  readCondition(scope, node['whereClause']);
  readCondition(scope, node['havingClause']);
  readOrderBy(scope, listOf(node['sortClause']), outputs);
  readGroupBy(scope, listOf(node['groupClause']), outputs);
  readDistinct(scope, listOf(node['distinctClause']), outputs);
  readWindows(scope, scope.windows);
  return outputs;
}

/** DISTINCT compares every output; DISTINCT ON names some, as ORDER BY does. */
function readDistinct(scope: Scope, list: readonly unknown[], outputs: readonly Output[]): void {
  if (list.length === 0) return;
  for (const { value } of outputs) spend(value.origin);
  const named = list.filter((item) => typeof item === 'object' && item !== null && Object.keys(item).length > 0);
  readOrderBy(
    scope,
    named.map((item) => ({ SortBy: { node: item } })),
    outputs,
  );
}

function readLimit(scope: Scope, node: Tree): void {
  for (const field of ['limitOffset', 'limitCount'])
    if (node[field] !== undefined) coerce(scope.reading, readExpression(scope, node[field]), oid.int8, 'assignment');
}
