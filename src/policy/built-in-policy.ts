/** The policy of old single-database flags without a policy file: the local principal may do what the read-only rules allow. */

import type { Action } from '../model/request.ts';
import { createPolicy, type Policy } from './policy.ts';
import { type Rule, type Subject, userSubject, writeActions } from './rule.ts';

/** `principal`: the one local caller; absent means whoever is authenticated. `writes`: old write mode. */
export function builtInPolicy({
  principal,
  writes,
}: {
  readonly principal: string | undefined;
  readonly writes: boolean;
}): Policy {
  const subject: Subject = principal === undefined ? '*' : userSubject(principal);
  const granted: readonly Action[] = writes ? ['select', 'call', ...writeActions] : ['select', 'call'];
  const rules = granted.map(
    (action, index): Rule => ({
      text: `built-in, ${subject}, *, everything, ${action}, allow`,
      file: 'built-in',
      line: index + 1,
      subject,
      pattern: { kind: 'unbounded' },
      action,
      effect: 'allow',
      casbin: [subject, '*', 'system:unbounded', action, 'allow'],
    }),
  );
  const text = rules.map((rule) => rule.text).join('\n');
  return createPolicy([{ name: 'built-in', text }], { rules, links: [], limits: [], masks: [] });
}
