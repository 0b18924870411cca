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

interface Kept {
  readonly text: string;
  readonly parameterTypes: string;
  readonly access: Access;
  /** Whose eyes all of it is in sight of; one object of them answers alike for as long as it lives. */
  readonly seenBy: WeakSet<Sight>;
}

/** By snapshot, since many databases are sent the same texts; a reading goes with its snapshot, or with its tree, which the gate keeps. */
type Generation = WeakMap<Catalog, WeakMap<Tree, Kept>>;

/** Bytes of readings after which a new generation begins and the one before the last is forgotten: the cache holds twice as much at most. */
const generationBytes = 16 * 1024 * 1024;

let young: Generation = new WeakMap();
let old: Generation = new WeakMap();
let youngBytes = 0;
let oldBytes = 0;

/** Estimated bytes of the readings that are kept, at most: those whose snapshot or tree is gone still count. */
export const bytesOfAccesses = () => youngBytes + oldBytes;

/** The reading of this tree, if nothing in it is out of sight; else the caller reads anew, so that complaints come in order. */
export function recall(
  tree: Tree,
  { catalog, text, parameterTypes }: Circumstances,
  sight: Sight | undefined,
): Access | undefined {
  const recent = young.get(catalog)?.get(tree);
  const kept = recent ?? old.get(catalog)?.get(tree);
  if (kept === undefined || kept.text !== text || kept.parameterTypes !== parameterTypes) return undefined;
  if (sight !== undefined && !kept.seenBy.has(sight)) {
    if (!isInSight(kept.access, sight)) return undefined;
    kept.seenBy.add(sight);
  }
  if (recent === undefined) keep(catalog, tree, kept); // what is asked for again outlives its generation
  return kept.access;
}

export function remember(tree: Tree, { catalog, text, parameterTypes }: Circumstances, access: Access): void {
  keep(catalog, tree, { text, parameterTypes, access, seenBy: new WeakSet() });
}

function keep(catalog: Catalog, tree: Tree, kept: Kept): void {
  const ofCatalog = young.get(catalog) ?? new WeakMap<Tree, Kept>();
  young.set(catalog, ofCatalog);
  ofCatalog.set(tree, kept);
  youngBytes += bytesOf(kept);
  if (youngBytes < generationBytes) return;
  [old, oldBytes] = [young, youngBytes];
  [young, youngBytes] = [new WeakMap(), 0];
}

/** What a reading and each of its parts take in memory, measured over generated reads. */
const bytesPerReading = 300;
const bytesPerPart = 180;

function bytesOf({ access: { relations, functions, output = [], witnesses } }: Kept): number {
  let parts = relations.length + functions.length + output.length + witnesses.length;
  for (const { columns, behind } of relations) parts += columns.length + behind.length;
  return bytesPerReading + bytesPerPart * parts;
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
