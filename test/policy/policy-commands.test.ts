/** `pgwarden policy …` as it is run, on an embedded database. */

import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readPolicyTests } from '../../src/policy/policy-tests.ts';
import { readPolicyText } from '../../src/policy/policy-text.ts';
import { runCli } from '../cli/run-cli.ts';
import { testDatabase } from '../support/postgres.ts';
import { directDatabase, passwordVariable, type Workspace, workspace } from '../support/product.ts';

const shipped = resolve(import.meta.dirname, '../../policies');
let place: Workspace;

beforeAll(async () => {
  const policies = { 'orders.csv': await readFile(join(shipped, 'orders.csv'), 'utf8') };
  place = await workspace({
    config: `databases:\n  orders: { type: embedded, directory: data, seed: orders.sql, contact: "#data" }\n`,
    policies,
  });
  await writeFile(join(place.directory, 'orders.sql'), await readFile(join(shipped, 'tests/orders.sql'), 'utf8'));
});
afterAll(() => place.remove());

const policy = (...args: string[]) => runCli(['policy', ...args, '--config', place.config]);
const explain = (sql: string, ...more: string[]) =>
  policy('explain', '--database', 'orders', '--principal', 'alice', '--sql', sql, ...more);

describe('policy explain', () => {
  test('prints the resolved columns and the rules of a permit, as JSON under eight stable keys', async () => {
    const { code, stdout } = await explain('SELECT * FROM orders', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      class: 'read',
      statements: 1,
      relations: [
        { schema: 'public', name: 'orders', kind: 'table', columns: ['id', 'customer', 'placed'], access: 'select' },
      ],
      functions: [],
      decision: 'permit',
      code: null,
      rules: ['p, analyst, orders, public.orders,           select, allow'],
      denied: [],
    });
  });

  test('ends with 1 on deny, and tells the operator what was reached', async () => {
    const { code, stdout } = await explain('SELECT c.email FROM customers c');
    expect(code).toBe(1);
    expect(stdout).toContain('deny (NAME_NOT_AVAILABLE)');
    expect(stdout).toContain('select public.customers (table): email');
    expect(stdout).toContain('#data');
  });

  test('shows masks and limits of a role the token brings', async () => {
    const { stdout } = await explain('SELECT phone FROM customers', '--role', 'desk');
    expect(stdout).toContain('public.customers.phone: partial');
    expect(stdout).toContain('limits: 50 rows, 1048576 bytes, 5000 ms');
  });

  test('refuses an id that no principal can have, and a database that is not configured', async () => {
    expect(await policy('explain', '--database', 'orders', '--principal', '*', '--sql', 'SELECT 1')).toMatchObject({
      code: 2,
    });
    const { code, stderr } = await policy('explain', '--database', 'nope', '--principal', 'alice', '--sql', 'SELECT 1');
    expect([code, stderr]).toEqual([2, expect.stringContaining('Configured: orders')]);
  });
});

describe('policy test', () => {
  test('runs the shipped tests without a connection', async () => {
    const { code, stdout } = await runCli(['policy', 'test', join(shipped, 'tests/orders.yaml')]);
    expect(stdout).toMatch(/\n?\d+ passed, 0 failed\n$/);
    expect(code).toBe(0);
  });

  test('names file, line and difference of a case that fails, and ends with 1', async () => {
    const file = join(place.directory, 'wrong.yaml');
    await writeFile(
      file,
      '- { database: orders, principal: alice, sql: SELECT id FROM orders, expect: permit, columns: [public.orders.placed] }\n- { database: orders, principal: alice, sql: SELECT 1, expect: deny }\n',
    );
    const { code, stdout } = await policy('test', file);
    expect(code).toBe(1);
    expect(stdout).toContain(`FAIL ${file}:1 `);
    expect(stdout).toContain('not used: public.orders.placed; used beside: public.orders.id');
    expect(stdout).toContain(`FAIL ${file}:2 SELECT 1\n     expected deny, got permit`);
  });

  test.each([
    ['- { database: orders, principal: alice, sql: SELECT 1, expect: allow }', 1, /expect/],
    ['cases:\n  - { database: orders, principal: alice, sql: SELECT 1, expects: permit }', 2, /expect/],
    [
      '- { database: orders, principal: alice, sql: SELECT 1, expect: permit }\n- { principal: alice, sql: SELECT 1, expect: permit }',
      2,
      /names no database/,
    ],
    ['- { database: orders, principal: "*", sql: SELECT 1, expect: permit }', 1, /principal/],
    ['- [', 1, /not YAML/],
  ])('a file that is no policy test is told with its line: %j', (text, line, message) => {
    expect(() => readPolicyTests('t.yaml', text)).toThrow(
      expect.objectContaining({ message: expect.stringMatching(new RegExp(`^t\\.yaml:${line}: .*${message.source}`)) }),
    );
  });
});

