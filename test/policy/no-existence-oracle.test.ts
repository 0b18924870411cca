/** Hidden and missing are one to the caller: the same statement with either name gives the same answer, word for word. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BrokerError } from '../../src/model/errors.ts';
import { noParameters } from '../../src/model/request.ts';
import { explainToCaller } from '../../src/policy/explain.ts';
import { directConnection } from '../support/authorized.ts';
import { aRequest, backendThatMustNotRun, type Corridor, openCorridor } from '../support/corridor.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { aDatabase } from './support.ts';

const seed = `
CREATE TABLE customers (id int PRIMARY KEY, name text, email text, parent int, CONSTRAINT one_email UNIQUE (name, email));
CREATE TABLE orders (id int PRIMARY KEY, customer int, contact text);
CREATE TABLE salaries (id int, amount numeric);
CREATE VIEW paid AS SELECT id, amount FROM salaries;
CREATE SCHEMA hr; CREATE TABLE hr.staff (id int, salary numeric);
CREATE SCHEMA secret;
CREATE TYPE hr.grade AS ENUM ('a');
CREATE FUNCTION reveal(x int) RETURNS int LANGUAGE sql AS 'SELECT x';
CREATE FUNCTION revealed(c customers) RETURNS text LANGUAGE sql AS 'SELECT c.email';
CREATE FUNCTION open_sesame(x int) RETURNS int LANGUAGE sql AS 'SELECT x';
CREATE FUNCTION plus_money(a numeric, b text) RETURNS numeric LANGUAGE sql AS 'SELECT a';
CREATE OPERATOR <+> (LEFTARG = numeric, RIGHTARG = text, FUNCTION = plus_money);
`;

const policy = [
  'p, analyst, *, public.customers,       select, allow',
  'p, analyst, *, public.customers.email, select, deny',
  'p, analyst, *, public.orders,          select, allow',
  'p, analyst, *, public.customers.id,    insert, allow',
  'p, analyst, *, public.open_sesame(),   call,   allow',
];

let server: TestDatabase;
let corridor: Corridor;

beforeAll(async () => {
  server = await testDatabase({ seed });
  const admin = await server.client(server.superuser);
  await admin.query('CREATE EXTENSION pg_trgm; CREATE EXTENSION hstore; CREATE EXTENSION dblink');
  const connection = directConnection(server);
  corridor = await openCorridor({
    databases: [
      aDatabase({ connection, contact: '#data' }),
      aDatabase({ id: 'written', connection, contact: '#data', readonly: false }),
    ],
    policy,
    replace: ({ backends }) => ({ backends: backendThatMustNotRun(backends) }),
  });
});
afterAll(async () => {
  await corridor.close();
  await server.drop();
});

/** What check_access answers, and what the error says, with the name under trial taken out. */
async function told(sql: string, name: string, options: Parameters<typeof aRequest>[1] = {}) {
  const { trail, verdict } = await corridor.broker.check(aRequest(sql, options));
  const error: BrokerError | undefined = verdict.ok ? undefined : verdict.error;
  const explained = explainToCaller(error === undefined ? trail : { ...trail, error });
  const { code, hint, position, sqlstate } = {
    hint: undefined,
    position: undefined,
    sqlstate: undefined,
    code: 'permit',
    ...error,
  };
  const text = JSON.stringify({ explained, code, message: error?.message, hint, position, sqlstate });
  return text.replaceAll(name, '‹name›');
}

