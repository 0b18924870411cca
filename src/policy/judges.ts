/** The judges in use, within a budget of memory: who was asked for least recently is forgotten first. */

import type { Principal } from '../model/principal.ts';
import type { Enforcer } from './casbin-enforcer.ts';
import { createJudge, type Judge } from './judge.ts';
import { type Caller, callerOf, type Policy } from './policy.ts';

export interface Judges {
  readonly of: (policy: Policy, principal: Principal, databaseId: string) => Judge;
}

/** Counting the memory of all judges costs more than a decision, so it is done only now and then. */
const countEvery = 512;

export function createJudges(enforcer: Enforcer, maxBytes: number): Judges {
  const judges = new Map<string, Judge>();
  const keys = new WeakMap<Caller, string>();
  let uses = 0;

  function of(policy: Policy, principal: Principal, databaseId: string): Judge {
    const caller = callerOf(policy, principal);
    const key = keyOf(policy, caller);
    const judge = judges.get(key) ?? createJudge(enforcer, policy, caller, databaseId);
    judges.delete(key);
    judges.set(key, judge);
    if (++uses % countEvery === 0) forget();
    return judge;
  }

  function keyOf(policy: Policy, caller: Caller): string {
    const known = keys.get(caller);
    if (known !== undefined) return known;
    // callers whose subjects differ only in names no rule mentions are judged alike
    const key = JSON.stringify([policy.sha256, ...caller.subjects.filter(policy.mentions)]);
    keys.set(caller, key);
    return key;
  }

  function forget(): void {
    let held = [...judges.values()].reduce((sum, judge) => sum + judge.bytes(), 0);
    for (const [key, judge] of judges) {
      if (held <= maxBytes) return;
      held -= judge.bytes();
      judges.delete(key);
    }
  }
  return { of };
}
