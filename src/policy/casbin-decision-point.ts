/** The decision point over casbin: one policy for each database, all of them replaced at once or not at all. */

import { Refusal } from '../model/errors.ts';
import type { Principal } from '../model/principal.ts';
import { isPrincipalId, systemPrincipal } from '../model/principal.ts';
import { builtInPolicy } from './built-in-policy.ts';
import { createEnforcer } from './casbin-enforcer.ts';
import type { DecisionPoint, Question } from './decision-point.ts';
import { grantsAnything } from './grants-anything.ts';
import type { Judge } from './judge.ts';
import { createJudges } from './judges.ts';
import { fixedLimits, tightest } from './limits.ts';
import { modelSha256, modelText } from './model.ts';
import type { Decision } from './permit.ts';
import { callerOf, type Policy } from './policy.ts';
import { createPolicyReader, type PolicyFiles, type ReadPolicies } from './policy-directory.ts';
import { rememberJudgements } from './remembered-judgements.ts';
import { writeActions } from './rule.ts';
import { blind, visibilityOf } from './visibility.ts';

/** Where policies come from: files, or the built-in policy of old single-database flags. */
export type PolicySource =
  | ({ readonly kind: 'files' } & PolicyFiles)
  | { readonly kind: 'builtin-local-read'; readonly principal?: string };

export interface DecisionPointSettings {
  readonly source: PolicySource;
  readonly databases: readonly { readonly id: string; readonly legacyWrites: boolean }[];
  /**
   * Says which databases keep the policy they had although the files say another: asked of each whose policy changed, with
   * the one in force, or the last one where the database was taken out meanwhile.
   */
  readonly hold?: (databaseId: string, before: Policy, read: Policy) => boolean;
  /** Memory for remembered verdicts, in bytes. */
  readonly cacheBytes?: number;
}

export interface CasbinDecisionPoint extends DecisionPoint {
  /** Reads every file anew and changes nothing yet. Throws PolicyUnusable. */
  readonly prepare: (settings: DecisionPointSettings) => Promise<PreparedPolicies>;
  /** Reads every file anew and puts all policies in force at once. Throws PolicyUnusable and changes nothing. */
  readonly reload: (settings?: DecisionPointSettings) => Promise<void>;
  /** The texts whose SHA-256 a decision names: the policy of a database, and the model. */
  readonly texts: (databaseId: string) => { readonly policy: string; readonly model: string };
  /** The rows in force, for reviews by operators. */
  readonly policy: (databaseId: string) => Policy;
}

/** Policies that were read and found good, and are not in force yet. */
export interface PreparedPolicies {
  readonly policies: ReadonlyMap<string, Policy>;
  /** What the files say of databases that keep the policy they had. */
  readonly held: ReadonlyMap<string, Policy>;
  /** The same without holding anything back: just what was read, not what the files say by now. */
  readonly released: () => PreparedPolicies;
  /** Puts them in force, all at once. */
  readonly apply: () => void;
}

/** What is in force; a call reads it once, so it never sees half of two policies. */
interface Force {
  readonly policies: ReadonlyMap<string, Policy>;
  readonly generation: number;
}

/** Loads every policy and casbin. Throws PolicyUnusable, naming file, line and hint. */
export async function createCasbinDecisionPoint(initial: DecisionPointSettings): Promise<CasbinDecisionPoint> {
  const readPolicies = createPolicyReader();
  const [enforcer, policies] = await Promise.all([createEnforcer(), load(initial, readPolicies)]);
  const judges = createJudges(enforcer, initial.cacheBytes ?? 32 * 1024 * 1024);
  const judgementOf = rememberJudgements();
  let settings = initial;
  let force: Force = { policies, generation: 1 };
  /** The policy each database had last, those that were taken out too: coming back must not be a way around `hold`. */
  const last = new Map(policies);

  function policyOf(databaseId: string, { policies: inForce }: Force = force): Policy {
    const policy = inForce.get(databaseId);
    if (policy === undefined)
      throw new Refusal('POLICY_UNAVAILABLE', 'There is no policy for this database, so nothing is permitted.');
    return policy;
  }

  function judgeOf(principal: Principal, databaseId: string): Judge | undefined {
    const policy = force.policies.get(databaseId);
    return policy === undefined || !isPrincipalId(principal.id) ? undefined : judges.of(policy, principal, databaseId);
  }

  async function decide(question: Question): Promise<Decision> {
    const started = performance.now();
    const { principal, database, request } = question;
    const inForce = force;
    const policy = policyOf(database.id, inForce);
    if (!isPrincipalId(principal.id)) throw new Refusal('PRINCIPAL_UNKNOWN', 'The caller is not authenticated.');
    const judge = judges.of(policy, principal, database.id);
    const judgement = judgementOf(judge, question);
    const permit = judgement.denied.length === 0 && judgement.rules.size > 0;
    return {
      effect: permit ? 'permit' : 'deny',
      rules: [...judgement.rules],
      denied: judgement.denied,
      obligations: {
        limits: fixedLimits(question.statement.fixed) ?? tightest(database.limits, judge.limits, request.limits),
        masks: permit ? judgement.masks : [],
      },
      policy: { sha256: policy.sha256, model: modelSha256, generation: inForce.generation },
      duration: Math.round((performance.now() - started) * 1000),
    };
  }

  async function prepare(next: DecisionPointSettings): Promise<PreparedPolicies> {
    const read = await load(next, readPolicies);
    const fresh = new Map<string, Policy>();
    const held = new Map<string, Policy>();
    for (const [id, policy] of read) {
      const before = last.get(id);
      const keeps = before !== undefined && before.sha256 !== policy.sha256 && next.hold?.(id, before, policy) === true;
      fresh.set(id, keeps ? before : policy);
      if (keeps) held.set(id, policy);
    }
    const ready = (chosen: ReadonlyMap<string, Policy>, waiting: ReadonlyMap<string, Policy>): PreparedPolicies => ({
      policies: chosen,
      held: waiting,
      released: () => ready(read, new Map()),
      apply() {
        settings = next;
        force = { policies: chosen, generation: force.generation + 1 };
        for (const [id, policy] of chosen) last.set(id, policy);
      },
    });
    return ready(fresh, held);
  }

  const reload = async (next: DecisionPointSettings = settings) => (await prepare(next)).apply();

  const gives = (principal: Principal, databaseId: string, writes: boolean): boolean => {
    const policy = force.policies.get(databaseId);
    if (policy === undefined || !isPrincipalId(principal.id)) return false;
    return principal === systemPrincipal
      ? !writes
      : grantsAnything(policy, callerOf(policy, principal), writes ? writeActions : undefined);
  };
  return {
    decide,
    prepare,
    reload,
    mayUse: (principal, databaseId) => gives(principal, databaseId, false),
    mayWrite: (principal, databaseId) => gives(principal, databaseId, true),
    visibility: (principal, databaseId) => {
      const judge = judgeOf(principal, databaseId);
      return judge === undefined ? blind : visibilityOf(judge);
    },
    version: (databaseId) => policyOf(databaseId).sha256,
    texts: (databaseId) => ({ policy: policyOf(databaseId).text, model: modelText }),
    policy: (databaseId) => policyOf(databaseId),
  };
}

async function load(
  { source, databases }: DecisionPointSettings,
  readPolicies: ReadPolicies,
): Promise<ReadonlyMap<string, Policy>> {
  if (source.kind === 'files')
    return readPolicies(
      source,
      databases.map(({ id }) => id),
    );
  return new Map(
    databases.map(({ id, legacyWrites }) => [id, builtInPolicy({ principal: source.principal, writes: legacyWrites })]),
  );
}
