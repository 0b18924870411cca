/** The broker's own texts mean built-in operators, whatever someone planted in a schema of the search path. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { databaseFor } from '../sql/corpus/corpus.ts';
import { directConnection } from '../support/authorized.ts';
import { type Corridor, openCorridor } from '../support/corridor.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';

/** Each would be preferred to a built-in operator that takes its operands only after a cast. */
const planted = [
  ['||', 'text', 'name', 'text'],
  ['||', 'name', 'text', 'text'],
  ['||', 'text', '"char"', 'text'],
  ['||', '"char"', 'text', 'text'],
  ['||', 'text', 'oid', 'text'],
  ['||', 'text', 'bigint', 'text'],
  ['||', 'text', 'int', 'text'],
  ['@>', 'smallint[]', 'smallint[]', 'boolean'],
  ['<@', 'smallint[]', 'smallint[]', 'boolean'],
  ['=', '"char"', 'text', 'boolean'],
  ['=', 'oid', 'regclass', 'boolean'],
  ['=', 'regclass', 'oid', 'boolean'],
  ['=', 'oid', 'bigint', 'boolean'],
  ['=', 'smallint[]', 'smallint[]', 'boolean'],
] as const;

const seed = `
CREATE TABLE customers (id int PRIMARY KEY, name text);
CREATE TABLE orders (id int PRIMARY KEY, customer int REFERENCES customers);
CREATE VIEW mine WITH (security_invoker = true) AS SELECT id FROM customers;
${planted
  .map(
    ([name, left, right, result], index) => `
CREATE FUNCTION planted_${index}(${left}, ${right}) RETURNS ${result} LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''planted ${name}''; END';
CREATE OPERATOR ${name} (LEFTARG = ${left}, RIGHTARG = ${right}, FUNCTION = planted_${index});`,
  )
  .join('')}
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
