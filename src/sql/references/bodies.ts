/** What statements reach through bodies kept in the catalog: definitions of views, CHECK constraints of domains. */

import type { Catalog, Column, Procedure, Relation, Type } from '../../catalog/catalog.ts';
import { parseTree } from '../parser.ts';
import { fieldsOf, isTree } from '../tree.ts';
import { ancestorsOf } from './ancestors.ts';
import type { Output } from './clauses/target-list.ts';
import { classOf } from './function-class.ts';
import { Reading, type RelationDraft } from './reading.ts';
import { Scope } from './scope.ts';
import { readStatement } from './statements/statement.ts';

/** One relation behind a view. */
export interface Reached {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly string[];
  readonly allColumns: readonly string[];
}

/** What lies behind a view, expanded to the end. */
export interface Behind {
  readonly behind: readonly Reached[];
  readonly forbiddenBehind: readonly string[];
  /** Whether row-level security is enabled on anything behind it. */
  readonly rowSecurity: boolean;
  /** What the body itself reads, one step. */
  readonly direct: readonly RelationDraft[];
  /** Columns of a relation that the view passes on unchanged, by the names they have in the view. */
  readonly passed: ReadonlyMap<string, PassedColumn>;
}

interface PassedColumn {
  readonly of: Relation;
  readonly is: Column;
}

export const nothingBehind: Behind = {
  behind: [],
  forbiddenBehind: [],
  rowSecurity: false,
  direct: [],
  passed: new Map(),
};

/** Bodies of one snapshot, each read once. */
class Bodies {
  readonly #catalog: Catalog;
  readonly #views = new Map<number, Promise<Behind>>();
  readonly #checks = new Map<number, Promise<readonly Procedure[]>>();

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  view(relation: Relation): Promise<Behind> {
    const known = this.#views.get(relation.oid);
    if (known !== undefined) return known;
    const reading = this.#readView(relation).catch(() => unreadable);
    this.#views.set(relation.oid, reading);
    return reading;
  }

  /** Functions that a value of the domain passes. */
  domain(type: Type): Promise<readonly Procedure[]> {
    const known = this.#checks.get(type.oid);
    if (known !== undefined) return known;
    const reading = this.#readChecks(type);
    this.#checks.set(type.oid, reading);
    return reading;
  }

  async #readView(relation: Relation): Promise<Behind> {
    const definition = this.#catalog.viewDefinition(relation.oid);
    if (definition === undefined) return unreadable;
    let outputs: ReturnType<typeof readStatement>;
    const body = await this.#readText(definition, (scope, tree) => {
      outputs = readStatement(scope, tree);
    });
    const direct = [...body.relations.values()].filter(({ reach }) => reach === 'statement');
    const reached = new Map<string, Reached>();
    const forbidden = new Set(forbiddenOf(body, relation.kind === 'matview'));
    let rowSecurity = false;
    for (const draft of direct) {
      for (const one of reachedOf(this.#catalog, draft)) add(reached, one);
      const inner = await this.#innerOf(draft.relation);
      for (const one of inner.behind) add(reached, one);
      for (const name of inner.forbiddenBehind) forbidden.add(name);
      rowSecurity ||= draft.relation.rowSecurity || inner.rowSecurity;
    }
    const passed = passedColumns(this.#catalog.columns(relation), outputs ?? []);
    return { behind: [...reached.values()], forbiddenBehind: [...forbidden], rowSecurity, direct, passed };
  }

  #innerOf(relation: Relation): Promise<Behind> {
    return relation.kind === 'view' || relation.kind === 'matview'
      ? this.view(relation)
      : Promise.resolve(nothingBehind);
  }

  async #readChecks(type: Type): Promise<readonly Procedure[]> {
    const found = new Set<Procedure>();
    for (const check of type.checks) {
      const expression = check.replace(/^CHECK /, '').replace(/ NOT VALID$/, '');
      const body = await this.#readText(`SELECT ${expression}`, (scope, tree) => {
        scope.value = type.base;
        readStatement(scope, tree);
      });
      for (const { procedure } of body.functions.values()) found.add(procedure);
    }
    return [...found];
  }

  async #readText(text: string, read: (scope: Scope, tree: { readonly [field: string]: unknown }) => unknown) {
    const { stmts } = await parseTree(text);
    const tree = stmts[0]?.['stmt'];
    const reading = new Reading({ catalog: this.#catalog, positionOf: () => undefined });
    if (!isTree(tree) || fieldsOf(tree, 'SelectStmt') === undefined)
      return reading.unknown('a body that is no query', -1);
    read(new Scope(reading), tree);
    await readDomainsOf(reading, this);
    return reading;
  }
}

