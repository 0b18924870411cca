/** A policy said once more as PostgreSQL privileges: what any of its subjects may read, write and call, to the column. */

import type { Catalog, RelationKind } from '../catalog/catalog.ts';
import type { Action } from '../model/request.ts';
import type { RelationAccess } from '../sql/access.ts';
import { classOf } from '../sql/references/function-class.ts';
import type { Policy } from './policy.ts';
import { accessTarget, columnTarget } from './relation-targets.ts';
import type { Reviewed } from './review.ts';

/** What every stored row has besides its columns. */
export const systemColumns: readonly string[] = ['ctid', 'xmin', 'cmin', 'xmax', 'cmax', 'tableoid'];

/** `all`: the relation as a whole, columns to come included. */
export type Share = 'all' | readonly string[];

/** What may be done with one relation; empty shares where nothing may. */
export interface RelationGrant {
  readonly schema: string;
  readonly name: string;
  readonly select: Share;
  readonly insert: Share;
  readonly update: Share;
  readonly delete: boolean;
  readonly truncate: boolean;
}

/** A routine of the database, with what its role and everyone may do with it. */
export interface Routine {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  /** Types as policies write them. */
  readonly args: readonly string[];
  /** The same with their schemas, quoted for SQL. */
  readonly types: readonly string[];
  readonly language: string;
  readonly securityDefiner: boolean;
  /** A trigger's function: cannot be called. */
  readonly isTrigger: boolean;
  readonly extension: string | undefined;
  readonly executes: boolean;
  readonly publicExecutes: boolean;
}

/** `pure`: needs no rule. `permitted`: a rule gives it to someone. `shut`: nobody may call it. */
export type RoutineVerdict = 'pure' | 'permitted' | 'shut';

/** Everything `people` may do with one relation together; writes only where the database can be written. */
export function grantOf(
  people: readonly Reviewed[],
  policy: Policy,
  access: RelationAccess,
  readonly: boolean,
): RelationGrant {
  const share = (action: Action) => shareOf(people, policy, access, action);
  const nothing: Share = [];
  return {
    schema: access.schema,
    name: access.name,
    // a view that calls what no rule permits is refused like the function
    select: access.forbiddenBehind.length > 0 ? nothing : share('select'),
    insert: readonly ? nothing : share('insert'),
    update: readonly ? nothing : share('update'),
    delete: !readonly && holdsWhole(people, access, 'delete'),
    truncate: !readonly && holdsWhole(people, access, 'truncate'),
  };
}

/** The union of what each may do: every deny counts for whom it is written, as it does when they call. */
function shareOf(people: readonly Reviewed[], policy: Policy, access: RelationAccess, action: Action): Share {
  const open = new Set<string>();
  let whole = false;
  for (const { judge } of people) {
    const target = accessTarget(judge, access);
    const may = (column: string) => judge.ask(columnTarget(judge, access, target, column), action).permit;
    const own = access.allColumns.filter(may);
    const wide = judge.ask(target, action).permit;
    // ctid, xmin … tell of the whole row: a rule for the whole relation reaches them, one for some columns does not
    const hidden = wide && action === 'select' && hasSystemColumns.has(access.kind) ? systemColumns.filter(may) : [];
    for (const column of [...own, ...hidden]) open.add(column);
    whole ||= wide && own.length === access.allColumns.length;
  }
  // a denied column that does not exist yet must stay shut when it comes
  if (whole && !deniesColumnOf(policy, access)) return 'all';
  return [...access.allColumns, ...systemColumns].filter((column) => open.has(column));
}

const hasSystemColumns: ReadonlySet<RelationKind> = new Set(['table', 'partitioned', 'matview', 'foreign']);

const deniesColumnOf = (policy: Policy, { schema, name }: RelationAccess): boolean =>
  policy.rules.all.some(
    ({ effect, pattern }) =>
      effect === 'deny' && pattern.kind === 'column' && pattern.schema === schema && pattern.relation === name,
  );

const holdsWhole = (people: readonly Reviewed[], access: RelationAccess, action: Action): boolean =>
  people.some(({ judge }) => judge.ask(accessTarget(judge, access), action).permit);

/** By the class the gate gives the function, then by the rules; what the snapshot does not know is shut. */
export function routineVerdict(catalog: Catalog, people: readonly Reviewed[], routine: Routine): RoutineVerdict {
  const { schema, name, args } = routine;
  const procedure = catalog.procedureByOid(routine.oid);
  const kind = procedure === undefined ? 'forbidden' : classOf(catalog, procedure, args, 'call').class;
  if (kind === 'forbidden') return 'shut';
  const ask = (action: Action) =>
    people.some(({ judge }) => judge.ask({ kind: 'function', schema, name, args, class: kind }, action).permit);
  if (kind === 'pure') return deniedToAll(people, routine) ? 'shut' : 'pure';
  return ask('call') || (kind !== 'user' && ask('select')) ? 'permitted' : 'shut';
}

const deniedToAll = (people: readonly Reviewed[], { schema, name, args }: Routine): boolean =>
  people.every(
    ({ judge }) => judge.ask({ kind: 'function', schema, name, args, class: 'pure' }, 'call').rule?.effect === 'deny',
  );

/** Whether the grant gives anything at all. */
export const grantsNothing = ({ select, insert, update, ...rest }: RelationGrant): boolean =>
  [select, insert, update].every((share) => share.length === 0) && !rest.delete && !rest.truncate;

/** The columns of `wide` that `narrow` does not hold; `columns` are all of the relation, so that `all` can be told in names. */
export function beyond(wide: Share, narrow: Share, columns: readonly string[]): readonly string[] {
  if (narrow === 'all') return [];
  const held = new Set(narrow);
  return (wide === 'all' ? columns : wide).filter((column) => !held.has(column));
}
