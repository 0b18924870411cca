/** The decision point as a whole: who may use what, reloading under load, remembering within bounds. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { systemPrincipal } from '../../src/model/principal.ts';
import { createCasbinDecisionPoint, type DecisionPointSettings } from '../../src/policy/casbin-decision-point.ts';
import { aFunction, aPrincipal, aQuestion, aRelation, inForce, policyDirectory } from './support.ts';

describe('who may use a database', () => {
  const policy = `
p, reader,  orders, public.t,       select, allow
p, writer,  orders, public.t,       insert, allow
p, fenced,  orders, public.t.c,     select, allow
p, fenced,  orders, public.*,       select, deny
p, partly,  orders, public.*,       select, allow
p, partly,  orders, public.t,       select, deny
p, refused, orders, **,             select, deny
limit, obliged, orders, rows, 5
g, alice, reader, orders
`;
  test.each([
    ['reader', true, false],
    ['writer', true, true],
    ['fenced', false, false],
    ['partly', true, false],
    ['refused', false, false],
    ['obliged', false, false],
    ['unheard-of', false, false],
  ])('a role %s: may use %s, may write %s', async (role, use, write) => {
    const point = await inForce(policy);
    expect(point.mayUse(aPrincipal('zoe', role), 'orders')).toBe(use);
    expect(point.mayWrite(aPrincipal('zoe', role), 'orders')).toBe(write);
  });

  test('a rule for * is for anyone authenticated; the system principal uses everything and writes nothing', async () => {
    const point = await inForce('p, *, orders, public.t, insert, allow');
    expect(point.mayUse(aPrincipal('anyone'), 'orders')).toBe(true);
    expect(point.mayUse(aPrincipal(''), 'orders')).toBe(false);
    expect([point.mayUse(systemPrincipal, 'orders'), point.mayWrite(systemPrincipal, 'orders')]).toEqual([true, false]);
  });
});

describe('what may be seen', () => {
  test('listing, describing and knowing follow the rules column by column', async () => {
    const point = await inForce(
      'p, r, orders, public.customers, select, allow\np, r, orders, public.customers.email, select, deny\np, r, orders, public.log, insert, allow\np, r, orders, public.f(), call, allow',
    );
    const seen = point.visibility(aPrincipal('zoe', 'r'), 'orders');
    expect([
      seen.relation('public', 'customers', ['email', 'id']),
      seen.relation('public', 'customers', ['email']),
      seen.relation('public', 'log', ['id']),
    ]).toEqual([true, false, false]);
    expect([seen.column('public', 'customers', 'id'), seen.column('public', 'customers', 'email')]).toEqual([
      true,
      false,
    ]);
    expect([seen.function('public', 'f', ['integer']), seen.function('public', 'g', [])]).toEqual([true, false]);
    expect([
      seen.knows.relation('public', 'log', ['id']),
      seen.knows.column('public', 'customers', 'email'),
      seen.knows.relation('public', 'gone', ['id']),
    ]).toEqual([true, false, false]);
    expect(seen.knows.relation('pg_catalog', 'pg_class', ['oid'])).toBe(true);
  });
});

describe('reloading', () => {
  const rules = (name: string) =>
    `p, r, orders, public.${name}_a, select, allow\np, r, orders, public.${name}_b, select, allow\n`;

  async function reloadable() {
    const directory = await policyDirectory({ 'orders.csv': rules('old') });
    const settings: DecisionPointSettings = {
      source: { kind: 'files', directory, byDatabase: {} },
      databases: [{ id: 'orders', legacyWrites: false }],
    };
    return {
      point: await createCasbinDecisionPoint(settings),
      write: (text: string) => writeFile(join(directory, 'orders.csv'), text),
    };
  }

  test('no call sees half of two policies, however many ask while they change', async () => {
    const { point, write } = await reloadable();
    const pair = (name: string) =>
      aQuestion(aPrincipal('zoe', 'r'), {
        relations: [aRelation({ name: `${name}_a` }), aRelation({ name: `${name}_b` })],
      });
    const both = ['old', 'new'].map(pair);
    const seen = new Set<string>();
    let changing = true;
    const askers = Array.from({ length: 8 }, async () => {
      while (changing) {
        const answers = await Promise.all(both.map((question) => point.decide(question)));
        for (const answer of answers) {
          expect(answer.effect === 'permit' ? answer.rules.length : answer.denied.length).toBe(2);
          seen.add(`${answer.policy.sha256} ${answer.effect}`);
        }
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
    for (let change = 0; change < 40; change++) {
      await write(rules(change % 2 === 0 ? 'new' : 'old'));
      await point.reload();
    }
    changing = false;
    await Promise.all(askers);
    expect(seen.size).toBe(4);
    expect((await point.decide(pair('old'))).policy.generation).toBe(41);
  });

  test('a policy that does not load changes nothing', async () => {
    const { point, write } = await reloadable();
    const before = point.version('orders');
    await write('p, r, orders, public.t, selct, allow');
    await expect(point.reload()).rejects.toMatchObject({ code: 'POLICY_UNAVAILABLE' });
    expect(point.version('orders')).toBe(before);
    expect(
      (await point.decide(aQuestion(aPrincipal('zoe', 'r'), { relations: [aRelation({ name: 'old_a' })] }))).policy
        .generation,
    ).toBe(1);
  });
});

describe('remembering', () => {
  test('a verdict from a small cache is the verdict of a large one', async () => {
    const text = Array.from(
      { length: 200 },
      (_, index) => `p, r${index % 20}, orders, public.t${index}, select, ${index % 3 === 0 ? 'deny' : 'allow'}`,
    ).join('\n');
    const directory = await policyDirectory({ 'orders.csv': text });
    const settings = {
      source: { kind: 'files', directory, byDatabase: {} },
      databases: [{ id: 'orders', legacyWrites: false }],
    } as const;
    const points = await Promise.all([
      createCasbinDecisionPoint({ ...settings, cacheBytes: 1 }),
      createCasbinDecisionPoint(settings),
    ]);
    for (let call = 0; call < 1500; call++) {
      const question = aQuestion(aPrincipal('zoe', `r${call % 20}`, `r${(call * 7) % 20}`), {
        relations: [aRelation({ name: `t${(call * 13) % 200}` })],
      });
      const [small, large] = await Promise.all(points.map((point) => point.decide(question)));
      expect(small?.effect).toBe(large?.effect);
      expect(small?.rules).toEqual(large?.rules);
    }
  });
});

describe('the built-in policy of old flags', () => {
  const settings = (legacyWrites: boolean, principal?: string): DecisionPointSettings => ({
    source: { kind: 'builtin-local-read', ...(principal === undefined ? {} : { principal }) },
    databases: [{ id: 'default', legacyWrites }],
  });

  test('the local principal reads everything the read-only rules allow, and nobody else anything', async () => {
    const point = await createCasbinDecisionPoint(settings(false, 'local'));
    const relations = [
      aRelation(),
      aRelation({ kind: 'foreign', name: 'far' }),
      aRelation({ schema: 'pg_catalog', name: 'pg_class', system: true }),
    ];
    const ask = (id: string) =>
      aQuestion(aPrincipal(id), {
        database: { id: 'default' },
        relations,
        functions: [aFunction(), aFunction({ class: 'describer_all', schema: 'pg_catalog' })],
      });
    expect((await point.decide(ask('local'))).effect).toBe('permit');
    expect((await point.decide(ask('other'))).effect).toBe('deny');
    expect([
      point.mayUse(aPrincipal('local'), 'default'),
      point.mayUse(aPrincipal('other'), 'default'),
      point.mayWrite(aPrincipal('local'), 'default'),
    ]).toEqual([true, false, false]);
  });

  test('secrets and forbidden functions stay shut to it, writes too unless the old flags gave them', async () => {
    const point = await createCasbinDecisionPoint(settings(false, 'local'));
    const secret = [
      aRelation({
        schema: 'pg_catalog',
        name: 'pg_authid',
        system: true,
        allColumns: ['rolpassword'],
        columns: ['rolpassword'],
      }),
    ];
    expect(
      (await point.decide(aQuestion(aPrincipal('local'), { database: { id: 'default' }, relations: secret }))).effect,
    ).toBe('deny');
    const sleep = [aFunction({ schema: 'pg_catalog', name: 'pg_sleep', class: 'forbidden' })];
    expect(
      (await point.decide(aQuestion(aPrincipal('local'), { database: { id: 'default' }, functions: sleep }))).effect,
    ).toBe('deny');
    expect(point.mayWrite(aPrincipal('local'), 'default')).toBe(false);
    expect((await createCasbinDecisionPoint(settings(true, 'local'))).mayWrite(aPrincipal('local'), 'default')).toBe(
      true,
    );
  });
});
