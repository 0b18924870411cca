/** UNION, INTERSECT, EXCEPT: two arms that never see each other, joined column by column (analyze.c: transformSetOperationTree). */

import type { Tree } from '../../statement.ts';
import { listOf } from '../../tree.ts';
import { part } from '../nodes.ts';
import type { Scope } from '../scope.ts';
import { coerce } from '../types/coercion.ts';
import { commonType } from '../types/common-type.ts';
import { spend, type Value } from '../value.ts';
import { readOutputReference } from './order-by.ts';
import { readSelect, type SelectOptions } from './select.ts';
import { fieldsOfOutputs, type Output, settleUnknowns } from './target-list.ts';

export function readSetOperation(scope: Scope, node: Tree, options: SelectOptions): readonly Output[] {
  const outputs = readTree(scope, node, options);
  for (const item of listOf(node['sortClause'])) readSortOfResult(scope, item, outputs);
  return outputs;
}

function readTree(scope: Scope, node: Tree, { started }: SelectOptions): readonly Output[] {
  const left = readArm(scope, part(node, 'larg'));
  started?.(fieldsOfOutputs(settleUnknowns(scope.reading, left)));
  const right = readArm(scope, part(node, 'rarg'));
  if (left.length !== right.length)
    scope.reading.malformed('the arms of a set operation have different numbers of columns', -1);
  scope.reading.spread(left.length, -1);
  return left.map((output, index) => ({ name: output.name, value: join(scope, output.value, right[index]?.value) }));
}

/** An arm with clauses of its own is a query of its own. */
function readArm(scope: Scope, node: Tree | undefined): readonly Output[] {
  if (node === undefined) return scope.reading.malformed('a set operation lacks an arm', -1);
  const isTreeOfArms = node['op'] !== undefined && node['op'] !== 'SETOP_NONE';
  const ownClauses = ['sortClause', 'limitOffset', 'limitCount', 'withClause', 'lockingClause'];
  if (isTreeOfArms && ownClauses.every((field) => node[field] === undefined)) return readTree(scope, node, {});
  return readSelect(scope, node, { keepUnknowns: true });
}

/** Values of both arms are compared or mixed: nothing is passed on unchanged. */
function join(scope: Scope, left: Value, right: Value | undefined): Value {
  if (right === undefined) return left;
  const type = commonType(scope.reading.types, [left.type, right.type]);
  if (type === undefined)
    return scope.reading.malformed('the arms of a set operation have no common type', left.location);
  for (const value of [left, right]) {
    spend(value.origin);
    coerce(scope.reading, value, type, 'implicit');
  }
  return { type, location: left.location, fields: left.fields };
}

/** Only names and numbers of the result can be sorted by. */
function readSortOfResult(scope: Scope, item: unknown, outputs: readonly Output[]): void {
  const sort = typeof item === 'object' && item !== null && 'SortBy' in item ? item.SortBy : undefined;
  const node = typeof sort === 'object' && sort !== null && 'node' in sort ? sort.node : undefined;
  if (readOutputReference(scope, node, outputs, 'order') === undefined)
    scope.reading.malformed('the result of a set operation is sorted by its column names or numbers only', -1);
}