describe('a hidden relation is a missing one', () => {
  test.each([
    'SELECT * FROM {}',
    'SELECT 1 FROM {}',
    'SELECT count(*) FROM {}',
    'SELECT amount FROM {}',
    'SELECT nothing FROM {}',
    'SELECT * FROM public.{}',
    'TABLE {}',
    'SELECT * FROM customers c JOIN {} s ON s.id = c.id',
    'SELECT * FROM customers c JOIN {} s USING (id)',
    'SELECT id FROM customers WHERE id IN (SELECT id FROM {})',
    'WITH x AS (SELECT * FROM {}) SELECT 1',
    'WITH RECURSIVE x AS (SELECT 1 AS n UNION ALL SELECT n FROM x, {}) SELECT * FROM x',
    'SELECT (SELECT max(id) FROM {})',
    'SELECT id FROM customers UNION SELECT id FROM {}',
    'SELECT 1 FROM {}, surely_missing',
    'SELECT 1 FROM surely_missing, {}',
    'SELECT id, email FROM customers, {}',
    'SELECT pg_sleep(1) FROM {}',
    'SELECT * FROM {} TABLESAMPLE system (10)',
    'SELECT NULL::{}',
    "SELECT json_populate_record(NULL::{}, '{}')",
    'EXPLAIN SELECT * FROM {}',
    'SELECT 1 FROM ONLY {}',
    'SELECT {}.id FROM customers',
    'SELECT s FROM {} s',
    "SELECT '{}'::regclass",
    "SELECT _{}('[]')",
    'SELECT (id)._{} FROM customers',
    'SELECT c._{} FROM customers c',
  ])('%s', async (template) => {
    for (const [hidden, missing] of [
      ['salaries', 'salarias'],
      ['paid', 'pade'],
    ] as const) {
      expect(await told(template.replaceAll('{}', hidden), hidden)).toBe(
        await told(template.replaceAll('{}', missing), missing),
      );
    }
  });

  test('in a schema of which nothing may be seen', async () => {
    for (const template of ['SELECT * FROM {}', 'SELECT salary FROM {}', 'SELECT 1 FROM customers, {}']) {
      expect(await told(template.replace('{}', 'hr.staff'), 'hr.staff')).toBe(
        await told(template.replace('{}', 'hr.stuff'), 'hr.stuff'),
      );
      expect(await told(template.replace('{}', 'hr.staff'), 'hr.staff')).toBe(
        await told(template.replace('{}', 'rh.staff'), 'rh.staff'),
      );
    }
  });
});

describe('a hidden column is a missing one', () => {
  test.each([
    'SELECT {} FROM customers',
    'SELECT c.{} FROM customers c',
    'SELECT customers.{} FROM customers',
    'SELECT public.customers.{} FROM customers',
    'SELECT id FROM customers WHERE {} IS NULL',
    'SELECT id FROM customers ORDER BY {}',
    'SELECT count(*) FROM customers GROUP BY {}',
    'SELECT id FROM customers c JOIN orders o ON o.contact = c.{}',
    'SELECT {}, surely_missing FROM customers',
    'SELECT surely_missing, {} FROM customers',
    'SELECT *, {} FROM customers',
    'SELECT {}, * FROM customers',
    'SELECT (c).{} FROM customers c',
    'SELECT max({}) FROM customers',
    'SELECT o.id FROM orders o WHERE EXISTS (SELECT 1 FROM customers c WHERE c.{} = o.contact)',
    'SELECT lower({}) || pg_sleep(1)::text FROM customers',
    'SELECT 1 FROM customers JOIN orders USING ({})',
    'EXPLAIN SELECT {} FROM customers',
    'WITH x AS (SELECT {} FROM customers) SELECT 1',
    'SELECT rank() OVER (PARTITION BY {}) FROM customers',
    'SELECT id AS a FROM customers UNION SELECT {}::int FROM customers',
  ])('%s', async (template) => {
    expect(await told(template.replaceAll('{}', 'email'), 'email')).toBe(
      await told(template.replaceAll('{}', 'emial'), 'emial'),
    );
  });
});

test('a constraint over a hidden column is a missing one', async () => {
  const sql = (name: string) => `INSERT INTO customers (id) VALUES (1) ON CONFLICT ON CONSTRAINT ${name} DO NOTHING`;
  const toldOf = (name: string) => told(sql(name), name, { databaseId: 'written', intent: 'write' });
  expect(await toldOf('one_email')).toBe(await toldOf('no_email'));
  expect(await toldOf('one_email')).toContain('‹name›: no such constraint, or not permitted to you');
  expect(await toldOf('customers_pkey')).toContain('"permit"');
});

