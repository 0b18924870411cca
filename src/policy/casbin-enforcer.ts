/** The one place casbin is asked: with our model, and with every rule that could concern the question, never with none. */

import type { RoleManager } from 'casbin';
import type { Action } from '../model/request.ts';
import { grants, modelText } from './model.ts';
import type { Caller, Policy } from './policy.ts';
import { covers, type Target } from './resource.ts';
import type { Rule } from './rule.ts';

export interface Verdict {
  readonly permit: boolean;
  /** The rule that decided: one that allows, or the one that denies; undefined when no rule speaks of it. */
  readonly rule: Rule | undefined;
}

const noRule: Verdict = Object.freeze({ permit: false, rule: undefined });

export interface Enforcer {
  /**
   * Synchronous, so that nothing can come between giving casbin its rules and asking it. `candidates` must hold every
   * rule that can match (rule-index.ts): casbin's answer is then the one it would give with the whole policy.
   */
  readonly ask: (
    policy: Policy,
    caller: Caller,
    candidates: readonly Rule[],
    databaseId: string,
    target: Target,
    action: Action,
  ) => Verdict;
}

/** Loads casbin (about 30 ms, once). */
export async function createEnforcer(): Promise<Enforcer> {
  const { newEnforcer, newModelFromString } = await import('casbin');
  const model = newModelFromString(modelText);
  const enforcer = await newEnforcer(model);
  let asked: { readonly policy: Policy; readonly patterns: ReadonlyMap<string, Rule> } | undefined;

  enforcer.setRoleManager(roleManager((user, role) => asked?.policy.rolesOf(user).includes(role) ?? false));
  await enforcer.buildRoleLinks();
  await enforcer.addFunction('grants', grants);
  // casbin hands the pattern over as text; the rule it came from has it read already
  await enforcer.addFunction('covers', (resource: string, effect: string, target: Target) => {
    const rule = asked?.patterns.get(resource);
    return rule !== undefined && covers(rule.pattern, effect, target);
  });

  function ask(
    policy: Policy,
    caller: Caller,
    candidates: readonly Rule[],
    databaseId: string,
    target: Target,
    action: Action,
  ): Verdict {
    // with no rows at all casbin evaluates the matcher once against empty strings and can answer true with no rule behind it
    if (candidates.length === 0 || caller.user === 'user:') return noRule;
    asked = { policy, patterns: new Map(candidates.map((rule) => [rule.casbin[2], rule])) };
    const rows = new Map(candidates.map((rule) => [JSON.stringify(rule.casbin), rule]));
    model.clearPolicy();
    const [added] = model.addPolicies(
      'p',
      'p',
      candidates.map((rule) => [...rule.casbin]),
    );
    if (!added) return noRule;
    const [permit, row] = enforcer.enforceExSync(caller, databaseId, target, action);
    const rule = rows.get(JSON.stringify(row));
    return rule === undefined ? noRule : { permit: permit && rule.effect === 'allow', rule };
  }
  return { ask };
}

/** casbin's `g`, answered from the policy asked about: users have roles, roles have none. */
function roleManager(holds: (user: `user:${string}`, role: `role:${string}`) => boolean): RoleManager {
  const isUser = (name: string): name is `user:${string}` => name.startsWith('user:');
  const isRole = (name: string): name is `role:${string}` => name.startsWith('role:');
  const syncedHasLink = (user: string, role: string) => isUser(user) && isRole(role) && holds(user, role);
  return {
    syncedHasLink,
    hasLink: async (user, role) => syncedHasLink(user, role),
    clear: async () => {},
    addLink: async () => {},
    deleteLink: async () => {},
    getRoles: async () => [],
    getUsers: async () => [],
    printRoles: async () => {},
    getDomains: async () => [],
    getAllDomains: async () => [],
  };
}
