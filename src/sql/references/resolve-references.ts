/** Names become identities: every relation, column, function, operator, cast and type a statement reaches, with its position. */

import type { Catalogs } from '../../catalog/catalogs.ts';
import { Refusal } from '../../model/errors.ts';
import { type Access, noAccess } from '../access.ts';
import type { Sight } from '../name-not-available.ts';
import { openStatement, type ParsedStatement } from '../statement.ts';

/**
 * Reads a statement against the database's snapshot. What `sight` does not show is refused where a missing name would be;
 * without it (reviews by operators) everything is seen. Fixed texts are not read: they reach no catalog and give `noAccess`.
 * Throws NAME_NOT_AVAILABLE for what cannot be bound, CATALOG_UNAVAILABLE when there is no snapshot.
 */
export async function resolveReferences(
  statement: ParsedStatement,
  catalogs: Catalogs,
  _sight?: Sight,
): Promise<Access> {
  const { fixed, request, database } = openStatement(statement);
  if (fixed !== undefined && request.target === undefined) return noAccess;
  await catalogs.current(database, request.call);
  throw new Refusal('STATEMENT_TOO_COMPLEX', 'This kind of statement is not read yet.');
}
