/** Names become identities: every relation, column, function, operator, cast and type a statement reaches, with its position. */

import type { Catalogs } from '../../catalog/catalogs.ts';
import { type Access, noAccess } from '../access.ts';
import { NameNotAvailable, nameNotAvailable, type Sight } from '../name-not-available.ts';
import { openStatement, type ParsedStatement, type Tree } from '../statement.ts';
import { buildAccess } from './access-builder.ts';
import { readBodies } from './bodies.ts';
import { checkComplete } from './completeness.ts';
import { Reading } from './reading.ts';
import { Scope } from './scope.ts';
import { readStatement } from './statements/statement.ts';
import { nearNames } from './suggestions.ts';
import { readTarget } from './target.ts';

/**
 * Reads a statement against the database's snapshot. A fixed text reaches no catalog and gives `noAccess`, unless the call
 * is about one relation (`request.target`): then that relation with all its columns.
 *
 * `sight` says what the caller may know of: a name outside it ends exactly as a missing one does. Throws
 * NAME_NOT_AVAILABLE for what cannot be bound, STATEMENT_TOO_COMPLEX for what is not read here, CATALOG_UNAVAILABLE when
 * there is no snapshot.
 */
export async function resolveReferences(
  statement: ParsedStatement,
  catalogs: Catalogs,
  sight?: Sight,
): Promise<Access> {
  const { fixed, request, database, tree, positionOf } = openStatement(statement);
  if (fixed !== undefined && request.target === undefined) return noAccess;
  const catalog = await catalogs.current(database, request.call);
  const reading = new Reading({ catalog, positionOf, sight });
  try {
    return await read(reading, tree, request.target);
  } catch (thrown) {
    if (!(thrown instanceof NameNotAvailable)) throw thrown;
    const near = sight === undefined ? [] : nearNames(reading, thrown, sight);
    throw nameNotAvailable(thrown.written, thrown.nameKind, thrown.position, database, near);
  }
}

async function read(reading: Reading, tree: Tree, target: string | undefined): Promise<Access> {
  if (target !== undefined) {
    readTarget(reading, target);
    return buildAccess(reading, undefined, await readBodies(reading));
  }
  const outputs = readStatement(new Scope(reading), tree);
  checkComplete(reading, tree);
  return buildAccess(reading, outputs, await readBodies(reading));
}
