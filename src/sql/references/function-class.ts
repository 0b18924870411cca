/** The class of a function the catalog knows, asked once per snapshot and way of reaching it. */

import type { Catalog, Procedure } from '../../catalog/catalog.ts';
import type { FunctionAccess } from '../access.ts';
import { type Classification, classifyFunction } from '../functions.ts';

const remembered = new WeakMap<Catalog, Map<number, Classification>>();

/** `args` as `format_type` prints them. */
export function classOf(
  catalog: Catalog,
  procedure: Procedure,
  args: readonly string[],
  via: FunctionAccess['via'],
): Classification {
  const classes = remembered.get(catalog) ?? new Map<number, Classification>();
  remembered.set(catalog, classes);
  const key = via === 'type_io' ? -procedure.oid : procedure.oid;
  const known = classes.get(key);
  if (known !== undefined) return known;
  const { schema, name, language, securityDefiner, extension } = procedure;
  if (isRangeConstructor(catalog, procedure)) {
    classes.set(key, rangeConstructor);
    return rangeConstructor;
  }
  const identity = { schema, name, args, language, securityDefiner };
  const found = classifyFunction(extension === undefined ? identity : { ...identity, extension }, via);
  classes.set(key, found);
  return found;
}

const rangeConstructor: Classification = { class: 'pure', reason: 'makes a value of the range type it came with' };

/** PostgreSQL itself makes these with a range type: in `internal`, named after it, and no other can have their arguments. */
function isRangeConstructor(catalog: Catalog, { schema, name, language, returns, args }: Procedure): boolean {
  const type = catalog.type(returns);
  if (language !== 'internal' || type?.schema !== schema || type.name !== name) return false;
  if (type.kind === 'range') return args.length >= 2 && args[0] === type.subtype && args[1] === type.subtype;
  return type.kind === 'multirange';
}
