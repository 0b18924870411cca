/** A sub-select in FROM; LATERAL ones see the items before them. */

import type { Tree } from '../../statement.ts';
import { readQuery } from '../clauses/query.ts';
import { isSet } from '../nodes.ts';
import type { RangeEntry, Scope } from '../scope.ts';
import { readAlias, renamed } from './alias.ts';
import { entryOf } from './range-var.ts';

export function readRangeSubselect(scope: Scope, node: Tree): RangeEntry {
  const fields = scope.withLateral(isSet(node, 'lateral'), () => readQuery(scope, node['subquery']));
  const alias = readAlias(node);
  return entryOf(alias.name ?? '', renamed(scope.reading, fields, alias.columns, -1));
}
