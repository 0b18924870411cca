/** Relations and columns before the rules. */

import { describe, expect, test } from 'vitest';
import type { Decision } from '../../src/policy/permit.ts';
import { type Asked, aPrincipal, aQuestion, aRelation, inForce } from './support.ts';

const policy = `
p, analyst, orders, public.orders,          select, allow
p, analyst, orders, public.customers,       select, allow
p, analyst, orders, public.customers.email, select, deny
p, clerk,   orders, public.customers.name,  select, allow
p, intern,  orders, public.customers.phone, select, deny
p, auditor, orders, sales.*,                select, allow
p, chief,   orders, *,                      select, allow
p, tester,  orders, public.customers,       explain, allow
p, loader,  orders, public.customers.name,  insert, allow
p, sweeper, orders, public.customers,       delete, allow
p, nobody,  orders, public.other,           select, allow
g, alice,   analyst, orders
`;

async function ask(roles: readonly string[], asked: Asked, rules = policy): Promise<Decision> {
  return (await inForce(rules)).decide(aQuestion(aPrincipal('zoe', ...roles), asked));
}

describe('a relation is read column by column', () => {
  test('a rule on a relation covers its columns, and the permit names it', async () => {
    const decision = await ask(['analyst'], { relations: [aRelation({ columns: ['id', 'name'] })] });
    expect(decision).toMatchObject({ effect: 'permit', denied: [] });
    expect(decision.rules).toEqual(['p, analyst, orders, public.customers,       select, allow']);
  });

  test('a denied column looks like a missing one, as the caller wrote it', async () => {
    const decision = await ask(['analyst'], { relations: [aRelation({ columns: ['id', 'email'] })] });
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

  test.each([
    'analyst',
    'role:analyst',
    'user:alice',
    'chief',
    '*',
    '',
    'alice,analyst',
    'alice\nanalyst',
    'ALICE',
    'alice ',
  ])('the principal %j gets nothing from a role or a user of a like name', async (id) => {
    const point = await inForce(policy);
    expect(point.mayUse(aPrincipal(id), 'orders')).toBe(false);
    const effect = point
      .decide(aQuestion(aPrincipal(id), { relations: [aRelation()] }))
      .then((decision) => decision.effect);
    await expect(effect.catch((error: { code: string }) => error.code)).resolves.toMatch(/^(deny|PRINCIPAL_UNKNOWN)$/);
  });

  test.each(['*', 'user:alice', 'analyst,chief', ''])(
    'a role of a token called %j is no subject of any rule',
    async (role) => {
      expect((await ask([role], { relations: [aRelation()] })).effect).toBe('deny');
    },
  );

  test('a relation the caller may do nothing with looks like a missing one, whatever its columns', async () => {
    for (const columns of [['id'], []]) {
      const { denied } = await ask(['nobody'], { relations: [aRelation({ columns })] });
      expect(denied).toEqual([
        { code: 'NAME_NOT_AVAILABLE', kind: 'relation', resource: 'customers', action: 'select', position: 40 },
      ]);
    }
  });

  test('a star over a denied column tells which columns may be named, and not the denied one', async () => {
    const star = ['id', 'name', 'email', 'phone'].map((name, index) => ({
      name,
      attnum: index + 1,
      position: 8,
      outputs: [index],
      otherUse: false,
    }));
    const { denied } = await ask(['analyst'], { relations: [aRelation({ columns: star })] });
    expect(denied).toEqual([
      {
        code: 'POLICY_DENIED',
        kind: 'column',
        resource: 'all columns of customers',
        action: 'select',
        position: 8,
        hint: 'Name the columns; permitted to you: id, name, phone.',
      },
    ]);
  });

  test('count(*) needs one readable column, any one', async () => {
    expect((await ask(['clerk'], { relations: [aRelation({ columns: [] })] })).effect).toBe('permit');
    const denyAll = ['id', 'name', 'email', 'phone']
      .map((column) => `p, analyst, orders, public.customers.${column}, select, deny`)
      .join('\n');
    expect((await ask(['analyst'], { relations: [aRelation({ columns: [] })] }, `${policy}\n${denyAll}`)).effect).toBe(
      'deny',
    );
  });

  test('a system column needs select on the relation, not on some columns', async () => {
    expect((await ask(['analyst'], { relations: [aRelation({ columns: ['ctid'] })] })).effect).toBe('permit');
    expect((await ask(['clerk'], { relations: [aRelation({ columns: ['ctid'] })] })).effect).toBe('deny');
    expect(
      (
        await ask(
          ['analyst'],
          { relations: [aRelation({ columns: ['ctid'] })] },
          `${policy}\np, analyst, orders, public.customers.ctid, select, deny`,
        )
      ).effect,
    ).toBe('deny');
  });

  test('schema.* reaches its schema alone, * everything outside the system schemas', async () => {
    const invoices = aRelation({ schema: 'sales', name: 'invoices' });
    const catalog = aRelation({
      schema: 'pg_catalog',
      name: 'pg_class',
      system: true,
      allColumns: ['oid', 'relname'],
      columns: ['relname'],
    });
    const toast = aRelation({
      schema: 'pg_toast',
      name: 'pg_toast_1',
      system: true,
      allColumns: ['chunk_data'],
      columns: ['chunk_data'],
    });
    expect((await ask(['auditor'], { relations: [invoices] })).effect).toBe('permit');
    expect((await ask(['auditor'], { relations: [aRelation()] })).effect).toBe('deny');
    expect((await ask(['chief'], { relations: [invoices, aRelation()] })).effect).toBe('permit');
    expect((await ask(['chief'], { relations: [catalog] })).effect).toBe('deny');
    expect((await ask(['chief'], { relations: [toast] })).effect).toBe('deny');
  });

  test('names are compared exactly: case, dots and commas inside quotes count', async () => {
    const rules = 'p, r, orders, "Sales.EU"."a, b"."c""d", select, allow\np, r, orders, Public.Orders, select, allow';
    const odd = { schema: 'Sales.EU', name: 'a, b', allColumns: ['c"d', 'e'] };
    expect((await ask(['r'], { relations: [aRelation({ ...odd, columns: ['c"d'] })] }, rules)).effect).toBe('permit');
    expect((await ask(['r'], { relations: [aRelation({ ...odd, columns: ['e'] })] }, rules)).effect).toBe('deny');
    expect(
      (await ask(['r'], { relations: [aRelation({ schema: 'Sales', name: 'EU', columns: ['id'] })] }, rules)).effect,
    ).toBe('deny');
    expect((await ask(['r'], { relations: [aRelation({ schema: 'public', name: 'orders' })] }, rules)).effect).toBe(
      'permit',
    );
    expect((await ask(['r'], { relations: [aRelation({ schema: 'public', name: 'Orders' })] }, rules)).effect).toBe(
      'deny',
    );
  });
});

describe('views and foreign tables', () => {
  const view = (changes: Parameters<typeof aRelation>[0]) =>
    aRelation({ name: 'contacts', kind: 'view', allColumns: ['a'], columns: ['a'], ...changes });
  const behindEmail = [{ schema: 'public', name: 'customers', columns: ['id', 'email'] }];
  const rules = `${policy}\np, reader, orders, public.contacts, select, allow\np, chief, orders, hr.staff.salary, select, deny\nmask, chief, orders, hr.staff.iban, full`;

  test('a view is its own resource: what stands behind it needs no rule', async () => {
    expect((await ask(['reader'], { relations: [view({ behind: behindEmail })] }, rules)).effect).toBe('permit');
    expect((await ask(['clerk'], { relations: [view({ behind: behindEmail })] }, rules)).effect).toBe('deny');
  });

  test('a view whose definition calls a forbidden function is refused like the function', async () => {
    const { denied } = await ask(
      ['reader'],
      { relations: [view({ forbiddenBehind: ['pg_catalog.pg_sleep'] })] },
      rules,
    );
    expect(denied).toMatchObject([{ code: 'FUNCTION_FORBIDDEN', resource: 'contacts' }]);
  });

  test.each([
    ['a denied column', [{ schema: 'hr', name: 'staff', columns: ['salary'] }]],
    ['a masked column', [{ schema: 'hr', name: 'staff', columns: ['iban'] }]],
    ['a secret', [{ schema: 'pg_catalog', name: 'pg_authid', columns: ['rolpassword'] }]],
  ])(
    'a wildcard does not open a view behind which %s is reachable; a rule that names it does',
    async (_what, behind) => {
      const relations = [view({ behind })];
      const { denied } = await ask(['chief'], { relations }, rules);
      expect(denied).toMatchObject([
        { code: 'POLICY_DENIED', hint: 'This view is opened only by a rule that names it.' },
      ]);
      expect((await ask(['chief', 'reader'], { relations }, rules)).effect).toBe('permit');
    },
  );

  test.each([
    ['a foreign table', { kind: 'foreign' }],
    ['a view of an extension', { kind: 'view', extension: 'postgis' }],
  ] as const)('%s needs a rule that names it', async (_what, changes) => {
    expect((await ask(['chief'], { relations: [view(changes)] }, rules)).effect).toBe('deny');
    expect((await ask(['reader'], { relations: [view(changes)] }, rules)).effect).toBe('permit');
  });

  test('a wildcard that denies reaches what a wildcard does not open', async () => {
    const denied = `${rules}\np, reader, orders, public.*, select, deny`;
    expect((await ask(['reader'], { relations: [view({ kind: 'foreign' })] }, denied)).effect).toBe('deny');
  });

  test('pg_stat_statements comes with @statistics, in whatever schema it was installed', async () => {
    const statements = aRelation({
      schema: 'monitoring',
      name: 'pg_stat_statements',
      kind: 'view',
      extension: 'pg_stat_statements',
      allColumns: ['query'],
      columns: ['query'],
    });
    const imitation = aRelation({
      schema: 'monitoring',
      name: 'pg_stat_statements',
      kind: 'view',
      allColumns: ['query'],
      columns: ['query'],
    });
    const statistics = 'p, dba, orders, @statistics, select, allow';
    expect((await ask(['dba'], { relations: [statements] }, statistics)).effect).toBe('permit');
    expect((await ask(['dba'], { relations: [imitation] }, statistics)).effect).toBe('deny');
  });

  test('explaining a view needs everything behind it, and the refusal does not say what that is', async () => {
    const statement = { kind: 'EXPLAIN', tree: { ExplainStmt: {} } };
    const relations = [view({ behind: [{ schema: 'public', name: 'customers', columns: ['id', 'email'] }] })];
    expect((await ask(['reader', 'chief'], { relations, statement }, rules)).effect).toBe('permit');
    const { denied } = await ask(['reader', 'analyst'], { relations, statement }, rules);
    expect(denied).toMatchObject([{ code: 'POLICY_DENIED', action: 'explain', resource: 'contacts' }]);
    expect(JSON.stringify(denied)).not.toMatch(/email|customers/);
  });
});

describe('actions', () => {
  test('select includes explaining; an explain rule gives plans and no rows, not even by ANALYZE', async () => {
    const relations = [aRelation()];
    const explain = { kind: 'EXPLAIN', tree: { ExplainStmt: {} } };
    const analyze = { kind: 'EXPLAIN', tree: { ExplainStmt: { options: [{ DefElem: { defname: 'analyze' } }] } } };
    expect((await ask(['analyst'], { relations, statement: explain })).effect).toBe('permit');
    expect((await ask(['tester'], { relations, statement: explain })).effect).toBe('permit');
    expect((await ask(['tester'], { relations, statement: analyze })).effect).toBe('deny');
    expect((await ask(['tester'], { relations, request: { action: 'explain' } })).effect).toBe('permit');
    expect((await ask(['tester'], { relations })).effect).toBe('deny');
  });

  test('writes are judged by their own action, per column where they have columns', async () => {
    const writable = {
      database: { readonly: false },
      request: { intent: 'write' },
      statement: { class: 'write', kind: 'INSERT' },
    } as const;
    const insert = (...columns: string[]) => ({ ...writable, relations: [aRelation({ action: 'insert', columns })] });
    expect((await ask(['loader'], insert('name'))).effect).toBe('permit');
    expect((await ask(['loader'], insert('name', 'id'))).effect).toBe('deny');
    expect((await ask(['analyst'], insert('name'))).denied).toMatchObject([
      { code: 'POLICY_DENIED', action: 'insert', resource: 'name' },
    ]);
    expect(
      (await ask(['sweeper'], { ...writable, relations: [aRelation({ action: 'delete', columns: [] })] })).effect,
    ).toBe('permit');
    expect(
      (await ask(['sweeper'], { ...writable, relations: [aRelation({ action: 'truncate', columns: [] })] })).effect,
    ).toBe('deny');
    expect(
      (
        await ask(['sweeper'], {
          ...writable,
          relations: [aRelation({ action: 'delete', columns: [] }), aRelation({ columns: ['id'] })],
        })
      ).denied,
    ).toMatchObject([{ kind: 'column' }]);
  });

  test('a read-only database takes no write, whatever a rule says', async () => {
    const { denied } = await ask(['sweeper'], { relations: [aRelation({ action: 'delete', columns: [] })] });
    expect(denied).toMatchObject([{ code: 'POLICY_DENIED', action: 'delete', hint: 'The database is read-only.' }]);
  });

  test('a column that may be written and not read is spoken of, not hidden', async () => {
    const { denied } = await ask(['loader'], { relations: [aRelation({ columns: ['name'] })] });
    expect(denied).toMatchObject([{ code: 'POLICY_DENIED', kind: 'column', resource: 'name', action: 'select' }]);
  });

  test('a class of statement no rule speaks of is denied', async () => {
    expect((await ask(['chief'], { statement: { class: 'ddl', kind: 'CREATE TABLE' } })).effect).toBe('deny');
    expect((await ask(['chief'], { statement: { class: 'role', kind: 'GRANT' } })).effect).toBe('deny');
  });
});
