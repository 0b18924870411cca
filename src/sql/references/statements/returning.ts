/** RETURNING: columns of the written rows are read; OLD and NEW name the row before and after (18). */

import type { Tree } from '../../statement.ts';
import { fieldsOf, listOf } from '../../tree.ts';
import { type Output, readTargets, settleUnknowns } from '../clauses/target-list.ts';
import { part, textField } from '../nodes.ts';
import type { NamespaceItem, Scope } from '../scope.ts';
import type { WriteTarget } from './target.ts';

export function readReturning(scope: Scope, statement: Tree, target: WriteTarget): readonly Output[] {
  const clause = part(statement, 'returningClause');
  if (clause === undefined) return [];
  const given = listOf(clause['options']).map((item) => fieldsOf(item, 'ReturningOption') ?? {});
  const named = (option: string, usual: string) =>
    textField(given.find((item) => item['option'] === option) ?? {}, 'value') ?? usual;
  const rows = [named('RETURNING_OPTION_OLD', 'old'), named('RETURNING_OPTION_NEW', 'new')];
  const taken = new Set(scope.items.map(({ entry }) => entry.alias));
  const items: NamespaceItem[] = rows
    .filter((alias) => !taken.has(alias))
    .map((alias) => ({
      entry: { ...target.entry, alias, unaliased: undefined },
      byName: true,
      byColumn: false,
      lateralOnly: false,
    }));
  const outputs = scope.withItems([...scope.items, ...items], () => readTargets(scope, listOf(clause['exprs'])));
  return settleUnknowns(scope.reading, outputs);
}
