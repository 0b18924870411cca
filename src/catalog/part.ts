/** One part of a snapshot: what initdb made (shared between databases), or what was made since. */

import type { Cast, Operator, Procedure, Type } from './catalog.ts';
import { RelationTable } from './relation-table.ts';

/** Things found by schema and name, several to a name. */
export class NameIndex<Thing extends { readonly oid: number; readonly schema: string; readonly name: string }> {
  readonly #byName = new Map<string, Thing[]>();
  readonly #byOid = new Map<number, Thing>();

  add(thing: Thing): void {
    this.#byOid.set(thing.oid, thing);
    const same = this.#byName.get(thing.name);
    if (same === undefined) this.#byName.set(thing.name, [thing]);
    else same.push(thing);
  }

  named(name: string): readonly Thing[] {
    return this.#byName.get(name) ?? [];
  }

  get(oid: number): Thing | undefined {
    return this.#byOid.get(oid);
  }

  get size(): number {
    return this.#byOid.size;
  }
}

export class CatalogPart {
  readonly schemas = new Map<number, string>();
  readonly relations = new RelationTable();
  readonly types = new NameIndex<Type>();
  /** Range type → its multirange type. */
  readonly multiranges = new Map<number, number>();
  readonly procedures = new NameIndex<Procedure>();
  readonly operators = new NameIndex<Operator>();
  readonly parents = new Map<number, readonly number[]>();
  readonly #casts = new Map<number, Map<number, Cast>>();
  #castCount = 0;

  addCast(cast: Cast): void {
    const targets = this.#casts.get(cast.source) ?? new Map<number, Cast>();
    this.#casts.set(cast.source, targets);
    targets.set(cast.target, cast);
    this.#castCount += 1;
  }

  cast(source: number, target: number): Cast | undefined {
    return this.#casts.get(source)?.get(target);
  }

  castsTo(target: number): readonly Cast[] {
    return [...this.#casts.values()].flatMap((targets) => targets.get(target) ?? []);
  }

  /** Estimated bytes; the factors were taken from heap measurements. */
  get bytes(): number {
    const { types, procedures, operators, parents, relations } = this;
    return (
      relations.bytes +
      types.size * 500 +
      procedures.size * 600 +
      operators.size * 250 +
      this.#castCount * 120 +
      parents.size * 100
    );
  }
}
