/** The corpora through the whole product: a real client, the built server, a real PostgreSQL and the owner's rights in it. */

import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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

const corpus = resolve(import.meta.dirname, '../sql/corpus');
const casesIn = (folder: string) =>
  readdirSync(join(corpus, folder))
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => {
      const text = readFileSync(join(corpus, folder, name), 'utf8');
      return {
        name,
        sql: text.slice(text.indexOf('\n') + 1),
        expected: text.match(/^-- expect: (\w+)/)?.[1] ?? 'none stated',
      };
    });

/** The reader of the reads: everything the read-only rules allow. The default subject of the attacks: `analyst`. */
const policies = {
  'reads.csv': [
    'p, reader, reads, **, select, allow',
    'p, reader, reads, @introspection, select, allow',
    'p, reader, reads, @statistics, select, allow',
  ],
  'attacked.csv': [
    'p, analyst, attacked, public.*, select, allow',
    'p, analyst, attacked, sales.*, select, allow',
    'p, analyst, attacked, public.customers.email, select, deny',
    'p, analyst, attacked, public.order_total(bigint), call, allow',
  ],
};

let database: TestDatabase;
let place: Workspace;
let server: RunningServer;
let client: TestClient;

beforeAll(async () => {
  database = await testDatabase({ seed: readFileSync(join(corpus, 'schema.sql'), 'utf8') });
  const callable = await userFunctions();
  place = await workspace({
    config: [
      'default_database: attacked',
      'server: { auth: { mode: none, principal: alice, roles: [analyst, reader] } }',
      'limits: { max_rows: 100000, max_bytes: 16MiB, statement_timeout: 20s }',
      'databases:',
      directDatabase('attacked', database),
      directDatabase('reads', database),
    ].join('\n'),
    policies: {
      'reads.csv': [
        ...policies['reads.csv'],
        ...callable.map((name) => `p, reader, reads, ${name}(), call, allow`),
      ].join('\n'),
      'attacked.csv': policies['attacked.csv'].join('\n'),
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
    expect(casesIn('reads').length).toBeGreaterThanOrEqual(150);
  });

  test.each(casesIn('reads'))('$name is answered', async ({ sql }) => {
    const answer = await client.call('run_query', { sql, database_id: 'reads' });
    expect(answer.isError ? answer.texts.join(' ') : 'answered').toBe('answered');
  });
});

describe('attacks', () => {
  let before: string;
  beforeAll(async () => {
    before = await digest();
  });

  test('there are at least 150 of them', () => {
    expect(casesIn('refused').length).toBeGreaterThanOrEqual(150);
  });

  test.each(casesIn('refused'))('$name is refused as $expected', async ({ sql, expected }) => {
    const answer = await client.call('run_query', { sql, database_id: 'attacked' });
    expect(answer.code ?? answer.texts.join(' ').slice(0, 200)).toBe(expected);
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
