/** `COLLATE schema.name`: PostgreSQL tells a missing schema from a missing collation, so only schemas of the path are asked. */

import type { Tree } from '../../statement.ts';
import { locationOf, namesOf, qualifiedName } from '../nodes.ts';
import type { Reading } from '../reading.ts';

/** Refuses a `CollateClause` that looks into a schema outside the search path. */
export function readCollation(reading: Reading, clause: Tree): void {
  const { catalog, schema, written } = qualifiedName(namesOf(clause['collname']));
  const isLookedThrough = schema === undefined || reading.catalog.searchPath.includes(schema);
  if (catalog !== undefined || !isLookedThrough) reading.unbound(written, 'collation', locationOf(clause));
}
