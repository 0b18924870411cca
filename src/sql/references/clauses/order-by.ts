/** ORDER BY: an output's name first, then its number, then any expression (parse_clause.c: findTargetlistEntrySQL92). */

import { fieldsOf, isTree, listOf, stringOf } from '../../tree.ts';
import { readExpression } from '../expressions/expression.ts';
import { readOperator } from '../expressions/operator.ts';
import { findColumn } from '../lookup.ts';
import { operatorName } from '../nodes.ts';
import type { Scope } from '../scope.ts';
import { spend, type Value } from '../value.ts';
import type { Output } from './target-list.ts';

/** A list of `SortBy`; `outputs` undefined where output names have no meaning (windows, aggregates). */
export function readOrderBy(scope: Scope, list: readonly unknown[], outputs?: readonly Output[]): readonly Value[] {
  return list.map((item) => {
    const sort = fieldsOf(item, 'SortBy') ?? {};
    const value =
      (outputs && readOutputReference(scope, sort['node'], outputs, 'order')) ?? readExpression(scope, sort['node']);
    const using = listOf(sort['useOp']);
    if (using.length > 0) readOperator(scope.reading, operatorName(using), [value, value], value.location);
    return value;
  });
}

/** The output a sort or group item names, its uses noted; undefined where it is an expression of its own. */
export function readOutputReference(
  scope: Scope,
  node: unknown,
  outputs: readonly Output[],
  clause: 'order' | 'group',
): Value | undefined {
  const found = named(scope, node, outputs, clause) ?? numbered(scope, node, outputs);
  spend(found?.value.origin);
  return found?.value;
}

/** In GROUP BY a column of FROM goes before an output of the same name. */
function named(scope: Scope, node: unknown, outputs: readonly Output[], clause: 'order' | 'group'): Output | undefined {
  const reference = fieldsOf(node, 'ColumnRef');
  const parts = listOf(reference?.['fields']);
  const name = parts.length === 1 ? stringOf(parts[0]) : undefined;
  if (reference === undefined || name === undefined) return undefined;
  if (clause === 'group' && findColumn(scope, name, true) !== undefined) return undefined;
  const found = outputs.filter((output) => output.name === name);
  if (found.length > 0) scope.reading.bound.add(reference);
  for (const { value } of found) spend(value.origin);
  return found[0];
}

function numbered(scope: Scope, node: unknown, outputs: readonly Output[]): Output | undefined {
  const constant = fieldsOf(node, 'A_Const');
  const integer = constant?.['ival'];
  if (!isTree(integer)) return undefined;
  const position = Number(integer['ival'] ?? 0);
  return outputs[position - 1] ?? scope.reading.malformed(`position ${position} is not in the select list`, -1);
}
