/** What counts as permitting more: by example, and over many random pairs of policies against the decisions themselves. */

import { describe, expect, test } from 'vitest';
import { type Action, actions } from '../../src/model/request.ts';
import { createEnforcer } from '../../src/policy/casbin-enforcer.ts';
import { createJudge, type Judge } from '../../src/policy/judge.ts';
import { tightest } from '../../src/policy/limits.ts';
import { callerOf, createPolicy, type Policy } from '../../src/policy/policy.ts';
import { readPolicyText } from '../../src/policy/policy-text.ts';
import type { Target } from '../../src/policy/resource.ts';
import { findWidening } from '../../src/policy/widening.ts';
import { aDatabase } from '../sql/oracle/our-reading.ts';

function policyOf(rows: readonly string[]): Policy {
  const text = rows.join('\n');
  const { rows: read, faults } = readPolicyText('x.csv', text, { databases: ['*'], rolesOnly: false });
  expect(faults).toEqual([]);
  return createPolicy([{ name: 'x.csv', text }], read);
}

const widening = (before: readonly string[], next: readonly string[]) => findWidening(policyOf(before), policyOf(next));
const all = 'p, analyst, *, public.*, select, allow';
const noMail = 'p, analyst, *, public.people.mail, select, deny';

describe('permits no more', () => {
  test.each<[string, string[], string[]]>([
    ['the same rules in another order', [all, noMail], [noMail, all]],
    ['an allow less', [all, 'p, clerk, *, *, select, allow'], [all]],
    ['a deny more', [all], [all, noMail]],
    ['a wider deny for a narrower one', [all, noMail], [all, 'p, *, *, public.*, select, deny']],
    ['a column of a relation', ['p, r, *, a.b, select, allow'], ['p, r, *, a.b.c, select, allow']],
    ['a schema of everything', ['p, r, *, *, select, allow'], ['p, r, *, a.*, select, allow']],
    ['describing of selecting', ['p, r, *, a.*, select, allow'], ['p, r, *, a.*, describe, allow']],
    ['one overload of all', ['p, r, *, a.f(), call, allow'], ['p, r, *, a.f(int), call, allow']],
    ['a role of what anyone may', ['p, *, *, a.*, select, allow'], ['p, r, *, a.*, select, allow']],
    ['a user of what the role gave', [all, 'g, ann, analyst, *'], ['p, user:ann, *, public.*, select, allow']],
    ['a role without a deny taken away', [all, 'g, ann, analyst, *'], [all]],
    ['a stricter mask', [all, 'mask, analyst, *, a.b.c, hash'], [all, 'mask, analyst, *, a.b.c, full']],
    ['a lower limit', [all, 'limit, analyst, *, rows, 50'], [all, 'limit, *, *, rows, 49']],
  ])('%s', (_, before, next) => expect(widening(before, next)).toEqual([]));
});

describe('may permit more', () => {
  test.each<[string, string[], string[], string]>([
    ['an allow more', [all], [all, 'p, r, *, x.y, select, allow'], 'role:r: permits more: p, r, *, x.y, select, allow'],
    ['a deny less', [all, noMail], [all], `role:analyst: no longer denied: ${noMail}`],
    ['a name in place of a wildcard', [all], ['p, analyst, *, public.a, select, allow'], 'role:analyst: permits more'],
    ['a role more', [all], [all, 'g, ann, analyst, *'], 'user:ann: permits more'],
    ['a role with a deny less', [all, noMail, 'g, ann, analyst, *'], [all, noMail], 'user:ann: no longer denied'],
    [
      'a deny for one role in place of anyone',
      [all, 'p, *, *, a.b, select, deny'],
      [all, 'p, r, *, a.b, select, deny'],
      'no longer denied',
    ],
    ['a mask less', [all, 'mask, analyst, *, a.b.c, hash'], [all], 'no longer masked so'],
    [
      'a mask that hides other things',
      [all, 'mask, r, *, a.b.c, hash'],
      [all, 'mask, r, *, a.b.c, partial'],
      'no longer masked so',
    ],
    ['a higher limit', [all, 'limit, r, *, rows, 50'], [all, 'limit, r, *, rows, 51'], 'no longer limited so'],
    ['another catalog set', ['p, r, *, **, select, allow'], ['p, r, *, @statistics, select, allow'], 'permits more'],
  ])('%s', (_, before, next, what) => expect(widening(before, next).join('\n')).toContain(what));
});

