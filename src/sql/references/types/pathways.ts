/** How a value of one type becomes one of another (parse_coerce.c: find_coercion_pathway, can_coerce_type). */

import { checkGeneric } from './polymorphism.ts';
import type { TypeSystem } from './type-system.ts';
import { isPolymorphic, oid } from './well-known.ts';

export type Context = 'implicit' | 'assignment' | 'explicit';

export interface Pathway {
  readonly way: 'relabel' | 'function' | 'elements' | 'io';
  /** The cast's function, for `function` and for the elements of `elements`; else 0. */
  readonly procedure: number;
}

const ranks = { implicit: 0, assignment: 1, explicit: 2 } as const;
const relabel: Pathway = { way: 'relabel', procedure: 0 };
const throughText: Pathway = { way: 'io', procedure: 0 };

/** `find_coercion_pathway`; undefined where there is none. */
export function findPathway(types: TypeSystem, target: number, source: number, context: Context): Pathway | undefined {
  const [to, from] = [types.base(target), types.base(source)];
  if (to === from) return relabel;
  const cast = types.catalog.cast(from, to);
  if (cast !== undefined) {
    if (ranks[context] < ranks[cast.context]) return undefined;
    if (cast.method === 'inout') return throughText;
    return cast.method === 'binary' ? relabel : { way: 'function', procedure: cast.procedure };
  }
  return pathwayOfElements(types, to, from, context) ?? pathwayThroughText(types, to, from, context);
}

function pathwayOfElements(types: TypeSystem, to: number, from: number, context: Context): Pathway | undefined {
  if (to === oid.oidvector || to === oid.int2vector) return undefined;
  const [target, source] = [types.element(to), types.element(from)];
  if (target === 0 || source === 0) return undefined;
  const pathway = findPathway(types, target, source, context);
  if (pathway === undefined) return undefined;
  return pathway.way === 'io' ? throughText : { way: 'elements', procedure: pathway.procedure };
}

/** Any type can be assigned to a string type, and cast explicitly from one, through its text form. */
function pathwayThroughText(types: TypeSystem, to: number, from: number, context: Context): Pathway | undefined {
  if (context !== 'implicit' && types.category(to) === 'S') return throughText;
  return context === 'explicit' && types.category(from) === 'S' ? throughText : undefined;
}

/** `can_coerce_type`: whether all of `inputs` can become `targets`, polymorphic targets consistently. */
export function canCoerce(
  types: TypeSystem,
  inputs: readonly number[],
  targets: readonly number[],
  context: Context,
): boolean {
  let generic = false;
  for (const [index, input] of inputs.entries()) {
    const target = targets[index] ?? 0;
    if (isPolymorphic(target)) generic = true;
    else if (!canCoerceOne(types, input, target, context)) return false;
  }
  return !generic || checkGeneric(types, inputs, targets);
}

function canCoerceOne(types: TypeSystem, input: number, target: number, context: Context): boolean {
  if (input === target || target === oid.any || input === oid.unknown) return true;
  if (findPathway(types, target, input, context) !== undefined) return true;
  if (input === oid.record && types.isComplex(target)) return true;
  if (target === oid.record && types.isComplex(input)) return true;
  if (target === oid.recordArray && types.isComplex(types.element(input))) return true;
  return types.inherits(input, target);
}
