/** The policy of one database: rows in force, indexed, and the hash of the texts they came from. */

import { createHash } from 'node:crypto';
import type { Principal } from '../model/principal.ts';
import type { LimitRow, MaskRow, RoleLink, Rows, Subject } from './rule.ts';
import { roleSubject, userSubject } from './rule.ts';
import { createRuleIndex, type RuleIndex } from './rule-index.ts';

/** One text a policy is made of. */
export interface PolicyPart {
  readonly name: string;
  readonly text: string;
}

/** Shared by every database that uses the same files. */
export interface Policy {
  /** Of `text`. */
  readonly sha256: string;
  /** The texts in force, one after the other, each under its name: what is kept with the audit log. */
  readonly text: string;
  readonly rules: RuleIndex;
  readonly limits: readonly LimitRow[];
  readonly masks: readonly MaskRow[];
  /** Roles that `g` rows give a user. */
  readonly rolesOf: (user: Subject) => readonly Subject[];
  readonly links: readonly RoleLink[];
  /** Whether any row but a role link names the subject: others change no decision. */
  readonly mentions: (subject: Subject) => boolean;
}

/** Files are named by what they are, not where they lie: the same policy elsewhere has the same hash. */
export function createPolicy(parts: readonly PolicyPart[], rows: Rows): Policy {
  const text = parts.map((part) => `# ---- ${part.name}\n${part.text}`).join('\n');
  const roles = new Map<Subject, Subject[]>();
  for (const { user, role } of rows.links) {
    const known = roles.get(user) ?? [];
    if (!known.includes(role)) roles.set(user, [...known, role]);
  }
  const mentioned = new Set([...rows.rules, ...rows.limits, ...rows.masks].map(({ subject }) => subject));
  return {
    sha256: createHash('sha256').update(text).digest('hex'),
    text,
    rules: createRuleIndex(rows.rules),
    limits: rows.limits,
    masks: rows.masks,
    rolesOf: (user) => roles.get(user) ?? [],
    links: rows.links,
    mentions: (subject) => mentioned.has(subject),
  };
}

/** A caller as a policy sees it: the user, the roles of the token, and all subjects together with `g` roles and `*`. */
export interface Caller {
  readonly user: Subject;
  readonly roles: readonly Subject[];
  readonly subjects: readonly Subject[];
}

const callers = new WeakMap<Policy, WeakMap<Principal, Caller>>();

/** The same object for the same principal, as long as both live: what is worked out of it can be kept beside it. */
export function callerOf(policy: Policy, principal: Principal): Caller {
  const ofPolicy = callers.get(policy) ?? new WeakMap<Principal, Caller>();
  callers.set(policy, ofPolicy);
  const known = ofPolicy.get(principal);
  if (known !== undefined) return known;
  const caller = makeCaller(policy, principal);
  if (Object.isFrozen(principal)) ofPolicy.set(principal, caller);
  return caller;
}

function makeCaller(policy: Policy, principal: Principal): Caller {
  const user = userSubject(principal.id);
  const roles = principal.roles.map(roleSubject);
  return { user, roles, subjects: [...new Set<Subject>(['*', user, ...roles, ...policy.rolesOf(user)])].sort() };
}
