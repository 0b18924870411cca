/** Functions before the rules, by their class. */

import { describe, expect, test } from 'vitest';
import type { FunctionClass } from '../../src/sql/access.ts';
import { type Asked, aFunction, aPrincipal, aQuestion, inForce } from './support.ts';

const policy = `
p, reader, orders, *,                                    select, allow
p, all,    orders, **,                                   select, allow
p, looker, orders, @introspection,                       select, allow
p, dba,    orders, @statistics,                          select, allow
p, caller, orders, public.monthly_total(),               call,   allow
p, exact,  orders, public.monthly_total(int, text[]),    call,   allow
p, named,  orders, pg_catalog.pg_get_viewdef(),          call,   allow
p, sleepy, orders, pg_catalog.pg_sleep(),                call,   allow
p, limits, orders, public.monthly_total(bigint),         call,   deny
p, mute,   orders, **,                                   call,   deny
`;
const decide = async (roles: string[], asked: Asked) =>
  (await inForce(policy)).decide(aQuestion(aPrincipal('zoe', ...roles), asked));
const effect = async (roles: string[], changes: Parameters<typeof aFunction>[0]) =>
  (await decide(roles, { functions: [aFunction(changes)] })).effect;

const builtIn = (name: string, kind: FunctionClass) => ({ schema: 'pg_catalog', name, class: kind });

describe('functions', () => {
  test('a pure function needs no rule', async () => {
    expect(await decide(['reader'], { functions: [aFunction(builtIn('lower', 'pure'))] })).toMatchObject({
      effect: 'permit',
      rules: ['system:expression'],
    });
  });

  test.each(['reader', 'all'])('select on everything gives %s no user function', async (role) => {
    expect(await effect([role], {})).toBe('deny');
  });

  test('a user function without a rule looks like a missing one', async () => {
    const { denied } = await decide(['reader'], { functions: [aFunction({ written: 'Monthly_Total' })] });
    expect(denied).toEqual([
      { code: 'NAME_NOT_AVAILABLE', kind: 'function', resource: 'Monthly_Total', action: 'call', position: 8 },
    ]);
  });

  test('a call rule without types gives all overloads, one with types that overload', async () => {
    expect(await effect(['caller'], { args: ['bigint'] })).toBe('permit');
    expect(await effect(['exact'], { args: ['integer', 'text[]'] })).toBe('permit');
    expect(await effect(['exact'], { args: ['integer', 'text'] })).toBe('deny');
    expect(await effect(['caller', 'limits'], { args: ['bigint'] })).toBe('deny');
    expect(await effect(['caller', 'limits'], { args: ['integer'] })).toBe('permit');
  });

  test('describers come with @introspection, those that show anything with select on **', async () => {
    expect(await effect(['looker'], builtIn('format_type', 'describer'))).toBe('permit');
    expect(await effect(['looker'], builtIn('pg_get_viewdef', 'describer_all'))).toBe('deny');
    expect(await effect(['all'], builtIn('pg_get_viewdef', 'describer_all'))).toBe('permit');
    expect(await effect(['named'], builtIn('pg_get_viewdef', 'describer_all'))).toBe('permit');
    expect(await effect(['reader'], builtIn('format_type', 'describer'))).toBe('deny');
    expect(await effect(['dba'], builtIn('pg_stat_get_activity', 'statistics'))).toBe('permit');
    expect(await effect(['looker'], builtIn('pg_stat_get_activity', 'statistics'))).toBe('deny');
  });

  test('a function that no rule can permit is forbidden, with its reason', async () => {
    const sleep = aFunction({ ...builtIn('pg_sleep', 'forbidden'), reason: 'waits' });
    for (const role of ['all', 'sleepy'])
      expect((await decide([role], { functions: [sleep] })).denied).toMatchObject([
        { code: 'FUNCTION_FORBIDDEN', hint: 'waits' },
      ]);
  });

  test('where the call may write, a rule that names such a function permits it, and a wildcard does not', async () => {
    const writing = {
      database: { readonly: false },
      request: { intent: 'write' },
      statement: { class: 'write', kind: 'INSERT' },
    } as const;
    const functions = [aFunction(builtIn('pg_sleep', 'forbidden'))];
    expect((await decide(['sleepy'], { ...writing, functions })).effect).toBe('permit');
    expect((await decide(['all'], { ...writing, functions })).effect).toBe('deny');
    expect((await decide(['sleepy'], { ...writing, functions, request: { intent: 'read' } })).effect).toBe('deny');
  });

  test('a deny reaches functions that need no rule', async () => {
    expect(await effect(['reader', 'mute'], builtIn('lower', 'pure'))).toBe('deny');
    expect(await effect(['all', 'mute'], builtIn('pg_get_viewdef', 'describer_all'))).toBe('deny');
    expect(await effect(['caller', 'mute'], {})).toBe('deny');
  });
});
