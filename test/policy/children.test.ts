/** What is denied or masked in a table is not to be had from its partitions and children by a wildcard. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { directConnection } from '../support/authorized.ts';
import { aRequest, backendThatMustNotRun, type Corridor, openCorridor } from '../support/corridor.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { aDatabase } from './support.ts';

const seed = `
CREATE TABLE people (id int, name text, ssn text, phone text) PARTITION BY RANGE (id);
CREATE TABLE people_low PARTITION OF people FOR VALUES FROM (0) TO (100) PARTITION BY RANGE (id);
CREATE TABLE people_lowest PARTITION OF people_low FOR VALUES FROM (0) TO (10);
CREATE TABLE named PARTITION OF people FOR VALUES FROM (100) TO (200);
CREATE TABLE staff (id int, salary int);
CREATE TABLE bosses (car text) INHERITS (staff);
CREATE VIEW low AS SELECT id, ssn FROM people_low;
`;
const policy = [
  'p, analyst, *, public.*, select, allow',
  'p, analyst, *, public.people.ssn, select, deny',
  'mask, analyst, *, public.people.phone, full',
  'p, analyst, *, public.staff, select, deny',
  'p, analyst, *, public.named, select, allow',
];

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

const verdictOn = async (sql: string) => (await corridor.broker.check(aRequest(sql))).verdict;

describe('refused', () => {
  test.each([
    'SELECT ssn FROM people_low',
    'SELECT ssn FROM people_lowest',
    'SELECT phone FROM people_lowest',
    'SELECT * FROM people_low',
    'SELECT p FROM people_lowest p',
    'SELECT id FROM people_lowest ORDER BY ssn',
    'SELECT salary FROM bosses',
    'SELECT ssn FROM low',
  ])('%s', async (sql) => {
    expect(await verdictOn(sql)).toMatchObject({ ok: false, error: { code: 'POLICY_DENIED' } });
  });
});

describe('permitted', () => {
  test.each([
    'SELECT id, name FROM people_low',
    'SELECT count(*) FROM people_lowest',
    'SELECT car FROM bosses',
    'SELECT ssn, phone FROM named',
    'SELECT id, phone FROM people',
  ])('%s', async (sql) => {
    expect(await verdictOn(sql)).toMatchObject({ ok: true });
  });
});
