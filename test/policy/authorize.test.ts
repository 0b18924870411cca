/** The permit desk: cut only for a permit that names a rule, and a refusal says no more than the caller may know. */

import { describe, expect, test } from 'vitest';
import { authorize } from '../../src/policy/authorize.ts';
import type { DecisionPoint, Question } from '../../src/policy/decision-point.ts';
import { explain, explainToCaller } from '../../src/policy/explain.ts';
import { type Decision, openPermit } from '../../src/policy/permit.ts';
import type { Access } from '../../src/sql/access.ts';
import { nameNotAvailable } from '../../src/sql/name-not-available.ts';
import { sealStatement } from '../../src/sql/statement.ts';
import { type Asked, aPrincipal, aQuestion, aRelation, inForce } from './support.ts';

const policy =
  'p, analyst, orders, public.customers, select, allow\np, analyst, orders, public.customers.email, select, deny';

async function walk(asked: Asked, decisionPoint?: Pick<DecisionPoint, 'decide'>) {
  const point = decisionPoint === undefined ? await inForce(policy) : { ...(await inForce(policy)), ...decisionPoint };
  const { statement: contents, access } = aQuestion(aPrincipal('zoe', 'analyst'), {
    database: { contact: '#data' },
    ...asked,
  });
  const statement = sealStatement({ ...contents });
  const trail: { decision?: Decision } = {};
  const outcome = await authorize(point, statement, access, trail).then(
    (permit) => ({ permit, error: undefined }),
    (error: unknown) => ({ permit: undefined, error }),
  );
  return { ...outcome, trail, statement, access };
}

const answer = (changes: Partial<Decision>): Pick<DecisionPoint, 'decide'> => ({
  decide: async ({ database }: Question) => ({
    effect: 'permit',
    rules: [],
    denied: [],
    obligations: { limits: { ...database.limits }, masks: [] },
    policy: { sha256: '', model: '', generation: 1 },
    duration: 0,
    ...changes,
  }),
});

describe('a permit', () => {
  test('holds the statement it was asked about, and the decision', async () => {
    const { permit, statement, trail } = await walk({ relations: [aRelation()] });
    if (permit === undefined) throw new Error('refused');
    expect(openPermit(permit).statement).toBe(statement);
    expect(openPermit(permit).decision).toBe(trail.decision);
  });

  test.each([
    ['names no rule', answer({})],
    [
      'says permit and deny at once',
      answer({
        rules: ['r'],
        denied: [{ resource: 'x', action: 'select', position: 1, code: 'POLICY_DENIED', kind: 'relation' }],
      }),
    ],
    ['says deny and nothing else', answer({ effect: 'deny', rules: ['r'] })],
  ])('is not cut for an answer that %s (invariant 5)', async (_what, point) => {
    const { permit, error, trail } = await walk({ relations: [aRelation()] }, point);
    expect(permit).toBeUndefined();
    expect(error).toMatchObject({ code: 'POLICY_DENIED' });
    expect(trail.decision).toBeDefined();
  });

  test('is not cut when the decision point fails', async () => {
    const { error } = await walk(
      { relations: [aRelation()] },
      { decide: () => Promise.reject(new Error('secret detail')) },
    );
    expect(error).toMatchObject({ code: 'POLICY_UNAVAILABLE' });
    expect(String(error)).not.toContain('secret detail');
  });
});

describe('a refusal', () => {
  test.each([
    ['relation', { relations: [aRelation({ name: 'salaries', written: 'hr.salaries' })] }, 'hr.salaries', 40],
    ['column', { relations: [aRelation({ columns: ['id', 'email'] })] }, 'email', 9],
  ] as const)(
    'of a hidden %s is that of a missing one: code, text, hint and position',
    async (kind, asked, written, position) => {
      const { error } = await walk(asked);
      const missing = nameNotAvailable(written, kind, position, { contact: '#data' });
      expect({ ...Object(error), message: String(error) }).toEqual({ ...missing, message: String(missing) });
    },
  );

  test('is the first in the text', async () => {
    const { error } = await walk({
      relations: [aRelation({ name: 'b', position: 50 }), aRelation({ name: 'a', position: 20 })],
    });
    expect(error).toMatchObject({ message: 'a: no such relation, or not permitted to you', position: 20 });
  });
});

describe('an explanation', () => {
  const keys = ['class', 'statements', 'relations', 'functions', 'decision', 'code', 'rules', 'denied'];

  test('of a permit names relations, columns and rules, to callers too', async () => {
    const { statement, access, trail } = await walk({ relations: [aRelation({ columns: ['id', 'name'] })] });
    const walked = { statement, access, decision: trail.decision };
    expect(explainToCaller(walked)).toEqual(explain(walked));
    expect(Object.keys(explain(walked))).toEqual(keys);
    expect(explain(walked)).toMatchObject({
      class: 'read',
      statements: 1,
      relations: [{ schema: 'public', name: 'customers', kind: 'table', columns: ['id', 'name'], access: 'select' }],
      decision: 'permit',
      code: null,
      rules: ['p, analyst, orders, public.customers, select, allow'],
      denied: [],
    });
  });

  test('to a caller is the same for a hidden relation as for a missing one', async () => {
    const { statement, access, trail, error } = await walk({
      relations: [aRelation({ name: 'salaries', written: 'hr.salaries' }), aRelation({ columns: ['id'] })],
    });
    const missing = nameNotAvailable('hr.salaries', 'relation', 40, { contact: '#data' });
    const hidden = explainToCaller({
      statement,
      access,
      decision: trail.decision,
      ...(error === undefined ? {} : { error: asError(error) }),
    });
    expect(hidden).toEqual(explainToCaller({ statement, error: missing }));
    expect(Object.keys(hidden)).toEqual(keys);
    expect(hidden.relations).toEqual([
      { schema: null, name: 'hr.salaries', kind: null, columns: [], access: 'select' },
    ]);
  });

  test('to a caller expands no star and names no rule where it denies', async () => {
    const star: Access['relations'][number]['columns'] = ['id', 'email'].map((name, index) => ({
      name,
      attnum: index + 1,
      position: 8,
      outputs: [index],
      otherUse: false,
    }));
    const { statement, access, trail, error } = await walk({ relations: [aRelation({ columns: star })] });
    const walked = { statement, access, decision: trail.decision, error: asError(error) };
    expect(explainToCaller(walked)).toMatchObject({
      code: 'POLICY_DENIED',
      rules: [],
      relations: [{ schema: null, name: 'customers', kind: null, columns: [] }],
    });
    expect(JSON.stringify(explainToCaller(walked))).not.toContain('email');
    expect(JSON.stringify(explain(walked))).toContain('email');
  });
});

function asError(thrown: unknown) {
  if (thrown instanceof Error && 'code' in thrown) return thrown as Parameters<typeof explain>[0]['error'];
  throw new Error('not refused');
}
