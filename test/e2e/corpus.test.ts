/** The corpora through the whole product: a real client, the built server, a real PostgreSQL and the owner's rights in it. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Case, corpusSchema, readCorpus } from '../sql/corpus/corpus.ts';
import { connectClient, type TestClient } from '../support/mcp-client.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import {
  directDatabase,
  entry,
  passwordVariable,
  type RunningServer,
  startServer,
  type Workspace,
  workspace,
} from '../support/product.ts';

/** The tool that says what a case says, and its arguments. */
function callOf({ sql, intent, action, parameters }: Case, databaseId: string): [string, Record<string, unknown>] {
  const values = parameters.values.map(({ name, value }) =>
    name === undefined ? value : { name, value: { stringValue: value } },
  );
  const args = { sql, database_id: databaseId, ...(values.length === 0 ? {} : { query_parameters: values }) };
  if (action === 'explain') return ['explain_query', { sql, database_id: databaseId }];
  return intent === 'write' ? ['execute_statement', { ...args, database_id: 'writable' }] : ['run_query', args];
}

/** The reader of the reads: everything the read-only rules allow. The default subject of the attacks: `analyst`. */
const policies = {
  'reads.csv': [
    'p, reader, reads, **, select, allow',
    'p, reader, reads, @introspection, select, allow',
    'p, reader, reads, @statistics, select, allow',
  ],
  analyst: (database: string) => [
    `p, analyst, ${database}, public.*, select, allow`,
    `p, analyst, ${database}, sales.*, select, allow`,
    `p, analyst, ${database}, public.customers.email, select, deny`,
    `p, analyst, ${database}, public.order_total(bigint), call, allow`,
  ],
};

let database: TestDatabase;
let place: Workspace;
let server: RunningServer;
let client: TestClient;

beforeAll(async () => {
  database = await testDatabase({ seed: corpusSchema });
  const callable = await userFunctions();
  place = await workspace({
    config: [
      'default_database: attacked',
      'server: { auth: { mode: none, principal: alice, roles: [analyst, reader] } }',
      'limits: { max_rows: 100000, max_bytes: 16MiB, statement_timeout: 20s }',
      'databases:',
      directDatabase('attacked', database),
      directDatabase('reads', database),
      directDatabase('writable', database, ['readonly: false']),
    ].join('\n'),
    policies: {
      'reads.csv': [
        ...policies['reads.csv'],
        ...callable.map((name) => `p, reader, reads, ${name}(), call, allow`),
      ].join('\n'),
      'attacked.csv': policies.analyst('attacked').join('\n'),
      'writable.csv': [...policies.analyst('writable'), 'p, analyst, writable, public.orders, insert, allow'].join(
        '\n',
      ),
    },
  });
  server = await startServer(place.config, { [passwordVariable]: database.password });
  client = await connectClient(server.url);
});

afterAll(async () => {
  await client?.close();
  await server?.stop();
  await database?.drop();
  await place?.remove();
});

/** Functions of the schema, so that the reader of the reads may call each of them by name. */
async function userFunctions(): Promise<string[]> {
  const { rows } = await (await database.client()).query(
    `SELECT DISTINCT quote_ident(nspname) || '.' || quote_ident(proname) AS name FROM pg_proc JOIN pg_namespace n ON n.oid = pronamespace
     WHERE nspname NOT IN ('pg_catalog', 'information_schema')`,
  );
  return rows
    .map((row: { name: string }) => (/[,"]/.test(row.name) ? `"${row.name.replaceAll('"', '""')}` : row.name))
    .filter((name) => !name.startsWith('"'));
}

/** A digest of everything the attacks could change: every table's rows, and the catalogs. */
async function digest(): Promise<string> {
  const inside = await database.client();
  const { rows } = await inside.query(
    `SELECT quote_ident(nspname) || '.' || quote_ident(relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
     WHERE relkind IN ('r', 'm') AND nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') ORDER BY 1`,
  );
  const parts: string[] = [];
  for (const { name } of rows) {
    const sum = await inside.query(
      `SELECT count(*) || ':' || coalesce(sum(hashtextextended(t::text, 0)), 0) AS sum FROM ONLY ${name} t`,
    );
    parts.push(`${name}=${sum.rows[0].sum}`);
  }
  const catalogs = await inside.query(
    `SELECT (SELECT count(*) FROM pg_class) || ' ' || (SELECT count(*) FROM pg_proc) || ' ' || (SELECT count(*) FROM pg_largeobject_metadata)
            || ' ' || (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory') AS sum`,
  );
  return [...parts, catalogs.rows[0].sum].join('\n');
}

describe('legitimate reads', () => {
  test('there are at least 150 of them', () => {
    expect(readCorpus('reads').length).toBeGreaterThanOrEqual(150);
  });

  test.each(readCorpus('reads'))('$name is answered', async (read) => {
    const answer = await client.call(...callOf(read, 'reads'));
    expect(answer.isError ? answer.texts.join(' ') : 'answered').toBe('answered');
  });
});

describe('attacks', () => {
  let before: string;
  beforeAll(async () => {
    before = await digest();
  });

  test('there are at least 150 of them', () => {
    expect(readCorpus('refused').length).toBeGreaterThanOrEqual(150);
  });

  test.each(readCorpus('refused'))('$name is refused as $expect', async (attack) => {
    const answer = await client.call(...callOf(attack, 'attacked'));
    expect(answer.code ?? answer.texts.join(' ').slice(0, 200)).toBe(attack.expect);
  });

  test('nothing in the database has changed', async () => {
    expect(await digest()).toBe(before);
  });

  test('the audit log of both databases verifies in full', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      entry,
      'audit',
      'verify',
      '--full',
      '--config',
      place.config,
    ]);
    expect(stdout).toMatch(/attacked/);
  });
});
