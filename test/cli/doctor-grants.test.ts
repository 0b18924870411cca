/** `pgwarden doctor --grants`: the printed script, run on a real server, makes PostgreSQL say what the policy says. */

import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BrokerError } from '../../src/model/errors.ts';
import { corpusSchema, readCorpus } from '../sql/corpus/corpus.ts';
import { aDatabase, directConnection } from '../support/authorized.ts';
import { type Corridor, openCorridor } from '../support/corridor.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { directDatabase, passwordVariable, type Workspace, workspace } from '../support/product.ts';
import { runCli } from './run-cli.ts';

/** Beside the corpus: what names can hold, and what stands above and behind others. */
const odd = `
  CREATE SCHEMA "odd "".'; DROP";
  CREATE TABLE "odd "".'; DROP"."t""; --$$" ("a'b" int, "c)d" int, "-- e" int);
  CREATE VIEW public.v_email AS SELECT id, email FROM public.customers;
  CREATE FUNCTION "odd "".'; DROP"."f;()"("odd "".'; DROP"."t""; --$$") RETURNS int LANGUAGE sql AS 'SELECT 1';
  CREATE TABLE public.tickets (id serial PRIMARY KEY, title text, state text DEFAULT 'new');
  GRANT SELECT ON hr.departments TO PUBLIC`;

const oddSchema = `"odd "".'; DROP"`;
const rules = [
  'p, analyst, DB, public.*, select, allow',
  'p, analyst, DB, sales.*, select, allow',
  'p, analyst, DB, public.customers.email, select, deny',
  'p, analyst, DB, public.order_total(bigint), call, allow',
  `p, analyst, DB, ${oddSchema}."t""; --$$"."a'b", select, allow`,
  'p, clerk, DB, hr.employees.name, select, allow',
  'p, clerk, DB, public.tickets, select, allow',
  'p, clerk, DB, public.tickets.title, insert, allow',
  'p, clerk, DB, public.tickets.state, update, allow',
];

let database: TestDatabase;
let place: Workspace;
let corridor: Corridor;
const grantees: string[] = [];

const doctor = (...args: string[]) =>
  runCli(['doctor', ...args, '--config', place.config], { [passwordVariable]: database.password });

beforeAll(async () => {
  database = await testDatabase({ seed: `${corpusSchema};${odd}` });
  const csv = rules.map((rule) => rule.replace(', DB,', ', corpus,')).join('\n');
  place = await workspace({
    config: `databases:\n${directDatabase('corpus', database)}\n${directDatabase('writable', database, ['readonly: false'])}\n`,
    policies: { 'corpus.csv': csv, 'writable.csv': csv.replaceAll(', corpus,', ', writable,') },
  });
  corridor = await openCorridor({
    databases: [aDatabase(directConnection(database), { id: 'corpus' })],
    policy: rules.map((rule) => rule.replace(', DB,', ', *,')),
  });
});
afterAll(async () => {
  await corridor?.close();
  const admin = await database?.client({ ...database.superuser });
  for (const role of grantees) await admin?.query(`DROP OWNED BY "${role}"; DROP ROLE "${role}"`);
  await place?.remove();
  await database?.drop();
});

/** Prints the script, runs it as the superuser, and hands over a connection of the new role. */
async function granted(role: string, id: string, ...args: string[]): Promise<pg.Client> {
  const grantee = `${role}_${database.database}`;
  const { code, stdout, stderr } = await doctor('--grants', id, '--to', grantee, ...args);
  expect(code, stderr).toBe(0);
  expect(stdout + stderr).not.toContain(database.password);
  const admin = await database.client({ ...database.superuser, database: database.database });
  await admin.query(stdout);
  grantees.push(grantee);
  await admin.query(stdout); // again is as good as once
  await admin.query(`ALTER ROLE "${grantee}" PASSWORD 'x'`);
  return database.client({ user: grantee, password: 'x' });
}

/** Undefined when it ran. */
async function sqlstate(client: pg.Client, sql: string, values: readonly unknown[] = []): Promise<string | undefined> {
  await client.query('BEGIN READ ONLY');
  try {
    await client.query(sql, [...values]);
    return undefined;
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown';
  } finally {
    await client.query('ROLLBACK');
  }
}

const permits = (sql: string): Promise<boolean> =>
  corridor.run(sql, { databaseId: 'corpus' }).then(
    () => true,
    (thrown) => {
      if (!(thrown instanceof BrokerError) || thrown.code.startsWith('BACKEND_')) throw thrown;
      return false;
    },
  );

