/** One relation of a snapshot as a statement on it would be read: what stands behind and above it, and what it calls. */

import type { Catalog, Relation } from '../catalog/catalog.ts';
import type { Database } from '../model/database.ts';
import { type CallContext, noParameters, type QueryRequest } from '../model/request.ts';
import type { Access, FunctionAccess, RelationAccess } from '../sql/access.ts';
import { parseStatement } from '../sql/parse-statement.ts';
import { resolveReferences } from '../sql/references/resolve-references.ts';

/** Whose snapshot is read, and on behalf of which call. Nothing is run or recorded. */
export interface ReadingPlace {
  readonly catalog: Catalog;
  readonly database: Database;
  readonly call: CallContext;
}

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Undefined, fail closed, for what cannot be read. */
export async function readRelation(place: ReadingPlace, relation: Relation): Promise<RelationAccess | undefined> {
  const access = await read(place, {
    action: 'describe',
    target: `${quote(relation.schema)}.${quote(relation.name)}`,
    statement: { from: 'fixed', name: 'describe_relation', parameters: noParameters },
  });
  return access?.relations.find(({ oid }) => oid === relation.oid);
}

/**
 * The user functions a view calls when it is read, those of views inside it included: PostgreSQL asks for EXECUTE from
 * whoever reads the view, the policy does not. Empty for what is no view.
 */
export async function calledByView(
  place: ReadingPlace,
  relation: Relation,
  seen: Set<number> = new Set(),
): Promise<readonly FunctionAccess[]> {
  const body = place.catalog.viewDefinition(relation.oid);
  if (relation.kind !== 'view' || body === undefined || seen.has(relation.oid)) return [];
  seen.add(relation.oid);
  const sql = body.replace(/;\s*$/, '');
  const access = await read(place, { action: 'select', statement: { from: 'caller', sql, parameters: noParameters } });
  const own = access?.functions.filter((called) => called.class === 'user') ?? [];
  const inner = (access?.relations ?? []).flatMap(({ oid }) => place.catalog.relationByOid(oid) ?? []);
  const nested = await Promise.all(inner.map((view) => calledByView(place, view, seen)));
  return [...own, ...nested.flat()];
}

async function read(
  { catalog, database, call }: ReadingPlace,
  about: Pick<QueryRequest, 'action' | 'statement' | 'target'>,
): Promise<Access | undefined> {
  const request: QueryRequest = { call, databaseId: database.id, intent: 'read', ...about };
  try {
    const parsed = await parseStatement(request, { ...database, dialect: 'full' });
    return await resolveReferences(parsed, { current: async () => catalog, invalidate: () => undefined });
  } catch {
    return undefined;
  }
}
