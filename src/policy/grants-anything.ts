/** Whether a policy gives a caller anything at all in a database: asked before a statement is even read. */

import type { Action } from '../model/request.ts';
import { deniesWhole } from './contains.ts';
import { grants } from './model.ts';
import type { Caller, Policy } from './policy.ts';
import type { Rule } from './rule.ts';

const remembered = new WeakMap<Policy, Map<string, boolean>>();
const keys = new WeakMap<Caller, string>();

/** True when one rule allows the caller something that no deny of the caller covers whole. Synchronous; remembered per set of subjects. */
export function grantsAnything(policy: Policy, caller: Caller, actions?: readonly Action[]): boolean {
  const known = remembered.get(policy) ?? new Map<string, boolean>();
  remembered.set(policy, known);
  const subjects = keys.get(caller) ?? JSON.stringify(caller.subjects.filter(policy.mentions));
  keys.set(caller, subjects);
  const key = actions === undefined ? subjects : `${actions.join()} ${subjects}`;
  const answer = known.get(key) ?? compute(policy.rules.of(caller.subjects), actions);
  if (known.size > 10_000) known.clear();
  known.set(key, answer);
  return answer;
}

function compute(rules: readonly Rule[], actions: readonly Action[] | undefined): boolean {
  const allowed = rules.filter(({ effect, action }) => effect === 'allow' && (actions?.includes(action) ?? true));
  const denied = rules.filter(({ effect }) => effect === 'deny');
  return allowed.some(
    (allow) => !denied.some((deny) => grants(deny.action, allow.action) && deniesWhole(deny.pattern, allow.pattern)),
  );
}
