/** What a statement was found to reach so far: the notebook every clause writes into. */

import type { Catalog, Column, Procedure, Relation, Type } from '../../catalog/catalog.ts';
import { Refusal } from '../../model/errors.ts';
import type { FunctionAccess, RelationAccess } from '../access.ts';
import { type NameKind, NameNotAvailable, type Sight } from '../name-not-available.ts';
import type { Tree } from '../statement.ts';
import { classOf } from './function-class.ts';
import { writtenAs } from './nodes.ts';
import { type TypeSystem, typesOf } from './types/type-system.ts';
import { oid } from './types/well-known.ts';

/** A column as it is being read. */
export interface ColumnDraft {
  readonly name: string;
  readonly attnum: number;
  readonly location: number;
  /** As the caller first wrote it; undefined while only a star or a whole row reached it. */
  written: string | undefined;
  readonly of: Column;
  readonly outputs: Set<number>;
  otherUse: boolean;
}

/** A relation as it is being read, once per action. */
export interface RelationDraft {
  readonly relation: Relation;
  readonly action: RelationAccess['action'];
  readonly location: number;
  readonly written: string;
  readonly columns: Map<number, ColumnDraft>;
  /** What leads to it: its own name in the statement, its row type, or a view. */
  readonly reach: 'statement' | 'row_type' | 'view';
}

export interface FunctionDraft {
  readonly procedure: Procedure;
  readonly via: FunctionAccess['via'];
  readonly location: number;
  readonly written: string;
}

/** A constraint named by ON CONFLICT, and the numbers of its columns. */
export interface ConstraintDraft {
  readonly of: RelationDraft;
  readonly name: string;
  readonly key: readonly number[];
}

export interface ReadingOptions {
  readonly catalog: Catalog;
  /** Byte offset → character of the caller's text. */
  readonly positionOf: (location: number) => number | undefined;
  /** What the caller may know of; names outside it end as missing ones do. */
  readonly sight?: Sight | undefined;
}

/**
 * Columns that stars, whole rows and merged names stand for, at all levels of a statement together: some words over a wide
 * table are more to read than a long text. A thousand take less than half a millisecond.
 */
export const maxSpread = 20_000;

export class Reading {
  readonly catalog: Catalog;
  readonly types: TypeSystem;
  readonly relations = new Map<string, RelationDraft>();
  readonly functions = new Map<number, FunctionDraft>();
  /** Domains with CHECK constraints that a value is cast to, and where first. */
  readonly domains = new Map<Type, number>();
  readonly settings = new Set<string>();
  /** Constraints that tell a conflict. */
  readonly constraints: ConstraintDraft[] = [];
  /** Nodes that name something and were bound: at the end every such node of the tree must be here. */
  readonly bound = new Set<Tree>();
  /** Types of `$1, $2 …` as far as known. */
  readonly parameters: number[] = [];
  #spread = 0;
  readonly #shadows = new Map<number, RelationDraft>();
  readonly #options: ReadingOptions;

  constructor(options: ReadingOptions) {
    this.#options = options;
    this.catalog = options.catalog;
    this.types = typesOf(options.catalog);
  }

  positionOf(location: number): number | undefined {
    return this.#options.positionOf(location);
  }

