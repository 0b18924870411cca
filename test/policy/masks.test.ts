/** Masks and limits: what must also be done, or else the call is refused. */

import { describe, expect, test } from 'vitest';
import { fixedStatements } from '../../src/catalog/fixed-statements.ts';
import { systemPrincipal } from '../../src/model/principal.ts';
import type { ColumnUse } from '../../src/sql/access.ts';
import { type Asked, aPrincipal, aQuestion, aRelation, inForce } from './support.ts';

const policy = `
p,     analyst, orders, *,                      select, allow
mask,  analyst, orders, public.customers.phone, partial
mask,  auditor, orders, public.customers.phone, full
mask,  clerk,   orders, public.customers.phone, hash
limit, analyst, orders, rows,  500
limit, *,       orders, rows,  800
limit, auditor, orders, bytes, 64KiB
limit, auditor, orders, time,  5s
`;

const phone = (changes: Partial<ColumnUse> = {}): ColumnUse => ({
  name: 'phone',
  attnum: 4,
  position: 8,
  outputs: [1],
  otherUse: false,
  written: 'phone',
  ...changes,
});
const origin = { oid: 16_384, attnum: 4, schema: 'public', relation: 'customers', column: 'phone' };
const output = [{ name: 'id' }, { name: 'phone', origin }];

async function decide(roles: string[], use: ColumnUse, asked: Asked = { access: { output } }) {
  return (await inForce(policy)).decide(
    aQuestion(aPrincipal('zoe', 'analyst', ...roles), { relations: [aRelation({ columns: ['id', use] })], ...asked }),
  );
}

describe('masks', () => {
  test('a masked column passed unchanged to the top is permitted with its mask', async () => {
    const decision = await decide([], phone());
    expect(decision).toMatchObject({
      effect: 'permit',
      obligations: { masks: [{ column: 'public.customers.phone', kind: 'partial', outputs: [1] }] },
    });
  });

  test('of several masks the one that tells least is taken', async () => {
    expect((await decide(['clerk'], phone())).obligations.masks).toMatchObject([{ kind: 'hash' }]);
    expect((await decide(['clerk', 'auditor'], phone())).obligations.masks).toMatchObject([{ kind: 'full' }]);
  });

  test.each([
    ['used in a filter as well', phone({ otherUse: true }), output],
    ['not put out at all', phone({ outputs: [], otherUse: true }), output],
    ['nowhere to be seen', phone({ outputs: [] }), output],
    ['without a confirmed origin', phone(), [{ name: 'id' }, { name: 'phone' }]],
    ['of another column’s origin', phone(), [{ name: 'id' }, { name: 'phone', origin: { ...origin, attnum: 3 } }]],
    ['of another table’s origin', phone(), [{ name: 'id' }, { name: 'phone', origin: { ...origin, oid: 1 } }]],
    ['in a result that cannot be predicted', phone(), undefined],
  ])('a masked column %s is denied, with a hint', async (_how, use, shape) => {
    const decision = await decide([], use, { access: { output: shape } });
    expect(decision.effect).toBe('deny');
    expect(decision.denied).toMatchObject([{ code: 'POLICY_DENIED', kind: 'column', resource: 'phone' }]);
    expect(decision.denied[0]?.hint).toContain('outermost select list');
    expect(decision.obligations.masks).toEqual([]);
  });

  test('every output that comes from the column is masked, also one the reading did not count', async () => {
    const twice = [...output, { name: 'phone_2', origin }];
    expect((await decide([], phone(), { access: { output: twice } })).obligations.masks).toMatchObject([
      { outputs: [1, 2] },
    ]);
  });

  test('a plan holds no values, so a bare masked column may be explained; a filter on it may not', async () => {
    const statement = { kind: 'EXPLAIN', tree: { ExplainStmt: {} } };
    expect((await decide([], phone(), { statement })).effect).toBe('permit');
    expect((await decide([], phone({ otherUse: true }), { statement })).effect).toBe('deny');
  });
});

describe('limits', () => {
  test('the tightest of the database, the caller’s subjects and the call wins', async () => {
    expect((await decide([], phone())).obligations.limits).toEqual({
      maxRows: 500,
      maxBytes: 1_048_576,
      statementTimeout: 30_000,
    });
    expect((await decide(['auditor'], phone())).obligations.limits).toEqual({
      maxRows: 500,
      maxBytes: 65_536,
      statementTimeout: 5000,
    });
    const wish = { access: { output }, request: { limits: { maxRows: 10, maxBytes: 10_000_000 } } };
    expect((await decide([], phone(), wish)).obligations.limits).toEqual({
      maxRows: 10,
      maxBytes: 1_048_576,
      statementTimeout: 30_000,
    });
    const small = {
      access: { output },
      database: { limits: { ...aQuestion(aPrincipal('x'), {}).database.limits, maxRows: 5 } },
    };
    expect((await decide([], phone(), small)).obligations.limits.maxRows).toBe(5);
  });

  test('the broker’s own texts keep their own limits, however tight those of the database are', async () => {
    const tiny = { limits: { ...aQuestion(aPrincipal('x'), {}).database.limits, maxRows: 1, maxBytes: 10 } };
    const { obligations } = await (await inForce(policy)).decide(
      aQuestion(systemPrincipal, { database: tiny, statement: { fixed: 'catalog_relations' } }),
    );
    expect(obligations.limits).toEqual(fixedStatements.catalog_relations.limits);
  });
});
