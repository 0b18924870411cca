/** The broker's own texts mean built-in operators, whatever someone planted in a schema of the search path. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { firstNormalOid } from '../../src/catalog/catalog-kinds.ts';
import { fixedStatements } from '../../src/catalog/fixed-statements.ts';
import { databaseFor } from '../sql/corpus/corpus.ts';
import { directConnection } from '../support/authorized.ts';
import { type Corridor, openCorridor } from '../support/corridor.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';

const types =
  'oid int2 int4 int8 numeric float4 float8 bool name text "char" regclass regproc oidvector int2vector text[] oid[] int2[]';
const names = '= <> < > <= >= + - * / % || ~ !~ ~* !~* ~~ !~~ @> <@';
const list = (words: string) =>
  `unnest('{${words
    .split(' ')
    .map((word) => JSON.stringify(word))
    .join()}}'::text[])`;

/**
 * An operator for every name and pair of types for which PostgreSQL brings none: it would be preferred to a built-in one
 * that takes its operands only after a cast.
 */
const seed = `
CREATE TABLE customers (id int PRIMARY KEY, name text);
CREATE TABLE orders (id int PRIMARY KEY, customer int REFERENCES customers);
CREATE VIEW mine WITH (security_invoker = true) AS SELECT id FROM customers;
DO $$
DECLARE planted record;
BEGIN
  FOR planted IN SELECT l, r FROM ${list(types)} AS l, ${list(types)} AS r LOOP
    EXECUTE format('CREATE FUNCTION planted(%s, %s) RETURNS boolean LANGUAGE plpgsql AS %L', planted.l, planted.r,
      'BEGIN RAISE EXCEPTION ''planted''; END');
  END LOOP;
  FOR planted IN SELECT n, l, r FROM ${list(names)} AS n, ${list(types)} AS l, ${list(types)} AS r WHERE NOT EXISTS (
      SELECT FROM pg_operator AS o WHERE (o.oprname, o.oprleft, o.oprright) = (n, l::regtype, r::regtype)) LOOP
    EXECUTE format('CREATE OPERATOR %s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = planted)', planted.n, planted.l, planted.r);
  END LOOP;
END $$;
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC, CURRENT_USER; -- so that one fails even where no row reaches it
`;

let server: TestDatabase;
let corridor: Corridor;

beforeAll(async () => {
  server = await testDatabase({ seed });
  const connection = directConnection(server);
  corridor = await openCorridor({
    databases: [{ ...databaseFor({ intent: 'read' }), connection }],
    policy: ['p, analyst, *, public.*, select, allow'],
  });
});
afterAll(async () => {
  await corridor.close();
  await server.drop();
});

test('the catalog is read and its witnesses hold', async () => {
  const { rows } = await corridor.run(
    'SELECT c.id FROM customers c JOIN orders o ON o.customer = c.id JOIN mine m ON m.id = c.id',
  );
  expect(rows).toEqual([]);
});

test('the description of a relation is read', async () => {
  for (const name of ['customers', 'mine']) {
    const { rows } = await corridor.run('', {
      action: 'describe',
      target: name,
      statement: {
        from: 'fixed',
        name: 'describe_relation',
        parameters: { style: 'positional', values: [{ value: 'public' }, { value: name }] },
      },
    });
    expect(rows.length).toBeGreaterThan(0);
  }
});

test.each(Object.entries(fixedStatements))('%s means none of them, as PostgreSQL reads it', async (_, { text }) => {
  const client = await server.client();
  let tree = '';
  client.on('notice', ({ message, detail }) => {
    tree += `${message}${detail ?? ''}`.replace(/\s+/g, ' ');
  });
  await client.query(`SET client_min_messages = log; SET debug_print_parse = on`);
  await client.query(`PREPARE one AS ${text}`);
  await client.end();
  const numbers = [...tree.matchAll(/:(?:opno|opfuncid|funcid) (\d+)/g)].map(([, oid]) => Number(oid));
  expect(numbers.length).toBeGreaterThan(0);
  expect(numbers.filter((oid) => oid >= firstNormalOid)).toEqual([]);
});
