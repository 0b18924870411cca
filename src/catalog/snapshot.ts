/** A catalog over two parts, with names looked up along the pinned search_path. */

import type { Catalog, Column, Operator, Procedure, Relation, Type } from './catalog.ts';
import type { CatalogPart, NameIndex } from './part.ts';

export interface SnapshotParts {
  readonly version: string;
  readonly serverVersion: number;
  readonly databaseName: string;
  /** What initdb made, shared between databases of equal servers. */
  readonly system: CatalogPart;
  readonly own: CatalogPart;
  /** The pinned path as configured. */
  readonly searchPath: readonly string[];
}

/** PostgreSQL looks in pg_catalog first unless the path says where; temporary objects are never met (pg_temp is last). */
export function effectivePath(searchPath: readonly string[]): readonly string[] {
  const path = searchPath.filter((schema) => schema !== 'pg_temp');
  return path.includes('pg_catalog') ? path : ['pg_catalog', ...path];
}

/** Relations whose columns are kept ready as objects. */
const hotRelations = 256;

class Snapshot implements Catalog {
  readonly version: string;
  readonly serverVersion: number;
  readonly databaseName: string;
  readonly searchPath: readonly string[];
  readonly bytes: number;
  readonly #parts: readonly [CatalogPart, CatalogPart];
  readonly #own: CatalogPart;
  readonly #schemas: ReadonlySet<string>;
  readonly #hot = new Map<number, { readonly relation: Relation; readonly columns: readonly Column[] }>();
  readonly #visible = new Map<string, readonly Procedure[]>();

  constructor({ version, serverVersion, databaseName, system, own, searchPath }: SnapshotParts) {
    this.version = version;
    this.serverVersion = serverVersion;
    this.databaseName = databaseName;
    this.#parts = [system, own];
    this.#own = own;
    this.#schemas = new Set([...system.schemas.values(), ...own.schemas.values()]);
    this.searchPath = effectivePath(searchPath).filter((schema) => this.#schemas.has(schema));
    this.bytes = own.bytes;
  }

  schemas = () => [...this.#schemas];
  hasSchema = (schema: string) => this.#schemas.has(schema);

  *relations(): Iterable<Relation> {
    for (const part of this.#parts)
      for (const oid of part.relations.oids()) {
        const relation = part.relations.get(oid);
        if (relation !== undefined && !relation.system) yield relation;
      }
  }

  #find<Found>(schema: string | undefined, look: (part: CatalogPart, schema: string) => Found | undefined) {
    for (const place of schema === undefined ? this.searchPath : [schema])
      for (const part of this.#parts) {
        const found = look(part, place);
        if (found !== undefined) return found;
      }
    return undefined;
  }

  relation = (schema: string | undefined, name: string) => {
    const oid = this.#find(schema, (part, place) => part.relations.find(place, name));
    return oid === undefined ? undefined : this.relationByOid(oid);
  };

  relationByOid = (oid: number) => this.#load(oid)?.relation;
  columns = (relation: Relation) => this.#load(relation.oid)?.columns ?? [];

  #load(oid: number) {
    const known = this.#hot.get(oid);
    if (known !== undefined) return known;
    const part = this.#parts.find(({ relations }) => relations.get(oid) !== undefined);
    const relation = part?.relations.get(oid);
    if (part === undefined || relation === undefined) return undefined;
    const loaded = { relation, columns: part.relations.columns(oid) };
    if (this.#hot.size >= hotRelations) this.#hot.clear();
    this.#hot.set(oid, loaded);
    return loaded;
  }

  parents = (oid: number) => this.#own.parents.get(oid) ?? [];

  constraint = (oid: number, name: string) => this.#own.relations.constraint(oid, name);

  viewDefinition = (oid: number) =>
    this.#parts[0].relations.definition(oid) ?? this.#parts[1].relations.definition(oid);

  type = (oid: number): Type | undefined => {
    for (const part of this.#parts) {
      const found = part.types.get(oid) ?? this.#rowType(part, oid) ?? this.#arrayOfRows(part, oid);
      if (found !== undefined) return found;
    }
    return undefined;
  };

  multirangeOf = (range: number) => this.#parts[0].multiranges.get(range) ?? this.#parts[1].multiranges.get(range) ?? 0;

  typeByName = (schema: string | undefined, name: string): Type | undefined =>
    this.#find(schema, (part, place) => {
      const plain = part.types.named(name).find((type) => type.schema === place);
      if (plain !== undefined) return plain;
      const row = part.relations.find(place, name);
      if (row !== undefined) return this.type(part.relations.get(row)?.rowType ?? 0);
      const rows = part.relations.ofArrayName(place, name);
      return rows === undefined ? undefined : this.type(part.relations.arrayTypeOf(rows)?.type ?? 0);
    });

