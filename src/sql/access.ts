/** The reading of a statement: exactly which columns and functions it reaches, by resolved identity. */

import type { RelationKind } from '../catalog/catalog.ts';
import type { Action } from '../model/request.ts';

/** One column of one relation, and how the statement uses it. */
export interface ColumnUse {
  readonly name: string;
  readonly attnum: number;
  /** 1-based character position of the first mention. */
  readonly position: number;
  /** Indexes of top-level output columns that pass this column on unchanged (what a mask needs). */
  readonly outputs: readonly number[];
  /** As the caller wrote it (`c.email`); absent when it is reached by `*` or a whole row. */
  readonly written?: string;
  /** True when it is also used in any other way: a filter, an expression, DISTINCT, a whole row … */
  readonly otherUse: boolean;
}

/** A relation as named after resolution; a view stands for itself. */
export interface RelationAccess {
  readonly schema: string;
  readonly name: string;
  readonly kind: RelationKind;
  readonly oid: number;
  readonly action: Extract<Action, 'select' | 'insert' | 'update' | 'delete' | 'merge' | 'truncate'>;
  /** `*` and whole rows expanded, system columns by name; empty when none is named (`count(*)`). */
  readonly columns: readonly ColumnUse[];
  /** Names of all columns of the relation, in order: what `count(*)` needs at least one of. */
  readonly allColumns: readonly string[];
  /** In pg_catalog, information_schema or a toast schema. */
  readonly system: boolean;
  /** The extension it belongs to. */
  readonly extension?: string;
  /** For a view: every relation its definition reads, expanded to the end, with the columns. */
  readonly behind: readonly {
    readonly schema: string;
    readonly name: string;
    readonly columns: readonly string[];
    /** Those not read too; none where a record is judged again. */
    readonly allColumns?: readonly string[];
  }[];
  /**
   * For a partition or an inheritance child: what stands above it, to the top, with the columns it hands down. What is
   * denied or masked there is the same data here.
   */
  readonly above?: readonly { readonly schema: string; readonly name: string; readonly columns: readonly string[] }[];
  /** For a view: the functions of class (d) in its definition, expanded to the end; non-empty means refused like the function. */
  readonly forbiddenBehind: readonly string[];
  /** Row-level security is enabled on it or on anything behind it: its plan prints the expressions of policies. */
  readonly rowSecurity?: true;
  /** False for what is reached without standing in the statement; then it is an entry of its own, beside any other of the relation. */
  readonly inFrom: boolean;
  /**
   * Where `inFrom` is false: read by a view with the rights of its caller (security_invoker), so that policies judge it
   * though the statement does not name it. Else only its row type is named (`NULL::hr.employees`): all its columns, no row.
   */
  readonly behindView?: true;
  /** 1-based character position, and the name as the caller wrote it. */
  readonly position: number;
  readonly written: string;
}

/**
 * (a) pure, (b) describers that show nothing hidden → `describer`, other describers → `describer_all`,
 * (c) user and extension functions → `user`, (d) → `forbidden`.
 */
export type FunctionClass = 'pure' | 'describer' | 'describer_all' | 'statistics' | 'user' | 'forbidden';

export interface FunctionAccess {
  readonly schema: string;
  readonly name: string;
  /** Argument types as `format_type` prints them. */
  readonly args: readonly string[];
  readonly oid: number;
  readonly class: FunctionClass;
  /** Why the class: the reason of the list entry. */
  readonly reason: string;
  readonly extension?: string;
  /** Written in SQL and run with its caller's rights: its body may become part of the plan. */
  readonly inlined?: true;
  /** How it is reached. */
  readonly via:
    | 'call'
    | 'operator'
    | 'cast'
    | 'aggregate'
    | 'window'
    | 'attribute'
    | 'domain'
    | 'sampling'
    | 'keyword'
    | 'type_io'
    | 'hypothetical';
  readonly position: number;
  readonly written: string;
}

/** One column of the statement's result, as the reading predicts it; compared with RowDescription before rows are released. */
export interface OutputColumn {
  readonly name: string;
  /** Set when the column is passed on unchanged from one relation: its OID and attribute number. */
  readonly origin?: {
    readonly oid: number;
    readonly attnum: number;
    readonly schema: string;
    readonly relation: string;
    readonly column: string;
  };
  /** Set where RowDescription may or may not name the origin (a cast that only cuts to length): both are right. */
  readonly uncertain?: true;
}

/** A relation, one of its constraints or a user function the reading rests on. */
export interface Witness {
  readonly kind: 'relation' | 'function' | 'constraint';
  /** What `to_regclass` or `to_regprocedure` is asked, so that a new object earlier in the search_path shows. */
  readonly name: string;
  /** The constraint of the relation `name`. */
  readonly constraint?: string;
  readonly oid: number;
  /** MD5 made by the server itself when the catalog was loaded; of a constraint, the numbers of its columns. */
  readonly fingerprint: string;
  /** A relation that no query stands behind: everything but views and materialized views. Checked at half the work. */
  readonly bodiless?: true;
}

export interface Access {
  readonly relations: readonly RelationAccess[];
  readonly functions: readonly FunctionAccess[];
  /** Settings read by SHOW or current_setting with a literal; `all` for SHOW ALL. */
  readonly settings: readonly string[];
  /** Undefined when the shape cannot be predicted (EXPLAIN, SHOW, fixed statements). */
  readonly output: readonly OutputColumn[] | undefined;
  /** Which snapshot this reading was made against; undefined for fixed statements. */
  readonly catalogVersion: string | undefined;
  /** What the pin must find unchanged: OID and column fingerprint of each relation and function (sql-gate section 2). */
  readonly witnesses: readonly Witness[];
}

export const noAccess: Access = Object.freeze({
  relations: [],
  functions: [],
  settings: [],
  output: undefined,
  catalogVersion: undefined,
  witnesses: [],
});