describe('a hidden function is a missing one', () => {
  test.each([
    'SELECT {}(1)',
    'SELECT public.{}(1)',
    'SELECT * FROM {}(1)',
    'SELECT id FROM customers WHERE {}(id) = 1',
    'SELECT {}(1), surely_missing',
    'SELECT {}(open_sesame(1))',
    'SELECT c.{}ed FROM customers c',
    'SELECT (c).{}ed FROM customers c',
    'SELECT (id).{} FROM customers c',
  ])('%s', async (template) => {
    expect(await told(template.replaceAll('{}', 'reveal'), 'reveal')).toBe(
      await told(template.replaceAll('{}', 'revoal'), 'revoal'),
    );
  });

  test('nor does an operator tell of the one behind it', async () => {
    expect(await told("SELECT 1.5 <+> 'a'", '<+>')).toBe(await told("SELECT 1.5 <*> 'a'", '<*>'));
  });
});

test('describing a hidden relation says what describing a missing one says', async () => {
  const describeRelation = (name: string) => ({
    action: 'describe' as const,
    target: name,
    statement: {
      from: 'fixed' as const,
      name: 'describe_relation',
      parameters: { ...noParameters, values: [{ value: 'public' }, { value: name }] },
    },
  });
  const answers = await Promise.all(
    ['salaries', 'salarias'].map(async (name) => {
      const { verdict } = await corridor.broker.check(aRequest('', describeRelation(name)));
      return verdict.ok
        ? 'permit'
        : JSON.stringify([
            verdict.error.code,
            verdict.error.message,
            verdict.error.hint,
            verdict.error.position,
          ]).replaceAll(name, '‹name›');
    }),
  );
  expect(answers[0]).toBe(answers[1]);
  expect(answers[0]).toContain('NAME_NOT_AVAILABLE');
});

describe('a suggestion', () => {
  const hintOf = async (sql: string) => {
    const { verdict } = await corridor.broker.check(aRequest(sql));
    return verdict.ok ? 'permit' : verdict.error.hint;
  };

  test('comes from what the caller may see, with the contact of the database', async () => {
    expect(await hintOf('SELECT id FROM custmers')).toBe('Did you mean customers? For access, ask #data.');
    expect(await hintOf('SELECT naem FROM customers')).toBe('Did you mean name? For access, ask #data.');
    expect(await hintOf('SELECT c."Nmae" FROM customers c')).toBe('Did you mean name? For access, ask #data.');
  });

  test('never names what is hidden', async () => {
    for (const sql of [
      'SELECT 1 FROM salarie',
      'SELECT 1 FROM hr.stff',
      'SELECT 1 FROM staff',
      'SELECT emai FROM customers',
      'SELECT reveel(1)',
      'SELECT 1 FROM pait',
    ]) {
      expect(await hintOf(sql), sql).toBe('For access, ask #data.');
    }
  });
});

test('functions and operators of reviewed extensions need no rule; others of extensions are missing without one', async () => {
  for (const sql of ["SELECT similarity('a', 'b')", "SELECT 'a' % 'b'", "SELECT 'a=>1'::hstore -> 'a'"]) {
    const { verdict } = await corridor.broker.check(aRequest(sql));
    expect(verdict.ok ? 'permit' : verdict.error.message, sql).toBe('permit');
    const again = await corridor.broker.check(aRequest(sql));
    expect(again.verdict.ok, sql).toBe(true);
  }
  const { verdict } = await corridor.broker.check(aRequest("SELECT * FROM dblink('dbname=x', 'SELECT 1') AS t(n int)"));
  expect(verdict).toMatchObject({
    ok: false,
    error: { code: expect.stringMatching(/^(FUNCTION_FORBIDDEN|NAME_NOT_AVAILABLE)$/) },
  });
});
