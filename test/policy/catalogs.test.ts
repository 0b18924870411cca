/** System catalogs: the named sets, the secrets no rule opens, and the broker's own texts. */

import { describe, expect, test } from 'vitest';
import { systemPrincipal } from '../../src/model/principal.ts';
import { secretRelations } from '../../src/policy/secrets.ts';
import { setEntries } from '../../src/policy/system-sets.ts';
import { type Asked, aPrincipal, aQuestion, aRelation, inForce } from './support.ts';

const policy = `
p, looker, orders, @introspection,         select, allow
p, dba,    orders, @statistics,            select, allow
p, all,    orders, **,                     select, allow
p, most,   orders, **,                     select, allow
p, most,   orders, public.customers.email, select, deny
p, one,    orders, pg_catalog.pg_roles,    select, allow
p, data,   orders, *,                      select, allow
`;

const effect = async (role: string, asked: Asked) =>
  (await (await inForce(policy)).decide(aQuestion(aPrincipal('zoe', role), asked))).effect;
const catalog = (name: string, ...columns: string[]) => ({
  relations: [aRelation({ schema: 'pg_catalog', name, system: true, allColumns: ['oid', ...columns], columns })],
});

describe('system catalogs', () => {
  test('a set opens its catalogs, and leaves shut the columns that hold SQL or values', async () => {
    expect(await effect('looker', catalog('pg_class', 'relname'))).toBe('permit');
    expect(await effect('looker', catalog('pg_proc', 'proname'))).toBe('permit');
    expect(await effect('looker', catalog('pg_proc', 'prosrc'))).toBe('deny');
    expect(await effect('looker', catalog('pg_attribute', 'attmissingval'))).toBe('deny');
    expect(await effect('looker', catalog('pg_stat_activity', 'query'))).toBe('deny');
    expect(await effect('dba', catalog('pg_stat_activity', 'query'))).toBe('permit');
    expect(await effect('dba', catalog('pg_class', 'relname'))).toBe('deny');
  });

  test('* opens no catalog, ** and a rule that names it do', async () => {
    expect(await effect('data', catalog('pg_class', 'relname'))).toBe('deny');
    expect(await effect('all', catalog('pg_class', 'relname'))).toBe('permit');
    expect(await effect('one', catalog('pg_roles', 'rolname'))).toBe('permit');
    expect(await effect('one', catalog('pg_class', 'relname'))).toBe('deny');
  });

  test('a denied catalog is told by its name, for everybody knows that it exists', async () => {
    const point = await inForce(policy);
    const { denied } = await point.decide(aQuestion(aPrincipal('zoe', 'data'), catalog('pg_stat_activity', 'query')));
    expect(denied).toMatchObject([
      { code: 'POLICY_DENIED', resource: 'pg_catalog.pg_stat_activity.query', action: 'select' },
    ]);
  });

  test.each([
    ['pg_authid', 'rolpassword'],
    ['pg_shadow', 'passwd'],
    ['pg_user_mapping', 'umoptions'],
    ['pg_user_mappings', 'umoptions'],
    ['pg_subscription', 'subconninfo'],
    ['pg_hba_file_rules', 'address'],
    ['pg_file_settings', 'setting'],
    ['pg_largeobject', 'data'],
  ])('%s.%s is refused even under **', async (relation, column) => {
    expect(await effect('all', catalog(relation, column))).toBe('deny');
  });

  test('other columns of a catalog with secrets follow the rules', async () => {
    expect(await effect('all', catalog('pg_authid', 'rolname'))).toBe('permit');
    expect(await effect('all', catalog('pg_subscription', 'subname'))).toBe('permit');
  });

  test.each([
    ['pg_catalog', 'pg_statistic', 'stavalues1'],
    ['pg_catalog', 'pg_stats', 'most_common_vals'],
    ['pg_catalog', 'pg_stats_ext', 'most_common_vals'],
    ['pg_toast', 'pg_toast_16384', 'chunk_data'],
  ])('samples of values in %s.%s are for those from whom no column is kept', async (schema, name, column) => {
    const asked = { relations: [aRelation({ schema, name, system: true, allColumns: [column], columns: [column] })] };
    expect(await effect('all', asked)).toBe('permit');
    expect(await effect('most', asked)).toBe('deny');
    expect(await effect('dba', asked)).toBe('deny');
  });

  test('count(*) of a catalog that is secret throughout is refused', async () => {
    expect(
      await effect('all', {
        relations: [
          aRelation({
            schema: 'pg_catalog',
            name: 'pg_largeobject',
            system: true,
            allColumns: ['loid', 'pageno', 'data'],
            columns: [],
          }),
        ],
      }),
    ).toBe('deny');
  });

  test('every entry of a set has a reason, names a system relation, and opens no secret', () => {
    const entries = [...setEntries('@introspection'), ...setEntries('@statistics')];
    for (const { relation, reason } of entries) {
      expect(reason.length, relation).toBeGreaterThan(10);
      expect(relation).toMatch(/^(pg_catalog|information_schema)\.[a-z_]+$/);
    }
    expect(new Set(entries.map(({ relation }) => relation)).size).toBe(entries.length);
    const open = entries.filter(({ relation }) => secretRelations.includes(relation)).map(({ relation }) => relation);
    expect(open.sort()).toEqual([
      'pg_catalog.pg_attribute',
      'pg_catalog.pg_stat_wal_receiver',
      'pg_catalog.pg_stats',
      'pg_catalog.pg_stats_ext',
    ]);
  });
});

