/** MERGE: target, source, condition, and what each WHEN does (parse_merge.c). */

import type { Tree } from '../../statement.ts';
import { fieldsOf, listOf } from '../../tree.ts';
import { readCondition } from '../clauses/condition.ts';
import type { Output } from '../clauses/target-list.ts';
import { readWith } from '../clauses/with.ts';
import { readExpression } from '../expressions/expression.ts';
import { readFromItem } from '../from/from-clause.ts';
import { kindOf, part } from '../nodes.ts';
import { type NamespaceItem, Scope } from '../scope.ts';
import { assign } from '../types/coercion.ts';
import { readAssignments } from './assignments.ts';
import { readReturning } from './returning.ts';
import { readWriteTarget, type WriteTarget, writeColumn } from './target.ts';

export function readMerge(parent: Scope, node: Tree): readonly Output[] {
  const scope = new Scope(parent.reading, parent);
  const withClause = part(node, 'withClause');
  if (withClause !== undefined) readWith(scope, withClause);
  const target = readWriteTarget(scope, node, 'merge');
  const source = readFromItem(scope, node['sourceRelation']);
  const written: NamespaceItem = { entry: target.entry, byName: true, byColumn: true, lateralOnly: false };
  scope.items = [written, ...source.items];
  readCondition(scope, node['joinCondition']);
  for (const item of listOf(node['mergeWhenClauses'])) {
    const when = fieldsOf(item, 'MergeWhenClause') ?? {};
    const visible = visibleIn(when, written, source.items);
    scope.withItems(visible, () => readWhen(scope, when, target));
  }
  return readReturning(scope, node, target);
}

/** WHEN NOT MATCHED sees only the side that is there. */
function visibleIn(when: Tree, written: NamespaceItem, source: readonly NamespaceItem[]): readonly NamespaceItem[] {
  if (when['matchKind'] === 'MERGE_WHEN_NOT_MATCHED_BY_TARGET') return source;
  return when['matchKind'] === 'MERGE_WHEN_NOT_MATCHED_BY_SOURCE' ? [written] : [written, ...source];
}

function readWhen(scope: Scope, when: Tree, target: WriteTarget): void {
  const { reading } = scope;
  const { relation, written, location } = target.draft;
  readCondition(scope, when['condition']);
  const draftFor = (action: 'update' | 'delete') => reading.relation(relation, action, written, location);
  if (when['commandType'] === 'CMD_UPDATE')
    readAssignments(scope, listOf(when['targetList']), target, draftFor('update'));
  if (when['commandType'] === 'CMD_DELETE') draftFor('delete');
  if (when['commandType'] === 'CMD_INSERT') readInsertedRow(scope, when, target);
}

function readInsertedRow(scope: Scope, when: Tree, target: WriteTarget): void {
  const { reading } = scope;
  const draft = reading.relation(target.draft.relation, 'insert', target.draft.written, target.draft.location);
  const named = listOf(when['targetList']).map((item) =>
    writeColumn(scope, target, draft, fieldsOf(item, 'ResTarget') ?? {}),
  );
  const columns = named.length > 0 ? named : target.columns;
  for (const [index, node] of listOf(when['values']).entries()) {
    const column = columns[index];
    const value = kindOf(node) === 'SetToDefault' ? undefined : readExpression(scope, node);
    if (column === undefined) reading.malformed('INSERT has more expressions than target columns', -1);
    else {
      reading.column(draft, column, -1).otherUse = true;
      if (value !== undefined) assign(reading, value, column);
    }
  }
}