/** mulberry32: small, and the same everywhere. */
function random(seed: number) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return { next, of: <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] ?? list[0] ?? bug() };
}
const bug = (): never => {
  throw new Error('an empty list');
};

type Dice = ReturnType<typeof random>;
const subjects = ['*', 'a', 'b', 'user:u', 'user:v'];
const relations = ['**', '*', 's.*', 's.t', 's.t.c', 's.t.d', 'q.t', '@introspection', '@statistics'];

function aRow(dice: Dice): string {
  const subject = dice.of(subjects);
  const kind = dice.next();
  if (kind < 0.12) return `g, ${dice.of(['u', 'v'])}, ${dice.of(['a', 'b'])}, *`;
  if (kind < 0.2) return `mask, ${subject}, *, s.t.${dice.of(['c', 'd'])}, ${dice.of(['full', 'hash', 'partial'])}`;
  if (kind < 0.26) return `limit, ${subject}, *, rows, ${dice.of([5, 10])}`;
  if (kind < 0.36) return `p, ${subject}, *, ${dice.of(['s.f()', 's.f(text)'])}, call, ${dice.of(['allow', 'deny'])}`;
  if (kind < 0.4) return `p, ${subject}, *, ${dice.of(['s.*', '*', '**'])}, call, deny`;
  return `p, ${subject}, *, ${dice.of(relations)}, ${dice.of(['select', 'select', 'describe'])}, ${dice.of(['allow', 'allow', 'deny'])}`;
}

const relation = (schema: string, name: string, column: string | undefined, onlyByName: boolean): Target => ({
  kind: 'relation',
  schema,
  relation: name,
  column,
  onlyByName,
  extension: undefined,
});
const targets: readonly Target[] = [
  ...[undefined, 'c', 'd', 'e'].flatMap((column) => [true, false].map((only) => relation('s', 't', column, only))),
  ...[true, false].map((only) => relation('q', 'u', undefined, only)),
  relation('pg_catalog', 'pg_class', 'relname', false),
  relation('pg_catalog', 'pg_stat_activity', 'query', false),
  ...(['user', 'pure', 'describer', 'statistics'] as const).flatMap((kind) => [
    { kind: 'function', schema: 's', name: 'f', args: ['text'], class: kind } as const,
    { kind: 'function', schema: 'pg_catalog', name: 'g', args: [], class: kind } as const,
  ]),
];
const asked: readonly Action[] = actions.filter((action) => ['select', 'describe', 'list', 'call'].includes(action));
const callers = [...['u', 'v', 'w']].flatMap((id) => [[], ['a'], ['b'], ['a', 'b']].map((roles) => ({ id, roles })));

test('over random policies, what is called no widening lets no caller do, see or fetch more', async () => {
  const enforcer = await createEnforcer();
  const seed = Number(process.env['PGWARDEN_SEED'] ?? 20261);
  const dice = random(seed);
  const limits = aDatabase().limits;
  const judges = (policy: Policy): Judge[] =>
    callers.map(({ id, roles }) =>
      createJudge(enforcer, policy, callerOf(policy, { id, kind: 'human', auth: 'stdio', roles }), 'd'),
    );
  let narrow = 0;
  for (let round = 0; round < 600; round++) {
    const before = ['p, z, *, z.z, select, allow', ...Array.from({ length: 5 }, () => aRow(dice))];
    const kept = before.filter((_, index) => index === 0 || dice.next() < 0.75);
    const next = dice.next() < 0.6 ? [...kept, aRow(dice)] : kept;
    const [old, fresh] = [policyOf(before), policyOf(next)];
    if (findWidening(old, fresh).length > 0) continue;
    narrow += 1;
    const was = judges(old);
    for (const [index, judge] of judges(fresh).entries()) {
      const then = was[index] ?? bug();
      for (const target of targets)
        for (const action of asked)
          if (judge.ask(target, action).permit && !then.ask(target, action).permit)
            expect.fail(`seed ${seed}: ${JSON.stringify([before, next, callers[index], target, action])}`);
      expect(!judge.unrestricted || then.unrestricted, `seed ${seed}`).toBe(true);
      expect(tightest(limits, judge.limits).maxRows).toBeLessThanOrEqual(tightest(limits, then.limits).maxRows);
      const columns = (of: Judge) => of.masks('s', 't').map(({ column }) => column);
      expect(columns(judge)).toEqual(expect.arrayContaining(columns(then)));
    }
  }
  process.stdout.write(`widening: ${narrow} of 600 pairs permit no more, each checked against every decision\n`);
  expect(narrow).toBeGreaterThan(100);
});
