/** When everything one pattern speaks of is spoken of by another: asked of allows, and of denies, which reach further. */

import { type Pattern, printPattern } from './resource.ts';
import { isSystemSchema } from './system-sets.ts';

/** Whether a deny on `outer` shuts all that a rule on `inner` speaks of; in doubt no. */
export function deniesWhole(outer: Pattern, inner: Pattern): boolean {
  if (outer.kind === 'everything') return inner.kind !== 'unbounded';
  if (outer.kind === 'set') return inner.kind === 'set' && inner.set === outer.set;
  if (!('schema' in inner)) return outer.kind === inner.kind;
  if (outer.kind === 'data') return !isSystemSchema(inner.schema);
  if (!('schema' in outer) || outer.schema !== inner.schema) return false;
  return outer.kind === 'schema' || namesWhole(outer, inner);
}

/**
 * Whether an allow on `outer` opens all that one on `inner` would; in doubt no. A wildcard contains no name in it: naming
 * opens what wildcards leave shut (foreign tables, views of extensions, views that lead to a denied column).
 */
export function allowsWhole(outer: Pattern, inner: Pattern): boolean {
  if (outer.kind === 'unbounded' || printPattern(outer) === printPattern(inner)) return true;
  if (outer.kind === 'everything') return inner.kind === 'data' || inner.kind === 'schema';
  if (outer.kind === 'data') return inner.kind === 'schema' && !isSystemSchema(inner.schema);
  return 'schema' in outer && 'schema' in inner && outer.schema === inner.schema && namesWhole(outer, inner);
}

type Named = Extract<Pattern, { readonly schema: string }>;

/** For two patterns of one schema, the outer one no wildcard. */
function namesWhole(outer: Named, inner: Named): boolean {
  switch (outer.kind) {
    case 'schema':
      return inner.kind === 'schema';
    case 'relation':
      return 'relation' in inner && inner.relation === outer.relation;
    case 'column':
      return inner.kind === 'column' && inner.relation === outer.relation && inner.column === outer.column;
    case 'function':
      return (
        inner.kind === 'function' &&
        inner.name === outer.name &&
        (outer.args === undefined || outer.args.join() === inner.args?.join())
      );
  }
}
