/** The class of a function, by identity. */

import type { Catalog, Procedure } from '../../catalog/catalog.ts';
import type { FunctionAccess } from '../access.ts';

export function classOf(
  _: Catalog,
  procedure: Procedure,
  __: readonly string[],
): Pick<FunctionAccess, 'class' | 'reason'> {
  return procedure.schema === 'pg_catalog'
    ? { class: 'pure', reason: 'built in' }
    : { class: 'user', reason: 'made by users of the database' };
}
