/** The relations of a snapshot that a principal may read something of. */

import type { Catalog, Relation } from '../catalog/catalog.ts';
import type { Visibility } from '../policy/decision-point.ts';

/** How the tools name what a relation is. */
export const relationKinds = ['table', 'partitioned', 'view', 'matview', 'foreign', 'sequence'] as const;
export type ListedKind = (typeof relationKinds)[number];

export interface VisibleRelation {
  readonly schema: string;
  readonly name: string;
  readonly kind: ListedKind;
  /** Names of the columns that may be read. */
  readonly columns: readonly string[];
  /** Whether those are all of them. */
  readonly whole: boolean;
}

/** In no particular order. Relations of which no column may be read are as absent as those that do not exist. */
export function visibleRelations(catalog: Catalog, visibility: Visibility): VisibleRelation[] {
  const found: VisibleRelation[] = [];
  for (const relation of catalog.relations()) {
    const seen = see(catalog, relation, visibility);
    if (seen !== undefined) found.push(seen);
  }
  return found;
}

function see(catalog: Catalog, relation: Relation, visibility: Visibility): VisibleRelation | undefined {
  const { schema, name } = relation;
  const kind = relationKinds.find((listed) => listed === relation.kind);
  if (kind === undefined) return undefined;
  const all = catalog.columns(relation).map((column) => column.name);
  if (!visibility.relation(schema, name, all)) return undefined;
  const columns = all.filter((column) => visibility.column(schema, name, column));
  return { schema, name, kind, columns, whole: columns.length === all.length };
}
