/** DELETE: the relation, USING, WHERE, RETURNING (analyze.c: transformDeleteStmt). */

import type { Tree } from '../../statement.ts';
import { listOf } from '../../tree.ts';
import { readCondition } from '../clauses/condition.ts';
import type { Output } from '../clauses/target-list.ts';
import { readWith } from '../clauses/with.ts';
import { readFrom } from '../from/from-clause.ts';
import { part } from '../nodes.ts';
import { Scope } from '../scope.ts';
import { readReturning } from './returning.ts';
import { readWriteTarget } from './target.ts';

export function readDelete(parent: Scope, node: Tree): readonly Output[] {
  const scope = new Scope(parent.reading, parent);
  const withClause = part(node, 'withClause');
  if (withClause !== undefined) readWith(scope, withClause);
  const target = readWriteTarget(scope, node, 'delete');
  scope.items = [{ entry: target.entry, byName: true, byColumn: true, lateralOnly: true }];
  readFrom(scope, listOf(node['usingClause']));
  for (const item of scope.items) item.lateralOnly = false;
  readCondition(scope, node['whereClause']);
  return readReturning(scope, node, target);
}