  /** The draft of a relation for one action; a relation out of sight is refused as a missing one is. */
  relation(relation: Relation, action: RelationAccess['action'], written: string, location: number): RelationDraft {
    const key = `${relation.oid} ${action}`;
    const known = this.relations.get(key) ?? (action === 'select' ? this.#shadows.get(relation.oid) : undefined);
    if (known !== undefined) {
      this.relations.set(key, known);
      return known;
    }
    this.mustSee(relation, written, location);
    const draft: RelationDraft = { relation, action, location, written, reach: 'statement', columns: new Map() };
    this.relations.set(key, draft);
    return draft;
  }

  /**
   * A relation reached without standing in the statement: through its row type, or by a view with its caller's rights.
   * What the caller may know is not asked here, only what the policy says.
   */
  reached(
    relation: Relation,
    reach: 'row_type' | 'view',
    written: string,
    location: number,
    action: RelationAccess['action'] = 'select',
  ): RelationDraft {
    const key = `${relation.oid} ${reach} ${action}`;
    const known = this.relations.get(key);
    if (known !== undefined) return known;
    const draft: RelationDraft = { relation, action, reach, location, written, columns: new Map() };
    this.relations.set(key, draft);
    return draft;
  }

  /** Reading columns of a relation that is written: counts as a read of it only once a column is named. */
  shadow(relation: Relation, written: string, location: number): RelationDraft {
    const known = this.relations.get(`${relation.oid} select`) ?? this.#shadows.get(relation.oid);
    if (known !== undefined) return known;
    const draft: RelationDraft = {
      relation,
      action: 'select',
      location,
      written,
      reach: 'statement',
      columns: new Map(),
    };
    this.#shadows.set(relation.oid, draft);
    return draft;
  }

  /** Refuses a relation the caller may know nothing of as a missing one. */
  mustSee(relation: Relation, written: string, location: number, as: NameKind = 'relation'): void {
    const { sight } = this.#options;
    if (sight === undefined) return;
    const columns = this.catalog.columns(relation).map(({ name }) => name);
    if (!sight.relation(relation.schema, relation.name, columns)) this.unbound(written, as, location);
  }

  /** Refuses a column the caller may know nothing of as a missing one. */
  mustSeeColumn(
    { relation }: RelationDraft,
    name: string,
    written: string,
    location: number,
    as: NameKind = 'column',
  ): void {
    if (this.#options.sight?.column(relation.schema, relation.name, name) === false)
      this.unbound(written, as, location);
  }

  /** Notes that a column is read or written. `parts` are undefined where no text of the caller names it (stars). */
  column(draft: RelationDraft, column: Column, location: number, parts?: readonly string[]): ColumnDraft {
    const known = draft.columns.get(column.attnum);
    const isAsked = this.#options.sight !== undefined || known?.written === undefined;
    const written = parts !== undefined && isAsked ? writtenAs(parts) : undefined;
    // before anything is known of it: a hidden name beside a star must end where a missing one does
    if (written !== undefined) this.mustSeeColumn(draft, column.name, written, location);
    if (known !== undefined) {
      known.written ??= written;
      return known;
    }
    const made: ColumnDraft = {
      name: column.name,
      attnum: column.attnum,
      of: column,
      location,
      written,
      outputs: new Set(),
      otherUse: false,
    };
    draft.columns.set(column.attnum, made);
    if (draft === this.#shadows.get(draft.relation.oid)) this.relations.set(`${draft.relation.oid} select`, draft);
    return made;
  }

  /** Notes that a function is reached. `as`: what a missing one would be called in its place. */
  call(
    procedure: Procedure | undefined,
    via: FunctionAccess['via'],
    location: number,
    written: string,
    as: NameKind = via === 'operator' ? 'operator' : 'function',
  ): void {
    if (procedure === undefined || this.functions.has(procedure.oid)) return;
    this.#mustSeeFunction(procedure, via, () => this.unbound(written, as, location));
    this.functions.set(procedure.oid, { procedure, via, location, written });
  }

  #mustSeeFunction(procedure: Procedure, via: FunctionAccess['via'], refuse: () => never): void {
    const { sight } = this.#options;
    if (sight === undefined || procedure.schema === 'pg_catalog') return;
    const args = procedure.args.map((type) => this.types.display(type));
    // functions of reviewed extensions need no rule, so everyone may know them
    if (classOf(this.catalog, procedure, args, via).class !== 'user') return;
    if (!sight.function(procedure.schema, procedure.name, args)) refuse();
  }

  /** That many columns are meant by what the text writes shortly: a star, a whole row, NATURAL, an arm of a UNION. */
  spread(columns: number, location: number): void {
    this.#spread += columns;
    if (this.#spread <= maxSpread) return;
    const position = this.positionOf(location);
    throw new Refusal(
      'STATEMENT_TOO_COMPLEX',
      `The stars, whole rows and merged columns of the statement stand for more than ${maxSpread} columns.`,
      { ...(position === undefined ? {} : { position }), hint: 'Name the columns you need.' },
    );
  }

  /** The type of a parameter becomes known. */
  settleParameter(number: number, type: number): void {
    if ((this.parameters[number] ?? oid.unknown) === oid.unknown) this.parameters[number] = type;
  }

  /** NAME_NOT_AVAILABLE: the same for what is missing and for what is hidden. */
  unbound(written: string, kind: NameKind, location: number): never {
    throw new NameNotAvailable(written, kind, this.positionOf(location), undefined);
  }

  /** What PostgreSQL would refuse while analysing, for reasons of form and not of names. */
  malformed(message: string, location: number): never {
    const position = this.positionOf(location);
    throw new Refusal('STATEMENT_UNPARSABLE', `PostgreSQL cannot read this: ${message}.`, {
      ...(position === undefined ? {} : { position }),
    });
  }

  /** What PostgreSQL may admit and this reading does not know. */
  unknown(what: string, location: number): never {
    const position = this.positionOf(location);
    throw new Refusal('STATEMENT_TOO_COMPLEX', `The statement uses ${what}, which is not read here.`, {
      ...(position === undefined ? {} : { position }),
      hint: 'Write it with plainer SQL.',
    });
  }
}