/** A view whose body cannot be read could hide anything, so it is refused as if it did. */
const unreadable: Behind = {
  behind: [],
  forbiddenBehind: ['a definition that cannot be read'],
  rowSecurity: true,
  direct: [],
  passed: new Map(),
};

function passedColumns(columns: readonly Column[], outputs: readonly Output[]): ReadonlyMap<string, PassedColumn> {
  const passed = new Map<string, PassedColumn>();
  for (const [index, { name }] of columns.entries()) {
    const { source, columns: origins } = outputs[index]?.value.origin ?? {};
    const [only, another] = origins ?? [];
    if (source !== undefined && only !== undefined && another === undefined)
      passed.set(name, { of: source.relation.relation, is: only.of });
  }
  return passed;
}

const bodies = new WeakMap<Catalog, Bodies>();

function bodiesOf(catalog: Catalog): Bodies {
  const known = bodies.get(catalog);
  if (known !== undefined) return known;
  const made = new Bodies(catalog);
  bodies.set(catalog, made);
  return made;
}

/** What a materialised view once called is not called by reading it. */
function forbiddenOf(reading: Reading, isStored: boolean): readonly string[] {
  if (isStored) return [];
  return [...reading.functions.values()].flatMap(({ procedure, via }) => {
    const args = procedure.args.map((type) => reading.types.display(type));
    const { class: kind } = classOf(reading.catalog, procedure, args, via);
    return kind === 'forbidden' ? [`${procedure.schema}.${procedure.name}(${args.join(',')})`] : [];
  });
}

/** The relation and, for a partition or an inheritance child, the same columns of what stands above it. */
function reachedOf(catalog: Catalog, { relation, columns }: RelationDraft): readonly Reached[] {
  const read = [...columns.values()].map(({ name }) => name);
  const above = ancestorsOf(catalog, relation).map(({ schema, name, columns: handedDown }) => {
    return { schema, name, columns: read.filter((column) => handedDown.includes(column)), allColumns: handedDown };
  });
  const allColumns = catalog.columns(relation).map(({ name }) => name);
  return [{ schema: relation.schema, name: relation.name, columns: read, allColumns }, ...above];
}

function add(reached: Map<string, Reached>, one: Reached): void {
  const key = `${one.schema}\0${one.name}`;
  const known = reached.get(key)?.columns ?? [];
  reached.set(key, { ...one, columns: [...new Set([...known, ...one.columns])] });
}

async function readDomainsOf(reading: Reading, from: Bodies): Promise<void> {
  for (const [domain, location] of reading.domains)
    for (const procedure of await from.domain(domain)) reading.call(procedure, 'domain', location, domain.display);
}

/**
 * Reads the bodies a reading leads to: notes the functions of domains, and of views with the rights of their callers the
 * relations they read, or through which a write goes. Answers what lies behind each view.
 */
export async function readBodies(reading: Reading): Promise<(draft: RelationDraft) => Behind> {
  const from = bodiesOf(reading.catalog);
  if (reading.domains.size > 0) await readDomainsOf(reading, from);
  const behind = new Map<number, Behind>();
  for (const draft of [...reading.relations.values()]) await readViewOf(reading, draft, from, behind);
  return ({ relation }) => behind.get(relation.oid) ?? nothingBehind;
}

async function readViewOf(
  reading: Reading,
  draft: RelationDraft,
  from: Bodies,
  behind: Map<number, Behind>,
): Promise<void> {
  const { relation, action } = draft;
  if (relation.kind !== 'view' && relation.kind !== 'matview') return;
  const found = behind.get(relation.oid) ?? (await from.view(relation));
  behind.set(relation.oid, found);
  if (!relation.securityInvoker) return;
  const reached = action === 'select' ? readBehind(reading, draft, found) : writeBehind(reading, draft, found);
  for (const inner of reached) await readViewOf(reading, inner, from, behind);
}

function readBehind(reading: Reading, { written, location }: RelationDraft, { direct }: Behind): RelationDraft[] {
  return direct.map(({ relation, columns }) => {
    const draft = reading.reached(relation, 'view', written, location);
    for (const column of columns.values()) reading.column(draft, column.of, location).otherUse = true;
    return draft;
  });
}

/** A write through the view is one of what it shows, and asks for the same (rewriteHandler.c: rewriteTargetView). */
function writeBehind(reading: Reading, view: RelationDraft, { passed }: Behind): RelationDraft[] {
  const { action, written, location } = view;
  const drafts = new Map<number, RelationDraft>();
  for (const [name, { of, is }] of passed) {
    const draft = reading.reached(of, 'view', written, location, action);
    drafts.set(of.oid, draft);
    if ([...view.columns.values()].some((column) => column.name === name))
      reading.column(draft, is, location).otherUse = true;
  }
  return [...drafts.values()];
}