  /** Row types are not kept: a relation says all there is to say of its own. */
  #rowType(part: CatalogPart, oid: number): Type | undefined {
    const relation = part.relations.get(part.relations.ofRowType(oid) ?? 0);
    if (relation === undefined) return undefined;
    const array = part.relations.arrayTypeOf(relation.oid)?.type ?? 0;
    return { ...rowShape(relation, relation.name, this.#print(relation.schema, relation.name)), oid, array };
  }

  #arrayOfRows(part: CatalogPart, oid: number): Type | undefined {
    const relation = part.relations.get(part.relations.ofArrayType(oid) ?? 0);
    const array = relation === undefined ? undefined : part.relations.arrayTypeOf(relation.oid);
    if (relation === undefined || array === undefined) return undefined;
    const shape = rowShape(relation, array.name, `${this.#print(relation.schema, relation.name)}[]`);
    return { ...shape, oid, kind: 'array', category: 'A', relation: 0, element: relation.rowType, input: 750 };
  }

  /** A name as PostgreSQL prints it: qualified when the path does not lead to it. */
  #print(schema: string, name: string): string {
    const found = this.#find(undefined, (part, place) =>
      part.relations.find(place, name) !== undefined || part.types.named(name).some((type) => type.schema === place)
        ? place
        : undefined,
    );
    return found === schema ? quoteName(name) : `${quoteName(schema)}.${quoteName(name)}`;
  }

  procedures = (schema: string | undefined, name: string): readonly Procedure[] => {
    if (schema !== undefined) return this.#inSchema((part) => part.procedures, schema, name);
    const known = this.#visible.get(name);
    if (known !== undefined) return known;
    const visible = this.searchPath.flatMap((place) => this.#inSchema((part) => part.procedures, place, name));
    if (visible.length > 0 && this.#visible.size < 5000) this.#visible.set(name, visible);
    return visible;
  };

  operators = (schema: string | undefined, name: string): readonly Operator[] =>
    (schema === undefined ? this.searchPath : [schema]).flatMap((place) =>
      this.#inSchema((part) => part.operators, place, name),
    );

  #inSchema<Thing extends Procedure | Operator>(
    index: (part: CatalogPart) => NameIndex<Thing>,
    schema: string,
    name: string,
  ): Thing[] {
    return this.#parts.flatMap((part) =>
      index(part)
        .named(name)
        .filter((thing) => thing.schema === schema),
    );
  }

  procedureByOid = (oid: number) => this.#parts[0].procedures.get(oid) ?? this.#parts[1].procedures.get(oid);
  operatorByOid = (oid: number) => this.#parts[0].operators.get(oid) ?? this.#parts[1].operators.get(oid);
  cast = (source: number, target: number) => this.#parts[0].cast(source, target) ?? this.#parts[1].cast(source, target);

  castsTo = (target: number) => this.#parts.flatMap((part) => part.castsTo(target));
}

/** `quote_ident`, without its list of keywords: what looks plain stays plain. */
export function quoteName(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

function rowShape(relation: Relation, name: string, display: string): Type {
  return {
    oid: 0,
    schema: relation.schema,
    name,
    display,
    kind: 'composite',
    category: 'C',
    preferred: false,
    relation: relation.oid,
    element: 0,
    varies: true,
    array: 0,
    base: 0,
    subtype: 0,
    input: 2290, // record_in
    checks: [],
    extension: relation.extension,
  };
}

/** Makes a snapshot; the parts must not change any more. */
export function createSnapshot(parts: SnapshotParts): Catalog {
  return new Snapshot(parts);
}