describe('settings', () => {
  test.each([
    ['data', 'TimeZone', 'permit'],
    ['data', 'data_directory', 'deny'],
    ['all', 'data_directory', 'permit'],
    ['all', 'primary_conninfo', 'deny'],
    ['all', 'all', 'deny'],
    ['data', 'app.tenant', 'deny'],
  ])('%s may show %s: %s', async (role, setting, expected) => {
    expect(await effect(role, { access: { settings: [setting] }, statement: { kind: 'SHOW' } })).toBe(expected);
  });
});

describe('the broker’s own texts', () => {
  const fixed = (name: string): Asked => ({ statement: { fixed: name } });

  test('the system principal reads catalogs by the rule system:catalog', async () => {
    const point = await inForce(policy);
    expect(await point.decide(aQuestion(systemPrincipal, fixed('catalog_relations')))).toMatchObject({
      effect: 'permit',
      rules: ['system:catalog'],
    });
  });

  test('nobody becomes the system principal by its name', async () => {
    const point = await inForce(policy);
    const forged = { ...systemPrincipal };
    expect((await point.decide(aQuestion(forged, fixed('catalog_relations')))).effect).toBe('deny');
    expect(point.mayUse(forged, 'orders')).toBe(false);
  });

  test('health is told to anyone of the database, an unknown fixed text to nobody', async () => {
    expect(await effect('data', fixed('server_info'))).toBe('permit');
    expect(await effect('data', fixed('catalog_functions'))).toBe('deny');
    expect(await effect('data', fixed('whatever'))).toBe('deny');
  });

  const described = (schema: string, name: string, columns = ['id', 'name', 'email']): Asked => ({
    request: { action: 'describe', target: name },
    statement: {
      fixed: 'describe_relation',
      parameters: { style: 'positional', values: [{ value: schema }, { value: name }] },
    },
    relations: [aRelation({ columns, allColumns: columns })],
  });

  test('a relation is described to who may read a column of it, and only that relation', async () => {
    expect(await effect('data', described('public', 'customers'))).toBe('permit');
    expect(await effect('looker', described('public', 'customers'))).toBe('deny');
    expect(await effect('most', described('public', 'customers', ['email']))).toBe('deny');
    expect(await effect('data', described('hr', 'customers'))).toBe('deny');
    expect(await effect('data', described('public', 'salaries'))).toBe('deny');
  });
});
