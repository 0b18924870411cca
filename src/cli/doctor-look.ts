/** One database as doctor sees it: its snapshot read against the policy, its routines, and what its role was granted. */

import type { Catalog, Relation } from '../catalog/catalog.ts';
import type { Database } from '../model/database.ts';
import type { Policy } from '../policy/policy.ts';
import type { ReadingPlace } from '../policy/read-relation.ts';
import type { Reviewed } from '../policy/review.ts';
import {
  grantOf,
  type RelationGrant,
  type Routine,
  type RoutineVerdict,
  routineVerdict,
  type Share,
} from '../policy/role-grants.ts';
import type { Parts } from './deps.ts';
import { askAll, doctorCall, names, type Row, text, truth } from './doctor-ask.ts';

/** A relation, what the policy gives of it, and its columns. */
export type Granted = RelationGrant & {
  readonly relation: Relation;
  readonly columns: readonly string[];
  readonly extension: string | undefined;
};

/** A routine and what the policy says of calling it. */
export type JudgedRoutine = Routine & { readonly verdict: RoutineVerdict };

export interface Look {
  readonly catalog: Catalog;
  readonly place: ReadingPlace;
  /** In order of name. */
  readonly granted: readonly Granted[];
  readonly routines: readonly JudgedRoutine[];
}

/** `people`: whose rights count, together. Throws BrokerError. */
export async function look(
  parts: Parts,
  database: Database,
  policy: Policy,
  people: readonly Reviewed[],
): Promise<Look> {
  const { readRelation } = await import('../policy/read-relation.ts');
  const call = doctorCall();
  const catalog = await parts.catalogs.current(database, call);
  const place = { catalog, database, call };
  const granted: Granted[] = [];
  for (const relation of catalog.relations()) {
    if (relation.kind === 'composite' || relation.kind === 'toast') continue;
    const columns = catalog.columns(relation).map((column) => column.name);
    const access = await readRelation(place, relation);
    const grant = access === undefined ? nothing(relation) : grantOf(people, policy, access, database.readonly);
    granted.push({ ...grant, relation, columns, extension: relation.extension });
  }
  const rows = await askAll(parts, database.id, 'posture_functions');
  const routines = rows
    .map(routineOf)
    .map((routine) => ({ ...routine, verdict: routineVerdict(catalog, people, routine) }));
  return { catalog, place, granted: granted.sort(byName), routines };
}

/** What cannot be read is given to nobody. */
const nothing = ({ schema, name }: Relation): RelationGrant => ({
  schema,
  name,
  select: [],
  insert: [],
  update: [],
  delete: false,
  truncate: false,
});

const byName = (a: Granted, b: Granted): number => {
  const [left, right] = [`${a.schema}\u0000${a.name}`, `${b.schema}\u0000${b.name}`];
  return left < right ? -1 : left > right ? 1 : 0;
};

function routineOf(row: Row): Routine {
  const extension = text(row, 'extension');
  return {
    oid: Number(text(row, 'oid')),
    schema: text(row, 'schema'),
    name: text(row, 'name'),
    args: names(row, 'args'),
    types: names(row, 'types'),
    language: text(row, 'language'),
    securityDefiner: truth(row, 'security_definer'),
    isTrigger: truth(row, 'is_trigger'),
    extension: extension === '' ? undefined : extension,
    executes: truth(row, 'executes'),
    publicExecutes: truth(row, 'public_executes'),
  };
}

/** `all`, or the columns of a JSON array; nothing for null. */
export const shareIn = (row: Row): Share => (row['columns'] === 'all' ? 'all' : names(row, 'columns'));
