/** What a caller may see in one database, as every analysis asks it: names outside the snapshot are not seen. */

import type { Catalog } from '../../catalog/catalog.ts';
import type { Database } from '../../model/database.ts';
import type { Visibility } from '../../policy/decision-point.ts';
import { visibleRelations } from '../visible-relations.ts';
import type { Question } from './read.ts';

export interface Sight {
  readonly database: Database;
  readonly catalog: Catalog;
  readonly visibility: Visibility;
  readonly relation: (schema: string, name: string) => boolean;
  /** Whether every column of it may be seen: what an expression, a condition or the whole definition needs. */
  readonly whole: (schema: string, name: string) => boolean;
  /** Whether all these columns of it may be seen. */
  readonly columns: (schema: string, name: string, columns: readonly string[]) => boolean;
  readonly relations: ReturnType<typeof visibleRelations>;
}

/** Asked after a first statement has walked the corridor, so that a database that is not the caller's is refused there. */
export async function openSight({ parts, databaseId, invocation }: Question): Promise<Sight> {
  const { principal } = invocation.call;
  const database = parts.databases.resolve(databaseId, principal);
  const catalog = await parts.catalogs.current(database, invocation.call);
  const visibility = parts.decisionPoint.visibility(principal, database.id);
  const relations = visibleRelations(catalog, visibility);
  const key = (schema: string, name: string) => `${schema}\u0000${name}`;
  const seen = new Map(relations.map((relation) => [key(relation.schema, relation.name), relation]));
  return {
    database,
    catalog,
    visibility,
    relations,
    relation: (schema, name) => seen.has(key(schema, name)),
    whole: (schema, name) => seen.get(key(schema, name))?.whole === true,
    columns: (schema, name, columns) => {
      const relation = seen.get(key(schema, name));
      return relation !== undefined && columns.every((column) => relation.columns.includes(column));
    },
  };
}

/** Whether a system view's column is open to the caller by a rule. */
export const opens = ({ visibility }: Sight, view: string, column: string): boolean =>
  visibility.column('pg_catalog', view, column);
