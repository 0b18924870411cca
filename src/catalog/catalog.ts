/** What one snapshot of a database knows, and the questions it answers: names as PostgreSQL would find them. */

export type RelationKind =
  | 'table'
  | 'partitioned'
  | 'view'
  | 'matview'
  | 'foreign'
  | 'sequence'
  | 'toast'
  | 'composite';

/** A relation; one object per relation is made when asked for, so hold OIDs rather than these. */
export interface Relation {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly kind: RelationKind;
  readonly owner: string;
  /** The extension it belongs to. */
  readonly extension: string | undefined;
  /** OID of its row type; 0 where it has none. */
  readonly rowType: number;
  /** In pg_catalog, information_schema or a toast schema. */
  readonly system: boolean;
  /** A view whose body is read with the caller's rights. */
  readonly securityInvoker: boolean;
  /** Whether rules other than a view's own rewrite its writes. */
  readonly rules: boolean;
  /** Whether row-level security is enabled: a plan then prints the expressions of its policies. */
  readonly rowSecurity: boolean;
  /** MD5 the server itself made of what the reading depends on: kind, columns, view body (see `witnessSql`). */
  readonly fingerprint: string;
}

export interface Column {
  readonly name: string;
  readonly attnum: number;
  /** OID of its type. */
  readonly type: number;
}

/** `pg_type.typtype`, and `array` for what is made of elements. */
export type TypeKind = 'base' | 'array' | 'composite' | 'domain' | 'enum' | 'pseudo' | 'range' | 'multirange';

export interface Type {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  /** As `format_type` prints it without a modifier. */
  readonly display: string;
  readonly kind: TypeKind;
  /** `pg_type.typcategory`. */
  readonly category: string;
  readonly preferred: boolean;
  /** The relation whose row it is, or 0. */
  readonly relation: number;
  /** Type of an element where subscripting yields one (arrays, and int2vector, point …), or 0. */
  readonly element: number;
  /** Whether its values vary in length (`pg_type.typlen` is −1); only arrays of such are true arrays. */
  readonly varies: boolean;
  /** Type of an array of these, or 0. */
  readonly array: number;
  /** What a domain is over, or 0. */
  readonly base: number;
  /** A range's subtype, a multirange's range, else 0. */
  readonly subtype: number;
  /** OID of the function that reads a value from text. */
  readonly input: number;
  /** A domain's own CHECK constraints, as `pg_get_constraintdef` prints them (those of its base are the base's). */
  readonly checks: readonly string[];
  readonly extension: string | undefined;
}

export interface Procedure {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly kind: 'function' | 'aggregate' | 'window' | 'procedure';
  /** Types of the input arguments, in order. */
  readonly args: readonly number[];
  /** Names of the input arguments; empty where they have none. */
  readonly argNames: readonly string[];
  /** How many of the last arguments have a default. */
  readonly defaults: number;
  /** Element type of a VARIADIC last argument, or 0. */
  readonly variadic: number;
  readonly returns: number;
  readonly returnsSet: boolean;
  /** OUT, INOUT and TABLE columns, where there are any. */
  readonly outputs: readonly { readonly name: string; readonly type: number }[];
  readonly language: string;
  readonly securityDefiner: boolean;
  readonly owner: string;
  readonly extension: string | undefined;
  /** Ordered-set aggregates: `o`, hypothetical ones: `h`, plain ones `n`; empty for what is no aggregate. */
  readonly aggregateKind: '' | 'n' | 'o' | 'h';
  readonly directArgs: number;
  readonly fingerprint: string;
}

export interface Operator {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  /** 0 for a prefix operator. */
  readonly left: number;
  readonly right: number;
  readonly result: number;
  /** OID of the function behind it. */
  readonly procedure: number;
}

export interface Cast {
  readonly source: number;
  readonly target: number;
  /** Function behind it; 0 for binary and in/out casts. */
  readonly procedure: number;
  readonly context: 'implicit' | 'assignment' | 'explicit';
  readonly method: 'function' | 'binary' | 'inout';
}

/**
 * An immutable snapshot. Where a schema is `undefined` the name is looked up along the pinned search_path: pg_catalog
 * first unless the path lists it, temporary schemas last.
 */
export interface Catalog {
  /** SHA-256 over everything loaded: equal versions read equally. */
  readonly version: string;
  /** `server_version_num`, e.g. 180004. */
  readonly serverVersion: number;
  /** Name of the database: the only catalog name a statement may qualify with. */
  readonly databaseName: string;
  /** Schemas looked through, in order, pg_catalog included where PostgreSQL would look there. */
  readonly searchPath: readonly string[];
  /** Estimate of the memory held by this snapshot alone, in bytes (what snapshots share is not counted). */
  readonly bytes: number;

  readonly schemas: () => readonly string[];
  readonly hasSchema: (schema: string) => boolean;
  /** Every relation outside system schemas and toast, in order of OID. */
  readonly relations: () => Iterable<Relation>;
  readonly relation: (schema: string | undefined, name: string) => Relation | undefined;
  readonly relationByOid: (oid: number) => Relation | undefined;
  /** User columns in order of attnum, dropped ones left out. */
  readonly columns: (relation: Relation) => readonly Column[];
  /** The numbers of the columns of a unique or exclusion constraint of a table, 0 for an expression. */
  readonly constraint: (oid: number, name: string) => readonly number[] | undefined;
  /** Inheritance and partitioning, one step. */
  readonly parents: (oid: number) => readonly number[];
  /** The body of a view as `pg_get_viewdef` prints it under the pinned search_path. */
  readonly viewDefinition: (oid: number) => string | undefined;

  readonly type: (oid: number) => Type | undefined;
  /** The multirange type of a range type, or 0. */
  readonly multirangeOf: (range: number) => number;
  readonly typeByName: (schema: string | undefined, name: string) => Type | undefined;
  /** Functions of every schema looked through (or the one named), those of earlier schemas first. */
  readonly procedures: (schema: string | undefined, name: string) => readonly Procedure[];
  readonly procedureByOid: (oid: number) => Procedure | undefined;
  readonly operators: (schema: string | undefined, name: string) => readonly Operator[];
  readonly operatorByOid: (oid: number) => Operator | undefined;
  readonly cast: (source: number, target: number) => Cast | undefined;
  /** Every cast to a type. */
  readonly castsTo: (target: number) => readonly Cast[];
}
