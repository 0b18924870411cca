/** The broker's own texts: each passes the gate, runs read-only for an ordinary role, and reads what the boot catalog says. */

import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BootName, bootCatalog } from '../../src/catalog/boot-catalog.ts';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { fixedStatements } from '../../src/catalog/fixed-statements.ts';
import { catalogOf, readAgainst } from '../sql/oracle/our-reading.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';

const seed = `
  CREATE TABLE parent (id int PRIMARY KEY, "Odd name" text UNIQUE);
  CREATE TABLE child (id int, parent_id int REFERENCES parent (id), amount numeric(8,2) DEFAULT 0 CHECK (amount >= 0));
  COMMENT ON TABLE child IS 'what belongs to a parent';
  COMMENT ON COLUMN child.amount IS 'in euro';
  CREATE INDEX child_parent ON child (parent_id, lower(id::text))`;

let database: TestDatabase;
let client: pg.Client;
let catalog: Catalog;

beforeAll(async () => {
  database = await testDatabase({ seed });
  client = await database.client();
  catalog = await catalogOf(client);
});
afterAll(() => database?.drop());

const names = Object.keys(bootCatalog).filter((name): name is BootName => name in bootCatalog);
const valuesFor = (text: string) => ['0', '4294967295'].filter((_, index) => text.includes(`$${index + 1}`));

describe.each(names)('%s', (name) => {
  const { text, limits } = fixedStatements[name];

  test('reads what the boot catalog says, and calls nothing forbidden', async () => {
    const access = await readAgainst(catalog, text);
    const relations = access.relations.map((one) => [
      one.name,
      one.columns
        .map((column) => column.name)
        .sort()
        .join(' '),
    ]);
    expect(Object.fromEntries(relations)).toEqual(bootCatalog[name].relations);
    const telling = access.functions.filter((one) => one.class !== 'pure');
    expect([...new Set(telling.map((one) => one.name))].sort().join(' ')).toBe(bootCatalog[name].describers);
    expect(access.functions.filter((one) => one.class === 'forbidden')).toEqual([]);
    expect(access.relations.every(({ schema }) => schema === 'pg_catalog')).toBe(true);
  });

  test('runs for an ordinary role inside READ ONLY and answers text, numbers or truth values', async () => {
    await client.query('BEGIN READ ONLY');
    const { rows, fields } = await client.query({ text, values: valuesFor(text), rowMode: 'array' });
    await client.query('ROLLBACK');
    expect(rows.length).toBeLessThanOrEqual(limits.maxRows);
    const [text_, bigint, bool] = [25, 20, 16];
    expect(fields.map(({ dataTypeID }) => dataTypeID).filter((type) => ![text_, bigint, bool].includes(type))).toEqual(
      [],
    );
  });
});

const postures = [
  'posture_role',
  'posture_schemas',
  'posture_owned',
  'posture_functions',
  'posture_sequences',
  'posture_public',
] as const;

describe.each(postures)('%s', (name) => {
  const { text, limits } = fixedStatements[name];
  const values = text.includes('$1') ? ['0'] : [];

  test('reads system catalogs alone, by functions that change nothing', async () => {
    const access = await readAgainst(catalog, text);
    expect(access.relations.length).toBeGreaterThan(0);
    expect(access.relations.filter(({ schema }) => schema !== 'pg_catalog')).toEqual([]);
    expect(access.functions.filter((one) => one.class === 'forbidden')).toEqual([]);
    const telling = access.functions.filter((one) => one.class === 'describer_all').map((one) => one.name);
    expect(telling.filter((called) => !/^has_\w+_privilege$/.test(called))).toEqual([]);
  });

  test('runs for an ordinary role inside READ ONLY, pages to an end, and answers text, numbers or truth values', async () => {
    await client.query('BEGIN READ ONLY');
    const { rows, fields } = await client.query({ text, values, rowMode: 'array' });
    const last = await client.query({ text, values: values.map(() => '4294967295'), rowMode: 'array' });
    await client.query('ROLLBACK');
    expect(rows.length).toBeLessThanOrEqual(limits.maxRows);
    const [text_, bigint, bool] = [25, 20, 16];
    const types = fields.map(({ dataTypeID }) => dataTypeID);
    expect(types.filter((type) => ![text_, bigint, bool].includes(type))).toEqual([]);
    if (values.length > 0) expect(last.rows).toEqual([]);
  });
});

test('describe_relation tells columns, keys, indexes and comments of one relation', async () => {
  const { rows } = await client.query(fixedStatements.describe_relation.text, ['public', 'child']);
  const part = (name: string) => rows.filter((row) => row.part === name);
  expect(part('relation')).toMatchObject([{ name: 'child', comment: 'what belongs to a parent' }]);
  expect(part('column')).toMatchObject([
    { name: 'id', type: 'integer', nullable: 'true' },
    { name: 'parent_id', type: 'integer' },
    { name: 'amount', type: 'numeric(8,2)', default_value: '0', comment: 'in euro' },
  ]);
  expect(part('foreign_key')).toMatchObject([
    { columns: '["parent_id"]', target_schema: 'public', target_relation: 'parent', target_columns: '["id"]' },
  ]);
  expect(part('key')).toMatchObject([{ type: 'check', columns: '["amount"]' }]);
  expect(part('index')).toMatchObject([
    { name: 'child_parent', type: 'btree', columns: '["parent_id"]', target_columns: 'expression' },
  ]);
});

test('describe_relation answers nothing for a name that is not there', async () => {
  expect((await client.query(fixedStatements.describe_relation.text, ['public', 'nothing'])).rows).toEqual([]);
});

test('server_info answers one row about the server and the role', async () => {
  const { rows } = await client.query(fixedStatements.server_info.text);
  expect(rows).toMatchObject([
    { database: database.database, role: database.user, is_superuser: false, in_recovery: false, ssl: false },
  ]);
});
