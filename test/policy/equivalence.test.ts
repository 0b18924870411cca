/** The narrowed question gives the answer of the whole policy: compared with casbin asked plainly, on random policies. */

import { newEnforcer, newModelFromString } from 'casbin';
import { describe, expect, test } from 'vitest';
import type { Principal } from '../../src/model/principal.ts';
import type { Action } from '../../src/model/request.ts';
import { createEnforcer } from '../../src/policy/casbin-enforcer.ts';
import { createJudge } from '../../src/policy/judge.ts';
import { grants, modelText } from '../../src/policy/model.ts';
import { callerOf, createPolicy, type Policy } from '../../src/policy/policy.ts';
import { readPolicyText } from '../../src/policy/policy-text.ts';
import { covers, type Pattern, readPattern, type Target } from '../../src/policy/resource.ts';
import { aPrincipal } from './support.ts';

/** mulberry32: small, seeded, good enough to choose with. */
function random(seed: number) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    chance: (share: number) => next() < share,
    pick: <Item>(items: readonly Item[]): Item => items[Math.floor(next() * items.length)] as Item,
  };
}

const schemas = ['public', 'sales', 'Odd, "one"'];
const relations = ['orders', 'customers', 'a.b'];
const columns = ['id', 'email', 'x,y'];
const users = ['alice', 'bob', 'analyst'];
const roles = ['analyst', 'auditor', 'intern'];
const actions: readonly Action[] = ['select', 'describe', 'list', 'insert', 'update', 'delete'];
const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;

function randomPolicy({ chance, pick }: ReturnType<typeof random>, size: number): string {
  const subject = () => pick([...roles, ...users.map((user) => `user:${user}`), '*']);
  const rows = Array.from({ length: size }, () => {
    const effect = chance(0.7) ? 'allow' : 'deny';
    if (chance(0.15))
      return `p, ${subject()}, db, ${quote(pick(schemas))}.f(${pick(['', 'int', 'int, text'])}), call, ${effect}`;
    const relation = `${quote(pick(schemas))}.${quote(pick(relations))}`;
    const resource = pick([
      '*',
      '**',
      '@introspection',
      `${quote(pick(schemas))}.*`,
      relation,
      relation,
      `${relation}.${quote(pick(columns))}`,
      `${relation}.${quote(pick(columns))}`,
    ]);
    const action = resource.startsWith('@')
      ? 'select'
      : pick(resource.split('"."').length > 2 ? (['select', 'describe', 'update'] as const) : actions);
    return `p, ${subject()}, db, ${resource}, ${action}, ${effect}`;
  });
  return [...rows, ...users.flatMap((user) => (chance(0.5) ? [`g, ${user}, ${pick(roles)}, db`] : []))].join('\n');
}

function randomTarget({ chance, pick }: ReturnType<typeof random>): Target {
  if (chance(0.15)) {
    const kind = pick(['user', 'describer', 'describer_all', 'statistics', 'pure'] as const);
    return {
      kind: 'function',
      schema: pick([...schemas, 'pg_catalog']),
      name: pick(['f', 'g']),
      args: pick([[], ['integer'], ['integer', 'text']]),
      class: kind,
    };
  }
  const system = chance(0.15);
  return {
    kind: 'relation',
    schema: system ? 'pg_catalog' : pick(schemas),
    relation: system ? pick(['pg_class', 'pg_proc', 'pg_authid']) : pick(relations),
    column: chance(0.3) ? undefined : system ? pick(['oid', 'prosrc', 'relname']) : pick([...columns, 'other']),
    onlyByName: chance(0.15),
    extension: undefined,
  };
}

/** casbin as its manual would have it asked: every rule loaded, its own role manager, enforceEx. */
async function plainCasbin(policy: Policy) {
  const enforcer = await newEnforcer(newModelFromString(modelText));
  const read = new Map<string, Pattern>();
  await enforcer.addFunction('grants', grants);
  await enforcer.addFunction('covers', (text: string, effect: string, target: Target) => {
    const pattern = read.get(text);
    return pattern !== undefined && covers(pattern, effect, target);
  });
  for (const rule of policy.rules.all) {
    const reading = readPattern(rule.casbin[2]);
    if (!reading.ok) throw new Error(`the canonical form ${rule.casbin[2]} does not read back`);
    read.set(rule.casbin[2], reading.pattern);
    await enforcer.addPolicy(...rule.casbin);
  }
  for (const { user, role } of policy.links) await enforcer.addNamedGroupingPolicy('g', user, role, 'db');
  return enforcer;
}

/** What the policy language says, written down once more without casbin: a mistake in the matcher would be casbin's own twice over. */
function byTheBook(policy: Policy, principal: Principal, target: Target, action: Action): 'permit' | 'deny' | 'silent' {
  const subjects = ['*', `user:${principal.id}`, ...principal.roles.map((role) => `role:${role}`)];
  for (const { user, role } of policy.links) if (user === `user:${principal.id}`) subjects.push(role);
  const speaking = policy.rules.all.filter(
    (rule) =>
      subjects.includes(rule.subject) &&
      (rule.action === action || (rule.action === 'select' && ['describe', 'list', 'explain'].includes(action))) &&
      covers(rule.pattern, rule.effect, target),
  );
  if (speaking.some(({ effect }) => effect === 'deny')) return 'deny';
  return speaking.length > 0 ? 'permit' : 'silent';
}

describe('asking casbin with the rules that can matter', () => {
  const seeds = Array.from({ length: 15 }, (_, index) => 1000 + index);
  test.each(seeds)('answers as casbin does with all of them (seed %i)', async (seed) => {
    const dice = random(seed);
    const { rows, faults } = readPolicyText('db.csv', randomPolicy(dice, 20 + (seed % 5) * 12), {
      databases: ['db'],
      rolesOnly: false,
    });
    expect(faults).toEqual([]);
    const policy = createPolicy([{ name: 'db.csv', text: '' }], rows);
    const plain = await plainCasbin(policy);
    const enforcer = await createEnforcer();
    const seen = new Set<string>();
    for (let question = 0; question < 35; question++) {
      const principal = aPrincipal(dice.pick([...users, 'carol']), ...(dice.chance(0.3) ? [dice.pick(roles)] : []));
      const caller = callerOf(policy, principal);
      const judge = createJudge(enforcer, policy, caller, 'db');
      for (let again = 0; again < 4; again++) {
        const target = randomTarget(dice);
        const action = dice.pick([...actions, 'call' as const]);
        const [permit, row] = await plain.enforceEx(caller, 'db', target, action);
        const verdict = judge.ask(target, action);
        const about = JSON.stringify({ principal, target, action });
        expect(verdict.permit, about).toBe(permit && row.length > 0);
        expect(verdict.rule?.effect, about).toBe(row.length === 0 ? undefined : permit ? 'allow' : 'deny');
        const expected = byTheBook(policy, principal, target, action);
        expect(verdict.permit ? 'permit' : verdict.rule ? 'deny' : 'silent', about).toBe(expected);
        seen.add(expected);
      }
    }
    expect(seen.size).toBe(3);
  });
});
