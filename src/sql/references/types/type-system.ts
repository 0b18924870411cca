/** Questions PostgreSQL asks of types (lsyscache.c, parse_type.c), answered from a snapshot. */

import type { Catalog, Type } from '../../../catalog/catalog.ts';
import type { OperatorMeaning } from './operators.ts';
import type { CallMeaning } from './procedures.ts';
import { oid } from './well-known.ts';

/** Remembers answers, a bounded number of them. */
class Memory<Answer> {
  readonly #answers = new Map<string, Answer>();

  get(key: string, find: () => Answer): Answer {
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    const answer = find();
    if (this.#answers.size >= 10_000) this.#answers.clear();
    this.#answers.set(key, answer);
    return answer;
  }
}

/** One per snapshot; it remembers what it was asked. */
export class TypeSystem {
  readonly catalog: Catalog;
  readonly #types = new Map<number, Type | undefined>();
  /** Calls and operators resolved before, by what was asked. */
  readonly calls = new Memory<CallMeaning | undefined>();
  readonly operators = new Memory<OperatorMeaning | undefined>();

  constructor(catalog: Catalog) {
    this.catalog = catalog;
  }

  get(type: number): Type | undefined {
    const known = this.#types.get(type);
    if (known !== undefined) return known;
    const found = this.catalog.type(type);
    if (found !== undefined) this.#types.set(type, found);
    return found;
  }

  /** `getBaseType`: what a domain is over, to the end. */
  base(type: number): number {
    const found = this.get(type);
    return found?.kind === 'domain' ? this.base(found.base) : type;
  }

  category(type: number): string {
    return this.get(type)?.category ?? 'X';
  }

  /** `IsPreferredType`: preferred within `category`. */
  isPreferred(category: string, type: number): boolean {
    const found = this.get(type);
    return found?.preferred === true && found.category === category;
  }

  /** `get_element_type`: of a true array, else 0. */
  element(type: number): number {
    if (type === oid.recordArray) return oid.record; // a pseudo-type by its letter, a true array by its handler
    const found = this.get(type);
    return found?.kind === 'array' ? found.element : 0;
  }

  /** `get_base_element_type`: domains over arrays included. */
  baseElement(type: number): number {
    return this.element(this.base(type));
  }

  /** `get_array_type`. */
  arrayOf(type: number): number {
    return type === oid.record ? oid.recordArray : (this.get(type)?.array ?? 0);
  }

  /** `typeOrDomainTypeRelid`: the relation whose row this is, else 0. */
  relation(type: number): number {
    return this.get(this.base(type))?.relation ?? 0;
  }

  /** `ISCOMPLEX`. */
  isComplex(type: number): boolean {
    return this.relation(type) !== 0;
  }

  isRange(type: number): boolean {
    return this.get(type)?.kind === 'range';
  }

  isEnum(type: number): boolean {
    return this.get(type)?.kind === 'enum';
  }

  /** `get_range_subtype`, `get_multirange_range`: what it is made of, else 0. */
  subtype(type: number): number {
    return this.get(type)?.subtype ?? 0;
  }

  /** As `format_type` prints it. */
  display(type: number): string {
    return this.get(type)?.display ?? String(type);
  }

  /** `typeInheritsFrom`: whether rows of `child` are rows of `parent`. */
  inherits(child: number, parent: number): boolean {
    const [from, to] = [this.relation(child), this.relation(parent)];
    if (from === 0 || to === 0) return false;
    const seen = new Set<number>();
    const waiting = [from];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      for (const step of this.catalog.parents(next)) {
        if (step === to) return true;
        if (!seen.has(step)) waiting.push(step);
        seen.add(step);
      }
    }
    return false;
  }
}

const systems = new WeakMap<Catalog, TypeSystem>();

/** The type system of a snapshot. */
export function typesOf(catalog: Catalog): TypeSystem {
  const known = systems.get(catalog);
  if (known !== undefined) return known;
  const made = new TypeSystem(catalog);
  systems.set(catalog, made);
  return made;
}
