/** The access review: who may do what, by which rule, each role opened to the users a policy gives it. For operators. */

import type { Catalog } from '../catalog/catalog.ts';
import type { Action } from '../model/request.ts';
import type { Enforcer } from './casbin-enforcer.ts';
import { printName } from './identifiers.ts';
import { createJudge, type Judge } from './judge.ts';
import type { Caller, Policy } from './policy.ts';
import { isSecret, relationTarget } from './relation-targets.ts';
import type { Subject } from './rule.ts';

/** Someone a review speaks of: a user of `g` rows or rules, whoever holds a role by a token, or anyone authenticated. */
export interface Reviewed {
  /** As policy files write it: `user:alice`, `role:analyst`, `*`. */
  readonly label: Subject;
  /** Roles the policy gives, by name. */
  readonly roles: readonly string[];
  readonly judge: Judge;
}

const actions: readonly Action[] = ['select', 'insert', 'update', 'delete', 'merge', 'truncate'];
const wholeRelation: readonly Action[] = ['delete', 'merge', 'truncate'];

/** Everyone a policy speaks of. A user's token may add roles that no policy knows: those stand in the lines of the role. */
export function everyone(enforcer: Enforcer, policy: Policy, databaseId: string): readonly Reviewed[] {
  const subjects = new Set<Subject>([
    ...policy.links.flatMap(({ user, role }) => [user, role]),
    ...policy.rules.all.map(({ subject }) => subject),
    '*',
  ]);
  return [...subjects].sort().map((subject) => {
    const caller = standIn(policy, subject);
    const roles = caller.subjects
      .filter((each) => each.startsWith('role:'))
      .map((each) => each.slice('role:'.length))
      .sort();
    return { label: subject, roles, judge: createJudge(enforcer, policy, caller, databaseId) };
  });
}

/** No id holds a NUL, so whoever stands in for the holders of a role is nobody the policy names. */
function standIn(policy: Policy, subject: Subject): Caller {
  const user: Subject = subject.startsWith('user:') ? subject : 'user:\u0000';
  const roles = subject.startsWith('role:') ? [subject] : [];
  return { user, roles, subjects: [...new Set<Subject>(['*', user, ...roles, ...policy.rolesOf(user)])] };
}

/** One thing someone may do with one relation or function. */
export interface Grant {
  readonly database: string;
  readonly principal: string;
  readonly roles: readonly string[];
  readonly action: Action;
  readonly resource: string;
  /** `all`, or the columns by name. */
  readonly columns: 'all' | readonly string[];
  readonly masked: readonly string[];
  readonly rules: readonly string[];
}

/** Every relation outside the system schemas, to the column, and the functions named by rules. */
export function review(
  databaseId: string,
  people: readonly Reviewed[],
  policy: Policy,
  catalog: Catalog,
): readonly Grant[] {
  return people.flatMap((person) => [
    ...relationGrants(databaseId, person, catalog),
    ...functionGrants(databaseId, person, policy),
  ]);
}

function* relationGrants(
  database: string,
  { label: principal, roles, judge }: Reviewed,
  catalog: Catalog,
): Generator<Grant> {
  for (const relation of catalog.relations()) {
    const { schema, name, kind, extension } = relation;
    const target = {
      ...relationTarget(schema, name),
      onlyByName: kind === 'foreign' || (extension !== undefined && kind === 'view'),
      extension,
    };
    const all = catalog.columns(relation).map((column) => column.name);
    for (const action of actions) {
      const asked = wholeRelation.includes(action) ? [undefined] : all;
      const verdicts = asked.map((column) => ({ column, ...judge.ask({ ...target, column }, action) }));
      const open = verdicts.filter(({ permit }) => permit);
      if (open.length === 0) continue;
      const columns = open.flatMap(({ column }) => (column === undefined ? [] : [column]));
      const masked = action === 'select' ? judge.masks(schema, name).map((mask) => mask.column) : [];
      const rules = [...new Set(open.flatMap(({ rule }) => (rule === undefined ? [] : [rule.text])))];
      yield {
        database,
        principal,
        roles,
        action,
        resource: printName(schema, name),
        columns: open.length === asked.length ? 'all' : columns,
        masked,
        rules,
      };
    }
  }
}

function* functionGrants(
  database: string,
  { label: principal, roles, judge }: Reviewed,
  policy: Policy,
): Generator<Grant> {
  const named = new Map(
    policy.rules.all.flatMap(({ pattern, casbin }) =>
      pattern.kind === 'function' ? [[casbin[2], pattern] as const] : [],
    ),
  );
  for (const [resource, { schema, name, args }] of named) {
    const { permit, rule } = judge.ask({ kind: 'function', schema, name, args: args ?? [], class: 'user' }, 'call');
    if (permit && rule)
      yield { database, principal, roles, action: 'call', resource, columns: 'all', masked: [], rules: [rule.text] };
  }
}

/** Whether someone may read one column, and the rule that says so. */
export interface ColumnAnswer {
  readonly database: string;
  readonly principal: string;
  readonly roles: readonly string[];
  readonly masked: boolean;
  readonly rule: string;
}

/** Who may read a column, by the rules alone: a view named by another rule may show it as well. */
export function whoReads(
  databaseId: string,
  people: readonly Reviewed[],
  column: { readonly schema: string; readonly relation: string; readonly name: string },
): readonly ColumnAnswer[] {
  const { schema, relation, name } = column;
  return people.flatMap(({ label: principal, roles, judge }) => {
    const { permit, rule } = judge.ask(relationTarget(schema, relation, name), 'select');
    if (!permit || rule === undefined || isSecret(judge, schema, relation, name)) return [];
    return [
      {
        database: databaseId,
        principal,
        roles,
        masked: judge.masks(schema, relation).some((mask) => mask.column === name),
        rule: rule.text,
      },
    ];
  });
}
