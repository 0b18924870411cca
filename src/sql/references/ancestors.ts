/** What stands above a partition or an inheritance child: the same rows can be read through it. */

import type { Catalog, Relation } from '../../catalog/catalog.ts';

export interface Ancestor {
  readonly schema: string;
  readonly name: string;
  /** The columns it hands down. */
  readonly columns: readonly string[];
}

const none: readonly Ancestor[] = [];

/** Parents, theirs, and so on to the top, each once. */
export function ancestorsOf(catalog: Catalog, { oid }: Relation): readonly Ancestor[] {
  const waiting = [...catalog.parents(oid)];
  if (waiting.length === 0) return none;
  const found = new Map<number, Ancestor>();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const parent = catalog.relationByOid(next);
    if (parent === undefined || found.has(next)) continue;
    const { schema, name } = parent;
    found.set(next, { schema, name, columns: catalog.columns(parent).map((column) => column.name) });
    waiting.push(...catalog.parents(next));
  }
  return [...found.values()];
}
