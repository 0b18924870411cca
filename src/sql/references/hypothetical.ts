/** An index that a statement is planned with though it does not exist: the table, its columns and the function that makes it. */

import type { Catalog, Procedure } from '../../catalog/catalog.ts';
import type { Database } from '../../model/database.ts';
import { Refusal } from '../../model/errors.ts';
import type { HypotheticalIndex, QueryRequest } from '../../model/request.ts';
import { quote, writtenAs } from './nodes.ts';
import type { Reading } from './reading.ts';

/** The function of HypoPG that makes one; a rule must name it. */
const maker = 'hypopg_create_index';

/**
 * Notes what is reached besides the statement itself, so that policy, record and witnesses speak of it as of the rest. Only
 * where nothing runs, and only where a session can be thrown away afterwards.
 */
export function readHypothetical(
  reading: Reading,
  { schema, relation: name, columns }: HypotheticalIndex,
  { action }: QueryRequest,
  { connection }: Database,
): void {
  if (action !== 'explain' || connection.type !== 'direct_postgres')
    throw new Refusal('REQUEST_INVALID', 'A hypothetical index is for plans of a database on the wire alone.');
  const written = writtenAs([schema, name]);
  const relation = reading.catalog.relation(schema, name) ?? reading.unbound(written, 'relation', 0);
  const draft = reading.relation(relation, 'select', written, 0);
  const known = new Map(reading.catalog.columns(relation).map((column) => [column.name, column]));
  for (const column of columns) {
    const found = known.get(column.name) ?? reading.unbound(quote(column.name), 'column', 0);
    reading.column(draft, found, 0, [column.name]).otherUse = true;
  }
  const procedure = makerIn(reading.catalog) ?? reading.unbound(maker, 'function', 0);
  reading.call(procedure, 'hypothetical', 0, maker);
}

/** By the catalog's own record of what belongs to the extension: anyone may call a function so. */
function makerIn(catalog: Catalog): Procedure | undefined {
  return catalog
    .schemas()
    .flatMap((schema) => catalog.procedures(schema, maker))
    .find(({ extension }) => extension === 'hypopg');
}
