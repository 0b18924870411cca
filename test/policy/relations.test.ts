/** Relations and columns before the rules. */

import { describe, expect, test } from 'vitest';
import { aPrincipal, aQuestion, aRelation, inForce } from './support.ts';

const policy = `
p, analyst, orders, public.orders,          select, allow
p, analyst, orders, public.customers,       select, allow
p, analyst, orders, public.customers.email, select, deny
p, clerk,   orders, public.customers.name,  select, allow
p, intern,  orders, public.customers.phone, select, deny
p, auditor, orders, sales.*,                select, allow
p, chief,   orders, *,                      select, allow
g, alice,   analyst, orders
`;

describe('a relation is read column by column', () => {
  test('a rule on a relation covers its columns, and the permit names it', async () => {
    const point = await inForce(policy);
    const decision = await point.decide(
      aQuestion(aPrincipal('alice'), { relations: [aRelation({ columns: ['id', 'name'] })] }),
    );
    expect(decision).toMatchObject({ effect: 'permit', denied: [] });
    expect(decision.rules).toEqual(['p, analyst, orders, public.customers,       select, allow']);
  });

  test('a denied column looks like a missing one, as the caller wrote it', async () => {
    const point = await inForce(policy);
    const decision = await point.decide(
      aQuestion(aPrincipal('alice'), { relations: [aRelation({ columns: ['id', 'email'] })] }),
    );
    expect(decision.effect).toBe('deny');
    expect(decision.denied).toEqual([
      { code: 'NAME_NOT_AVAILABLE', kind: 'column', resource: 'email', action: 'select', position: 9 },
    ]);
  });

  test('a deny for one of several roles wins, wherever the roles come from', async () => {
    const point = await inForce(policy);
    const reads = (...roles: string[]) =>
      point.decide(aQuestion(aPrincipal('alice', ...roles), { relations: [aRelation({ columns: ['phone'] })] }));
    expect((await reads()).effect).toBe('permit');
    expect((await reads('intern')).effect).toBe('deny');
    expect((await reads('chief', 'intern')).effect).toBe('deny');
  });

  test('a principal named like a role, or like a subject, gets nothing from it', async () => {
    const point = await inForce(policy);
    for (const id of ['analyst', 'role:analyst', 'user:alice', 'chief', 'alice\u0000', 'ALICE']) {
      expect(point.mayUse(aPrincipal(id), 'orders'), id).toBe(false);
      const decided = point
        .decide(aQuestion(aPrincipal(id), { relations: [aRelation()] }))
        .then(({ effect }) => effect);
      await expect(
        decided.catch((error: { code: string }) => error.code),
        id,
      ).resolves.toMatch(/^(deny|PRINCIPAL_UNKNOWN)$/);
    }
  });
});
