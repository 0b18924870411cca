/** The one type that several expressions share (parse_coerce.c: select_common_type). */

import { canCoerce } from './pathways.ts';
import type { TypeSystem } from './type-system.ts';
import { oid } from './well-known.ts';

/** For CASE, UNION, VALUES, ARRAY, IN and polymorphic arguments; text where all are unknown, undefined where there is none. */
export function commonType(types: TypeSystem, inputs: readonly number[]): number | undefined {
  const [first = oid.unknown] = inputs;
  if (first !== oid.unknown && inputs.every((type) => type === first)) return first;
  let chosen = types.base(first);
  for (const input of inputs.slice(1)) {
    const next = types.base(input);
    if (next === oid.unknown || next === chosen) continue;
    if (chosen === oid.unknown) chosen = next;
    else if (types.category(next) !== types.category(chosen)) return undefined;
    else if (isWider(types, chosen, next)) chosen = next;
  }
  return chosen === oid.unknown ? oid.text : chosen;
}

function isWider(types: TypeSystem, chosen: number, next: number): boolean {
  if (types.isPreferred(types.category(chosen), chosen)) return false;
  return canCoerce(types, [chosen], [next], 'implicit') && !canCoerce(types, [next], [chosen], 'implicit');
}
