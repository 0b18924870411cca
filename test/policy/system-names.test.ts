/** The reviewed lists of system catalogs, held against a real server: every name exists, and nothing with a secret slipped in. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { secretRelations } from '../../src/policy/secrets.ts';
import { setEntries, setNames } from '../../src/policy/system-sets.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';

let server: TestDatabase;
let columns: ReadonlyMap<string, readonly string[]>;

beforeAll(async () => {
  server = await testDatabase();
  const client = await server.client();
  const { rows } = await client.query<{ name: string; columns: string[] }>(
    `SELECT n.nspname || '.' || c.relname AS name, array_agg(a.attname::text) AS columns
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
     WHERE n.nspname IN ('pg_catalog', 'information_schema') AND c.relkind IN ('r', 'v') AND a.attnum > 0 GROUP BY 1`,
  );
  columns = new Map(rows.map((row) => [row.name, row.columns]));
});
afterAll(() => server.drop());

test('every relation of a set, and every column it leaves shut, exists', () => {
  for (const { relation, except } of setNames.flatMap(setEntries)) {
    const real = columns.get(relation);
    expect(real, relation).toBeDefined();
    for (const column of except) expect(real, relation).toContain(column);
  }
});

test('every relation with a secret exists', () => {
  expect(secretRelations.filter((relation) => !columns.has(relation))).toEqual([]);
});

test('no set opens a column whose name speaks of passwords, connections, options, bodies or samples of values', () => {
  const telling =
    /passw|conninfo|options?$|^prosrc|sqlbody|definition|_vals$|bounds|missingval|^query$|statement$|stavalues|^data$|setconfig|useconfig|rolconfig/;
  const opened = setNames.flatMap((set) =>
    setEntries(set).flatMap(({ relation, except }) =>
      (columns.get(relation) ?? [])
        .filter((column) => telling.test(column) && !except.includes(column))
        .map((column) => `${set} ${relation}.${column}`),
    ),
  );
  expect(opened.sort()).toEqual([
    '@introspection information_schema.referential_constraints.match_option', // MATCH FULL and its like
    '@introspection information_schema.sequences.cycle_option',
    '@introspection information_schema.views.check_option', // WITH CHECK OPTION
    '@introspection pg_catalog.pg_attribute.attoptions', // storage parameters of a column
    '@introspection pg_catalog.pg_class.reloptions', // storage parameters, security_barrier
    '@introspection pg_catalog.pg_index.indoption', // ascending or descending
    '@introspection pg_catalog.pg_ts_dict.dictinitoption', // which stop words
    '@statistics pg_catalog.pg_stat_activity.query', // what the set is for
  ]);
});