describe('policy who and review', () => {
  test('who may read a column, by which rule, and whether masked', async () => {
    const { stdout } = await policy('who', '--column', 'public.customers.phone', '--json');
    const answers: { principal: string; masked: boolean }[] = JSON.parse(stdout);
    expect(answers.map(({ principal, masked }) => `${principal} ${masked}`)).toEqual([
      'role:analyst false',
      'role:desk true',
      'user:alice false',
      'user:bob true',
      'user:carol false',
    ]);
    expect((await policy('who', '--column', 'public.customers.email')).stdout).not.toContain('alice');
  });

  test('a review opens wildcards to relations and relations to columns', async () => {
    const { code, stdout } = await policy('review', '--csv');
    expect(code).toBe(0);
    const rows = stdout.split('\r\n');
    expect(rows[0]).toBe('database,principal,roles,action,resource,columns,masked,rules');
    expect(rows).toContainEqual(
      expect.stringMatching(/^orders,user:alice,analyst,select,public\.customers,id name phone,,/),
    );
    expect(rows).toContainEqual(expect.stringMatching(/^orders,user:carol,analyst auditor,select,sales\.targets,\*,,/));
    expect(stdout).not.toContain('sales.notes,');
  });
});

describe('policy init', () => {
  test('writes a starter that loads, opens no data, and is never written over', async () => {
    const fresh = await workspace({ config: 'databases:\n  orders: { type: embedded }\nstdio: { principal: zoe }\n' });
    const init = () => runCli(['policy', 'init', '--config', fresh.config]);
    expect(await init()).toMatchObject({ code: 0, stdout: expect.stringContaining('zoe is a reader') });
    expect(await runCli(['check', '--config', fresh.config])).toMatchObject({ code: 0 });
    const text = await readFile(join(fresh.directory, 'policies/default.csv'), 'utf8');
    expect(text.split('\n').filter((line) => line.startsWith('p,'))).toEqual([
      'p, reader, *, @introspection, select, allow',
    ]);
    expect(await init()).toMatchObject({ code: 1, stderr: expect.stringContaining('exists already') });
    await fresh.remove();
  });
});

describe('policy init --from-grants', () => {
  test('writes a policy that permits what the role was granted, to the column, and nothing else', async () => {
    const server = await testDatabase({
      seed: `CREATE TABLE a (id int, b text, c text); CREATE TABLE "Odd, one" (x int); CREATE TABLE shut (x int);
      CREATE TABLE "t\np, *, orders, **, select, allow\n" (x int);
      CREATE FUNCTION f(n int) RETURNS int LANGUAGE sql AS 'SELECT n'; CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT 1';
      REVOKE EXECUTE ON FUNCTION g() FROM PUBLIC`,
    });
    const role = `r_${server.database}`;
    const admin = await server.client(server.superuser);
    await admin.query(`CREATE ROLE ${role}`);
    const owner = await server.client();
    await owner.query(
      `GRANT SELECT (id, b) ON a TO ${role}; GRANT SELECT, INSERT ON "Odd, one" TO ${role}; GRANT DELETE ON a TO ${role};
      GRANT SELECT ON "t\np, *, orders, **, select, allow\n" TO ${role}`,
    );
    const fresh = await workspace({ config: `databases:\n${directDatabase('orders', server)}\n` });
    const init = (name: string) =>
      runCli(['policy', 'init', '--from-grants', 'orders', '--role', name, '--config', fresh.config], {
        [passwordVariable]: server.password,
      });
    expect(await init(role)).toMatchObject({ code: 0, stdout: expect.stringContaining('6 rules') });
    const text = await readFile(join(fresh.directory, 'policies/orders.csv'), 'utf8');
    expect(
      text
        .split('\n')
        .filter((line) => line.startsWith('p,'))
        .sort(),
    ).toEqual(
      [
        'public.a, delete',
        'public.a.id, select',
        'public.a.b, select',
        'public."Odd, one", insert',
        'public."Odd, one", select',
        'public.f(integer), call',
      ]
        .map((rest) => `p, ${role}, orders, ${rest}, allow`)
        .sort(),
    );
    expect(text).toContain('# no row can say this: '); // a name with a line of its own in it
    expect(readPolicyText('orders.csv', text, { databases: ['orders'], rolesOnly: false }).faults).toEqual([]);
    expect(await init(role)).toMatchObject({ code: 1, stderr: expect.stringContaining('exists already') });
    await admin.query(`DROP OWNED BY ${role}`);
    await owner.query(`REVOKE ALL ON a, "Odd, one" FROM ${role}`);
    await admin.query(`DROP ROLE ${role}`);
    await server.drop();
    await fresh.remove();
  });
});
