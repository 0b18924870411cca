/** The lists of built-in functions, held against the catalogs of real servers. */

import { existsSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { classifyFunction, type FunctionIdentity, isReviewed, reviewedNames } from '../../src/sql/functions.ts';
import { type Cluster, startCluster } from '../support/cluster.ts';
import { testDatabase } from '../support/postgres.ts';

const everySystemFunction = `
  SELECT n.nspname AS schema, p.proname AS name, l.lanname AS language, p.prosecdef AS "securityDefiner", p.prokind AS kind,
    ARRAY(SELECT format_type(a, NULL) FROM unnest(p.proargtypes) WITH ORDINALITY AS u(a, o) ORDER BY o)::text[] AS args,
    (SELECT e.extname FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
      WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e') AS extension
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
  WHERE n.nspname IN ('pg_catalog', 'information_schema') ORDER BY 1, 2`;

const builtIn = (name: string, ...args: string[]): FunctionIdentity => ({
  schema: 'pg_catalog',
  name,
  args,
  language: 'internal',
  securityDefiner: false,
});
const classOf = (name: string, ...args: string[]) => classifyFunction(builtIn(name, ...args)).class;

const everyName = new Set<string>();
async function systemFunctions(client: pg.Client): Promise<FunctionIdentity[]> {
  const { rows } = await client.query(everySystemFunction);
  for (const row of rows) everyName.add(`${row.schema}.${row.name}`);
  return rows.map(({ extension, ...row }) => (extension === null ? row : { ...row, extension }));
}

const unreviewed = (functions: readonly FunctionIdentity[]) =>
  functions.filter((f) => f.extension === undefined && !isReviewed(f)).map((f) => `${f.schema}.${f.name}(${f.args})`);

describe('PostgreSQL 18', () => {
  let functions: FunctionIdentity[];
  let db: Awaited<ReturnType<typeof testDatabase>>;
  beforeAll(async () => {
    db = await testDatabase();
    functions = await systemFunctions(await db.client());
  });
  afterAll(() => db.drop());

  test('every function of the system schemas is classified on purpose', () => {
    expect(functions.length).toBeGreaterThan(3000);
    expect(unreviewed(functions)).toEqual([]);
  });

  test('nothing that takes a value of the server itself is open to a query, but for the sampling methods', () => {
    const open = functions.filter((f) => f.args.includes('internal') && classifyFunction(f).class !== 'forbidden');
    expect(open.map((f) => f.name).sort()).toEqual(['bernoulli', 'system']);
  });

  test('volatile functions counted as pure are the harmless ones alone', async () => {
    const { rows } = await (await db.client()).query<{ name: string; args: string[] }>(
      `SELECT proname AS name, ARRAY(SELECT format_type(a, NULL) FROM unnest(proargtypes) AS u(a))::text[] AS args
         FROM pg_proc WHERE provolatile = 'v' AND pronamespace = 'pg_catalog'::regnamespace ORDER BY 1`,
    );
    const pure = rows.filter(({ name, args }) => classOf(name, ...args) === 'pure').map(({ name }) => name);
    expect([...new Set(pure)]).toEqual([
      'array_sample', 'array_shuffle', 'bernoulli', 'clock_timestamp', 'gen_random_uuid', 'pg_is_in_recovery', 'pg_jit_available',
      'pg_notification_queue_usage', 'random', 'random_normal', 'system', 'timeofday', 'uuidv4', 'uuidv7',
    ]); // biome-ignore format: one line a reader can compare
  });
});

const fifteen = '/usr/lib/postgresql/15';
describe.skipIf(!existsSync(`${fifteen}/bin/postgres`))('PostgreSQL 15 (skipped where its files are absent)', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ installation: fifteen });
  });
  afterAll(() => cluster.stop());

  test('every function of the system schemas is classified on purpose', async () => {
    const client = new pg.Client({
      host: cluster.host,
      port: cluster.port,
      user: cluster.superuser,
      password: cluster.password,
      database: 'postgres',
    });
    await client.connect();
    const functions = await systemFunctions(client);
    await client.end();
    expect(functions.length).toBeGreaterThan(3000);
    expect(unreviewed(functions)).toEqual([]);
    const listed = ['pg_catalog', 'information_schema'].flatMap((schema) =>
      reviewedNames(schema).map((name) => `${schema}.${name.replace(/\(.*/, '')}`),
    );
    expect(listed.filter((name) => !everyName.has(name))).toEqual([]); // no stale entry: 15 and 18 together know every name
  });
});