describe('the script for a role of the policy', () => {
  let client: pg.Client;
  beforeAll(async () => {
    client = await granted('analyst', 'corpus', '--role', 'analyst');
  });

  test('PostgreSQL and the policy agree on every column of every relation', async () => {
    const owner = await database.client();
    const { rows } = await owner.query(
      `SELECT format('SELECT %I FROM %I.%I LIMIT 1', a.attname, n.nspname, c.relname) AS sql FROM pg_attribute a
       JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind IN ('r','p','v','m','f') AND n.nspname !~ '^(pg_|information_schema)' AND NOT a.attisdropped
         AND (a.attnum > 0 OR a.attname = 'ctid' AND c.relkind IN ('r','p','m'))`,
    );
    // PostgreSQL lets a view call functions only for those who may call them themselves; the script says so in a note
    const statements: string[] = rows.map((row) => row.sql).filter((sql: string) => !sql.includes('v_peek'));
    const answers = { open: 0, shut: 0 };
    for (const sql of statements) {
      const permitted = await permits(sql);
      expect([sql, await sqlstate(client, sql)]).toEqual([sql, permitted ? undefined : '42501']);
      answers[permitted ? 'open' : 'shut'] += 1;
    }
    expect(answers.open).toBeGreaterThan(80);
    expect(answers.shut).toBeGreaterThan(10);
  });

  const reads = readCorpus('reads').filter(({ rules: lacking, minServer }) => lacking === undefined && minServer <= 18);
  test.each(reads)('what the policy permits of the corpus runs: $name', async ({ sql, parameters, action }) => {
    if (parameters.style === 'named') return;
    const text = action === 'explain' ? `EXPLAIN ${sql}` : sql;
    expect(
      await sqlstate(
        client,
        text,
        parameters.values.map(({ value }) => value),
      ),
    ).not.toBe('42501');
  });

  /** What PostgreSQL itself does not ask about: a CTE nobody uses is never planned, and a row type's NULL holds no row. */
  const gateAlone = /cte-unreferenced|in-unreferenced|populate-record|row-type/;
  const denied = readCorpus('refused').filter(
    ({ name }) => /^denied-(column|schema)/.test(name) && !gateAlone.test(name),
  );
  test.each(denied)('what the policy denies of the corpus fails: $name', async ({ sql }) => {
    expect(await sqlstate(client, sql)).toBe('42501');
  });

  test('it makes nothing, temporary tables included, and calls only what a rule names', async () => {
    await expect(client.query('CREATE TEMP TABLE x (i int)')).rejects.toMatchObject({ code: '42501' });
    await expect(client.query('CREATE TABLE public.x (i int)')).rejects.toMatchObject({ code: '42501' });
    await expect(client.query('CREATE SCHEMA x')).rejects.toMatchObject({ code: '42501' });
    await expect(client.query('INSERT INTO public.regions VALUES (9, $1)', ['x'])).rejects.toMatchObject({
      code: '42501',
    });
    expect(await sqlstate(client, 'SELECT public.order_total(1)')).toBeUndefined();
    expect(await sqlstate(client, 'SELECT public.order_total(1, 2)')).toBe('42501');
    expect(await sqlstate(client, 'SELECT public.peek_secret(1)')).toBe('42501');
  });
});

describe('the script for everyone together', () => {
  test('gives what any of them may do, reading alone where the database is read-only', async () => {
    const client = await granted('all', 'corpus');
    expect(await sqlstate(client, 'SELECT name FROM hr.employees')).toBeUndefined();
    expect(await sqlstate(client, 'SELECT salary FROM hr.employees')).toBe('42501');
    expect(await sqlstate(client, 'SELECT id FROM public.customers')).toBeUndefined();
    await expect(client.query("INSERT INTO public.tickets (title) VALUES ('x')")).rejects.toMatchObject({
      code: '42501',
    });
  });

  test('gives writes to the column where it can be written, with the sequences they draw from', async () => {
    const client = await granted('clerk', 'writable', '--role', 'clerk');
    await client.query("INSERT INTO public.tickets (title) VALUES ('x')");
    await client.query("UPDATE public.tickets SET state = 'done' WHERE title = 'x'");
    for (const sql of [
      "INSERT INTO public.tickets (title, state) VALUES ('x', 'done')",
      "UPDATE public.tickets SET title = 'y'",
      'DELETE FROM public.tickets',
      'TRUNCATE public.tickets',
      'SELECT id FROM public.customers',
    ])
      await expect(client.query(sql), sql).rejects.toMatchObject({ code: '42501' });
  });

  test('stops at a role that no REVOKE can bind, and changes nothing', async () => {
    const grantee = `strong_${database.database}`;
    const admin = await database.client({ ...database.superuser, database: database.database });
    await admin.query(`CREATE ROLE "${grantee}" BYPASSRLS`);
    grantees.push(grantee);
    const { stdout } = await doctor('--grants', 'corpus', '--to', grantee);
    await expect(admin.query(stdout)).rejects.toThrow('no GRANT can take away');
    await admin.query('ROLLBACK');
    const { rows } = await admin.query('SELECT has_schema_privilege($1, $2, $3) AS uses', [grantee, 'sales', 'USAGE']);
    expect(rows).toEqual([{ uses: false }]);
  });

  test('says in notes what PostgreSQL asks for and the policy does not', async () => {
    const { stdout } = await doctor('--grants', 'corpus');
    expect(stdout).toContain('Note: public.v_peek calls public.peek_secret(integer)');
    expect(stdout).toContain('Note: public.order_total(bigint) runs with its caller');
    expect(stdout).not.toContain(database.host);
  });
});
