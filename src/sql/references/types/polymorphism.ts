/** Arguments declared anyelement, anyarray and the like (parse_coerce.c: check_ and enforce_generic_type_consistency). */

import { commonType } from './common-type.ts';
import type { TypeSystem } from './type-system.ts';
import { isPolymorphic, oid } from './well-known.ts';

/** What each polymorphic name stands for in one call. */
interface Family {
  element: number;
  array: number;
  range: number;
  multirange: number;
}

const none = (): Family => ({ element: 0, array: 0, range: 0, multirange: 0 });

interface Binding {
  readonly simple: Family;
  readonly compatible: Family;
  /** Element types offered by the anycompatible family. */
  readonly offers: number[];
  /** Whether any argument of the family is declared so, and whether one was of unknown type. */
  usesSimple: boolean;
  usesCompatible: boolean;
  nonArray: boolean;
  isEnum: boolean;
}

/** Whether the actual types are consistent with the declared polymorphic ones. */
export function checkGeneric(types: TypeSystem, actual: readonly number[], declared: readonly number[]): boolean {
  return bind(types, actual, declared) !== undefined;
}

/** Takes `type` into one slot of a family; false where it contradicts what is there. */
function take(family: Family, slot: keyof Family, type: number): boolean {
  if (family[slot] !== 0 && family[slot] !== type) return false;
  family[slot] = type;
  return true;
}

function bind(types: TypeSystem, actual: readonly number[], declared: readonly number[]): Binding | undefined {
  const binding: Binding = {
    simple: none(),
    compatible: none(),
    offers: [],
    usesSimple: false,
    usesCompatible: false,
    nonArray: false,
    isEnum: false,
  };
  for (const [index, type] of declared.entries()) {
    const given = actual[index] ?? oid.unknown;
    if (isPolymorphic(type) && !bindOne(types, binding, type, given)) return undefined;
  }
  return settleSimple(types, binding) && settleCompatible(types, binding) ? binding : undefined;
}

function bindOne(types: TypeSystem, binding: Binding, declared: number, given: number): boolean {
  const { simple, compatible, offers } = binding;
  if (declared >= oid.anycompatible || declared === oid.anycompatiblemultirange) binding.usesCompatible = true;
  else binding.usesSimple = true;
  if (declared === oid.anynonarray) binding.nonArray = true;
  if (declared === oid.anyenum) binding.isEnum = true;
  if (given === oid.unknown) return true;
  const base = types.base(given);
  switch (declared) {
    case oid.anyelement:
    case oid.anynonarray:
    case oid.anyenum:
      return take(simple, 'element', given);
    case oid.anyarray:
      return take(simple, 'array', base);
    case oid.anyrange:
      return take(simple, 'range', base);
    case oid.anymultirange:
      return take(simple, 'multirange', base);
    case oid.anycompatible:
    case oid.anycompatiblenonarray:
      offers.push(given);
      return true;
    case oid.anycompatiblearray:
      offers.push(types.element(base));
      return types.element(base) !== 0;
    case oid.anycompatiblerange:
      offers.push(types.subtype(base));
      return types.isRange(base) && take(compatible, 'range', base);
    default:
      return take(compatible, 'multirange', base) && take(compatible, 'range', types.subtype(base));
  }
}

function settleSimple(types: TypeSystem, binding: Binding): boolean {
  const { simple } = binding;
  if (simple.array !== 0 && simple.array !== oid.anyarray) {
    const element = types.element(simple.array);
    if (element === 0 || !take(simple, 'element', element)) return false;
  }
  if (simple.multirange !== 0) {
    if (types.get(simple.multirange)?.kind !== 'multirange') return false;
    if (!take(simple, 'range', types.subtype(simple.multirange))) return false;
  }
  if (simple.range !== 0) {
    if (!types.isRange(simple.range) || !take(simple, 'element', types.subtype(simple.range))) return false;
  }
  if (binding.nonArray && simple.element !== 0 && types.baseElement(simple.element) !== 0) return false;
  return !binding.isEnum || simple.element === 0 || types.isEnum(simple.element);
}

function settleCompatible(types: TypeSystem, { compatible, offers, usesCompatible }: Binding): boolean {
  if (!usesCompatible) return true;
  if (compatible.range !== 0 && types.subtype(compatible.range) !== 0) offers.push(types.subtype(compatible.range));
  const common = commonType(types, offers);
  if (common === undefined) return false;
  compatible.element = common;
  compatible.array = types.arrayOf(common);
  return compatible.range === 0 || types.subtype(compatible.range) === common;
}

export interface Resolved {
  /** The declared types with polymorphic ones replaced by what they stand for. */
  readonly args: readonly number[];
  readonly returns: number;
}

/** `enforce_generic_type_consistency`; undefined where a type cannot be determined. */
export function resolveGeneric(
  types: TypeSystem,
  actual: readonly number[],
  declared: readonly number[],
  returns: number,
): Resolved | undefined {
  if (!declared.some(isPolymorphic)) return { args: declared, returns }; // array_in: what it returns is not told
  const binding = bind(types, actual, declared);
  if (binding === undefined) return undefined;
  const stands = (type: number) => (isPolymorphic(type) ? standsFor(types, binding, type) : type);
  const args = declared.map(stands);
  const result = stands(returns);
  return args.includes(0) || result === 0 ? undefined : { args, returns: result };
}

/** 0 where it cannot be told. A pg_statistic column declared anyarray stays what it is. */
function standsFor(types: TypeSystem, { simple, compatible }: Binding, type: number): number {
  switch (type) {
    case oid.anyelement:
    case oid.anynonarray:
    case oid.anyenum:
      return simple.element;
    case oid.anyarray:
      return simple.array === 0 ? types.arrayOf(simple.element) : simple.array;
    case oid.anyrange:
      return simple.range;
    case oid.anymultirange:
      return simple.multirange === 0 ? multirangeOver(types, simple.range) : simple.multirange;
    case oid.anycompatible:
    case oid.anycompatiblenonarray:
      return compatible.element === 0 ? oid.text : compatible.element;
    case oid.anycompatiblearray:
      return types.arrayOf(compatible.element === 0 ? oid.text : compatible.element);
    case oid.anycompatiblerange:
      return compatible.range;
    default:
      return compatible.multirange === 0 ? multirangeOver(types, compatible.range) : compatible.multirange;
  }
}

/** The multirange of a range type: made with it, found by what it is over. */
function multirangeOver(types: TypeSystem, range: number): number {
  return range === 0 ? 0 : types.catalog.multirangeOf(range);
}