describe('a function of the system schemas', () => {
  test('that no list names is forbidden', () => {
    expect(classifyFunction(builtIn('pg_new_in_19', 'text'))).toEqual({
      class: 'forbidden',
      reason: 'is not on the reviewed list of built-in functions',
    });
    expect(classifyFunction({ ...builtIn('_pg_new_helper'), schema: 'information_schema' }).class).toBe('forbidden');
  });

  test.each([
    'query_to_xml',
    'pg_read_file',
    'pg_sleep',
    'set_config',
    'nextval',
    'pg_notify',
    'lo_get',
    'pg_advisory_lock',
    'txid_current',
    'pg_terminate_backend',
    'pg_hba_file_rules',
    'pg_restore_relation_stats',
    'pg_mcv_list_items',
    'setseed',
    'pg_logical_emit_message',
    'ts_stat',
    'pg_input_is_valid',
    'currtid2',
    'pg_export_snapshot',
    'dblink',
  ])('%s has no rule that could permit it', (name) => {
    expect(classOf(name, 'text')).toBe('forbidden');
  });

  test('overloads are told apart where they differ', () => {
    expect(classOf('ts_rewrite', 'tsquery', 'text')).toBe('forbidden');
    expect(classOf('ts_rewrite', 'tsquery', 'tsquery', 'tsquery')).toBe('pure');
    expect(classOf('has_table_privilege', 'text', 'text')).toBe('describer');
    expect(classOf('has_table_privilege', 'name', 'text', 'text')).toBe('describer_all');
  });

  test('containers read by a type that is a value are forbidden, by a type of the statement they are not', () => {
    expect(classOf('array_in', 'cstring', 'oid', 'integer')).toBe('forbidden');
    expect(classifyFunction(builtIn('array_in', 'cstring', 'oid', 'integer'), 'type_io').class).toBe('pure');
  });

  test.each([
    ['lower', 'pure'],
    ['random', 'pure'],
    ['count', 'pure'],
    ['row_number', 'pure'],
    ['jsonb_path_query', 'pure'],
    ['to_regclass', 'describer'],
    ['current_setting', 'describer'],
    ['pg_relation_size', 'describer'],
    ['regclassin', 'describer'],
    ['pg_get_viewdef', 'describer_all'],
    // what @introspection leaves shut in pg_trigger, pg_proc and pg_statistic_ext
    ['pg_get_triggerdef', 'describer_all'],
    ['pg_get_function_arguments', 'describer_all'],
    ['pg_get_function_arg_default', 'describer_all'],
    ['pg_get_statisticsobjdef', 'describer_all'],
    ['pg_get_statisticsobjdef_expressions', 'describer_all'],
    ['pg_get_function_identity_arguments', 'describer'],
    ['pg_show_all_settings', 'describer_all'],
    ['inet_server_addr', 'describer_all'],
    ['pg_stat_get_activity', 'statistics'],
    ['pg_lock_status', 'statistics'],
  ])('%s is %s', (name, expected) => {
    expect(classOf(name, 'text')).toBe(expected);
  });
});

describe('a function of an extension', () => {
  const member = (extension: string, name: string, more: Partial<FunctionIdentity> = {}) =>
    classifyFunction({ ...builtIn(name), schema: 'public', language: 'c', extension, ...more }).class;

  test.each([
    ['hstore', 'each', 'pure'],
    ['pg_trgm', 'similarity', 'pure'],
    ['pg_trgm', 'set_limit', 'forbidden'],
    ['tablefunc', 'crosstab', 'forbidden'],
    ['tablefunc', 'connectby', 'forbidden'],
    ['tablefunc', 'normal_rand', 'pure'],
    ['vector', 'l2_distance', 'pure'],
    ['postgis', 'st_area', 'pure'],
    ['postgis', 'st_estimatedextent', 'user'],
    ['postgis', 'addgeometrycolumn', 'forbidden'],
    ['postgis', 'lockrow', 'forbidden'],
    ['postgis', 'postgis_extensions_upgrade', 'forbidden'],
    ['postgis', 'find_srid', 'user'],
    ['postgis', '_postgis_stats', 'user'],
    ['dblink', 'dblink', 'forbidden'],
    ['xml2', 'xpath_table', 'forbidden'],
    ['pgcrypto', 'digest', 'user'],
    ['uuid-ossp', 'uuid_generate_v4', 'pure'],
    ['uuid-ossp', 'uuid_generate_v1', 'user'],
    ['pg_stat_statements', 'pg_stat_statements', 'statistics'],
    ['pg_stat_statements', 'pg_stat_statements_reset', 'forbidden'],
    ['constructor', 'anything', 'user'],
  ])('%s.%s is %s', (extension, name, expected) => {
    expect(member(extension, name)).toBe(expected);
  });

  test('is never pure when it runs with the rights of its owner or in a scripting language', () => {
    expect(member('hstore', 'each', { securityDefiner: true })).toBe('user');
    expect(member('hstore', 'each', { language: 'plpgsql' })).toBe('user');
  });

  test('is a user function when the catalog does not say it belongs to the extension', () => {
    expect(
      classifyFunction({
        schema: 'public',
        name: 'similarity',
        args: ['text', 'text'],
        language: 'c',
        securityDefiner: false,
      }).class,
    ).toBe('user');
  });
});

test('an extension installed for real has only members that a pattern was meant for', async () => {
  const db = await testDatabase();
  const admin = await db.client({ ...db.superuser, database: db.database });
  for (const name of [
    'hstore',
    'citext',
    'pg_trgm',
    'fuzzystrmatch',
    'unaccent',
    'ltree',
    'intarray',
    'cube',
    'earthdistance',
    'tablefunc',
    'btree_gist',
  ]) {
    const { rows } = await admin.query(`SELECT 1 FROM pg_available_extensions WHERE name = $1`, [name]);
    if (rows.length > 0) await admin.query(`CREATE EXTENSION ${name}`);
  }
  const { rows } = await admin.query<{ extension: string; name: string }>(
    `SELECT e.extname AS extension, p.proname AS name FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
       JOIN pg_proc p ON p.oid = d.objid WHERE d.classid = 'pg_proc'::regclass AND d.deptype = 'e' AND p.provolatile = 'v' ORDER BY 1, 2`,
  );
  const open = rows.filter(
    ({ extension, name }) =>
      classifyFunction({ schema: 'public', name, args: [], extension, language: 'c', securityDefiner: false }).class ===
      'pure',
  );
  expect(open.map(({ extension, name }) => `${extension}.${name}`)).toEqual(['tablefunc.normal_rand']);
  await db.drop();
});
