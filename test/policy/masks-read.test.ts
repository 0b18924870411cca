/** Masked columns in statements as they are really read: a value that could shine through anywhere is refused. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { directConnection } from '../support/authorized.ts';
import { aRequest, backendThatMustNotRun, type Corridor, openCorridor } from '../support/corridor.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { aDatabase } from './support.ts';

const seed = `
CREATE TABLE customers (id int PRIMARY KEY, name text, phone text);
CREATE VIEW mine WITH (security_invoker = true) AS SELECT id, phone FROM customers;
CREATE VIEW phones AS SELECT id, phone FROM customers;
`;
const policy = ['p, analyst, *, public.*, select, allow', 'mask, analyst, *, public.customers.phone, full'];

let server: TestDatabase;
let corridor: Corridor;

beforeAll(async () => {
  server = await testDatabase({ seed });
  const connection = directConnection(server);
  corridor = await openCorridor({
    databases: [aDatabase({ connection })],
    policy,
    replace: ({ backends }) => ({ backends: backendThatMustNotRun(backends) }),
  });
});
afterAll(async () => {
  await corridor.close();
  await server.drop();
});

const check = (sql: string) => corridor.broker.check(aRequest(sql));

describe('refused', () => {
  test.each([
    'SELECT phone FROM customers ORDER BY 1',
    'SELECT phone FROM customers ORDER BY phone',
    'SELECT phone AS p FROM customers ORDER BY p',
    'SELECT DISTINCT phone FROM customers',
    'SELECT DISTINCT ON (phone) id FROM customers',
    'SELECT phone FROM customers GROUP BY phone',
    'SELECT phone FROM customers GROUP BY 1',
    'SELECT phone FROM customers UNION ALL SELECT name FROM customers',
    "SELECT p FROM (SELECT phone AS p FROM customers) x WHERE p LIKE '1%'",
    'SELECT p FROM (SELECT DISTINCT phone AS p FROM customers) x',
    'WITH x AS (SELECT phone AS p FROM customers) SELECT p FROM x ORDER BY p',
    'SELECT phone::varchar FROM customers',
    "SELECT phone || '' FROM customers",
    'SELECT c FROM customers c',
    'SELECT row_to_json(c) FROM customers c',
    'SELECT (SELECT phone FROM customers LIMIT 1)',
    'SELECT array(SELECT phone FROM customers)',
    'SELECT max(phone) FROM customers',
    'SELECT count(phone) FROM customers',
    'SELECT a.phone FROM customers a JOIN customers b ON a.phone = b.phone',
    'SELECT a.phone FROM customers a NATURAL JOIN customers b',
    'SELECT a.id FROM customers a JOIN customers b USING (phone)',
    'SELECT id, row_number() OVER (ORDER BY phone) FROM customers',
    "SELECT 1 WHERE EXISTS (SELECT 1 FROM customers WHERE phone = '1')",
    "SELECT 1 WHERE '1' IN (SELECT phone FROM customers)",
    "EXPLAIN SELECT id FROM customers WHERE phone = '1'",
    'SELECT phone FROM mine',
    'SELECT phone FROM phones',
  ])('%s', async (sql) => {
    const { verdict } = await check(sql);
    expect(verdict).toMatchObject({ ok: false, error: { code: 'POLICY_DENIED' } });
  });
});

describe('permitted with its mask', () => {
  test.each([
    ['SELECT phone FROM customers WHERE id = 1', [0]],
    ['SELECT * FROM customers', [2]],
    ['TABLE customers', [2]],
    ['SELECT p, p FROM (SELECT phone AS p FROM customers) x', [0, 1]],
    ['WITH x AS (SELECT phone AS p FROM customers) SELECT 1, p FROM x', [1]],
    ['SELECT a.phone FROM customers a JOIN customers b ON a.id = b.id', [0]],
    ['SELECT x.phone FROM customers c, LATERAL (SELECT c.phone) x', [0]],
    ['SELECT phone FROM customers ORDER BY id LIMIT 5', [0]],
  ])('%s', async (sql, outputs) => {
    const { trail, verdict } = await check(sql);
    expect(verdict.ok).toBe(true);
    expect(trail.decision?.obligations.masks).toEqual([{ column: 'public.customers.phone', kind: 'full', outputs }]);
  });
});
