/** UPDATE: columns written, FROM, WHERE, RETURNING (analyze.c: transformUpdateStmt). */

import type { Tree } from '../../statement.ts';
import { listOf } from '../../tree.ts';
import { readCondition } from '../clauses/condition.ts';
import type { Output } from '../clauses/target-list.ts';
import { readWith } from '../clauses/with.ts';
import { readFrom } from '../from/from-clause.ts';
import { part } from '../nodes.ts';
import { Scope } from '../scope.ts';
import { readAssignments } from './assignments.ts';
import { readReturning } from './returning.ts';
import { readWriteTarget } from './target.ts';

export function readUpdate(parent: Scope, node: Tree): readonly Output[] {
  const scope = new Scope(parent.reading, parent);
  const withClause = part(node, 'withClause');
  if (withClause !== undefined) readWith(scope, withClause);
  const target = readWriteTarget(scope, node, 'update');
  scope.items = [{ entry: target.entry, byName: true, byColumn: true, lateralOnly: true }];
  readFrom(scope, listOf(node['fromClause']));
  for (const item of scope.items) item.lateralOnly = false;
  readCondition(scope, node['whereClause']);
  const outputs = readReturning(scope, node, target);
  readAssignments(scope, listOf(node['targetList']), target, target.draft);
  return outputs;
}
