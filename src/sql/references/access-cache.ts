/** Readings of texts that came before: as long as the snapshot is the same and everything in them may be known, they still hold. */

import type { Catalog } from '../../catalog/catalog.ts';
import type { Access } from '../access.ts';
import type { Sight } from '../name-not-available.ts';
import type { Tree } from '../statement.ts';

/** What a reading depends on besides the tree: the text its positions lead to, and stated types of parameters. */
export interface Circumstances {
  readonly catalog: Catalog;
  readonly text: string;
  readonly parameterTypes: string;
}

interface Kept extends Circumstances {
  readonly access: Access;
  /** Whose eyes all of it is in sight of; one object of them answers alike for as long as it lives. */
  readonly seenBy: WeakSet<Sight>;
}

/** Trees are kept, in bounded number, by the gate; a reading lives as long as its tree. */
const readings = new WeakMap<Tree, Kept>();

/** The reading of this tree, if nothing in it is out of sight; else the caller reads anew, so that complaints come in order. */
export function recall(tree: Tree, now: Circumstances, sight: Sight | undefined): Access | undefined {
  const kept = readings.get(tree);
  if (kept === undefined || kept.catalog !== now.catalog) return undefined;
  if (kept.text !== now.text || kept.parameterTypes !== now.parameterTypes) return undefined;
  if (sight === undefined || kept.seenBy.has(sight)) return kept.access;
  if (!isInSight(kept.access, sight)) return undefined;
  kept.seenBy.add(sight);
  return kept.access;
}

export function remember(tree: Tree, now: Circumstances, access: Access): void {
  readings.set(tree, { ...now, access, seenBy: new WeakSet() });
}

/** Strict: a column out of sight that a star brought is no complaint by itself, but the reading that says so is made anew. */
function isInSight({ relations, functions }: Access, sight: Sight): boolean {
  for (const { schema, name, allColumns, columns } of relations) {
    if (!sight.relation(schema, name, allColumns)) return false;
    for (const column of columns) if (!sight.column(schema, name, column.name)) return false;
  }
  return functions.every(
    (called) => called.class !== 'user' || sight.function(called.schema, called.name, called.args),
  );
}
