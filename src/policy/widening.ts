/** Whether another policy gives anybody more than the one in force. Sound, not exact: what may widen is said to. */

import { allowsWhole, deniesWhole } from './contains.ts';
import { grants } from './model.ts';
import type { Policy } from './policy.ts';
import type { LimitRow, MaskRow, Rule, Subject } from './rule.ts';

/** The rows of one policy that speak to a caller with these subjects. */
interface Share {
  readonly allows: readonly Rule[];
  readonly denies: readonly Rule[];
  readonly limits: readonly LimitRow[];
  readonly masks: readonly MaskRow[];
}

/**
 * What `next` may permit that `before` did not, one sentence each, in the words of the files; empty when every caller has
 * at most the rights he had. A caller's rights are those of the user (with `g` roles and `*`) and of each role of the token,
 * all at once. So none grows when no user's share and no role's share (each with `*`) grows: allows may only be taken
 * from what was allowed, and every deny, mask and limit needs one as strict after the change.
 */
export function findWidening(before: Policy, next: Policy): readonly string[] {
  if (before.sha256 === next.sha256) return [];
  const found = new Set<string>();
  for (const subject of subjectsOf(before, next)) {
    const was = shareOf(before, subject);
    const is = shareOf(next, subject);
    for (const what of compare(was, is)) found.add(`${subject === '*' ? 'anyone' : subject}: ${what}`);
  }
  return [...found];
}

/** Every subject a row names, and `*` for all that no row names. */
function subjectsOf(...policies: readonly Policy[]): ReadonlySet<Subject> {
  const rows = policies.flatMap(({ rules, limits, masks }) => [...rules.all, ...limits, ...masks]);
  const users = policies.flatMap(({ links }) => links.map(({ user }) => user));
  return new Set<Subject>(['*', ...rows.map(({ subject }) => subject), ...users]);
}

function shareOf({ rules, limits, masks, rolesOf }: Policy, subject: Subject): Share {
  const own = new Set<Subject>(['*', subject, ...rolesOf(subject)]);
  const mine = rules.of(own);
  return {
    allows: mine.filter(({ effect }) => effect === 'allow'),
    denies: mine.filter(({ effect }) => effect === 'deny'),
    limits: limits.filter((row) => own.has(row.subject)),
    masks: masks.filter((row) => own.has(row.subject)),
  };
}

function compare(was: Share, is: Share): string[] {
  const allowed = (rule: Rule) =>
    was.allows.some((old) => grants(old.action, rule.action) && allowsWhole(old.pattern, rule.pattern));
  const denied = (rule: Rule) =>
    is.denies.some((now) => grants(now.action, rule.action) && deniesWhole(now.pattern, rule.pattern));
  const limited = ({ what, value }: LimitRow) => is.limits.some((now) => now.what === what && now.value <= value);
  const masked = (row: MaskRow) => is.masks.some((now) => isSameColumn(now, row) && hidesAsMuch(now.kind, row.kind));
  return [
    ...is.allows.filter((rule) => !allowed(rule)).map(({ text }) => `permits more: ${text}`),
    ...was.denies.filter((rule) => !denied(rule)).map(({ text }) => `no longer denied: ${text}`),
    ...was.limits.filter((row) => !limited(row)).map(({ text }) => `no longer limited so: ${text}`),
    ...was.masks.filter((row) => !masked(row)).map(({ text }) => `no longer masked so: ${text}`),
  ];
}

const isSameColumn = (a: MaskRow, b: MaskRow): boolean =>
  a.schema === b.schema && a.relation === b.relation && a.column === b.column;

/** `full` tells nothing at all; of `hash` and `partial` neither hides all that the other does. */
const hidesAsMuch = (now: MaskRow['kind'], before: MaskRow['kind']): boolean => now === before || now === 'full';
