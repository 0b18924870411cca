/** One database behind the emulator: what a call costs, brings back, refuses and leaves behind. */

import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Backends, createBackends } from '../../../src/backends/backends.ts';
import { type Emulator, startEmulator } from '../../../src/emulator/emulator.ts';
import type { Database, RdsDataApiConnection } from '../../../src/model/database.ts';
import { BrokerError } from '../../../src/model/errors.ts';
import { aDatabase, authorizedQuery, type QueryOptions, readTestSecret } from '../../support/authorized.ts';
import { patience } from '../../support/patience.ts';
import { type TestDatabase, testDatabase } from '../../support/postgres.ts';
import { emulatedDatabase, emulatorEnvironment } from '../../support/rds-emulator/emulated.ts';
import { read } from '../../support/read.ts';

for (const [name, value] of Object.entries(emulatorEnvironment)) vi.stubEnv(name, value);

const seed = `
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TYPE point3 AS (x int, y int, label text);
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE TABLE items (id int PRIMARY KEY, name text, at timestamptz, feeling mood);
INSERT INTO items SELECT i, 'item ' || i, timestamptz '2024-01-01 00:00+00' + i * interval '1 day', 'ok' FROM generate_series(1, 100) AS i;
`;

let server: TestDatabase;
let emulator: Emulator;
let connection: RdsDataApiConnection;
let database: Database;
let backends: Backends;

beforeAll(async () => {
  server = await testDatabase({ seed });
  emulator = await startEmulator();
  connection = emulatedDatabase(emulator, 'one', server);
  database = aDatabase(connection);
  backends = createBackends({ readSecret: readTestSecret, nativeDriverForced: false });
});

/** The end of a read is not waited for: a count of calls begins when the last one's has come. */
const settled = () => vi.waitFor(() => expect(emulator.transactions.count).toBe(0), 5000);

beforeEach(async () => {
  emulator.faults.clear();
  await settled();
  emulator.forgetCalls();
});

afterAll(async () => {
  await backends.close();
  await emulator.close();
  await server.drop();
});

const noAbort = new AbortController().signal;
const run = (sql: string, more: Partial<QueryOptions> = {}, signal = noAbort) =>
  read(backends.execute(authorizedQuery({ database, sql, ...more }), signal));
const failure = async (work: Promise<unknown>) => {
  const thrown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof BrokerError)) throw new Error(`no BrokerError: ${String(thrown)}`);
  return thrown;
};
const operations = () => emulator.calls.map((call) => call.operation);
const output = (...names: string[]) => ({ access: { output: names.map((name) => ({ name })) } });

describe('calls', () => {
  test('a query whose columns the reading predicts costs four requests, the last of them not waited for', async () => {
    const { rows, columns, envelope } = await run(
      'SELECT id, name FROM items WHERE id < 3 ORDER BY id',
      output('id', 'name'),
    );
    expect(rows).toEqual([
      [1, 'item 1'],
      [2, 'item 2'],
    ]);
    expect(columns).toEqual([
      { name: 'id', type: 'integer' },
      { name: 'name', type: 'text' },
    ]);
    expect(envelope).toMatch(/^[0-9a-f]{64}$/);
    await vi.waitFor(
      () =>
        expect(operations()).toEqual([
          'BeginTransaction',
          'ExecuteStatement',
          'ExecuteStatement',
          'RollbackTransaction',
        ]),
      patience,
    );
  });

  test('parameters are asked about once, then cost nothing more', async () => {
    const options = { ...output('id'), values: ['7'] };
    for (let round = 0; round < 2; round++)
      expect((await run('SELECT id FROM items WHERE id = $1', options)).rows).toEqual([[7]]);
    await vi.waitFor(
      () => expect(operations().filter((name) => name === 'ExecuteStatement')).toHaveLength(5),
      patience,
    );
  });

  test('every request is signed, goes to the pinned endpoint, and is sent once', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:1');
    vi.stubEnv('AWS_ENDPOINT_URL_RDS_DATA', 'http://127.0.0.1:1');
    const fresh = createBackends({ readSecret: readTestSecret, nativeDriverForced: false });
    await fresh.execute(authorizedQuery({ database, sql: 'SELECT 1 AS one' }), noAbort);
    await fresh.close();
    vi.stubEnv('AWS_ENDPOINT_URL', undefined);
    vi.stubEnv('AWS_ENDPOINT_URL_RDS_DATA', undefined);
    expect(emulator.calls.map((call) => call.status)).toEqual([200, 200, 200, 200]);
    expect(new Set(emulator.calls.map((call) => call.attempt))).toEqual(new Set(['attempt=1; max=1']));
  });
});

describe('parameters', () => {
  test('values are bound and never part of the text', async () => {
    const value = "'; DROP TABLE items; -- $$ :x";
    const { rows } = await run('SELECT $1::text AS said', { values: [value] });
    expect(rows).toEqual([[value]]);
    expect(emulator.calls.some((call) => call.sql?.includes('DROP TABLE'))).toBe(false);
  });

  test('types are inferred as PostgreSQL infers them, also for a parameter used twice', async () => {
    const { rows } = await run(
      `SELECT date_trunc($1, at AT TIME ZONE 'UTC') AS month, count(*) FROM items WHERE id = ANY ($2) AND name <> $3
       GROUP BY date_trunc($1, at AT TIME ZONE 'UTC') ORDER BY 1 LIMIT $4`,
      { values: ['month', '{1,2,40}', 'nothing', '5'] },
    );
    expect(rows).toEqual([
      ['2024-01-01T00:00:00', 2],
      ['2024-02-01T00:00:00', 1],
    ]);
  });

  test('NULL, stated types and parameters in any order keep their meaning', async () => {
    const { rows } = await run('SELECT $2::int + 1 AS b, $1 AS a, $3 IS NULL AS c', {
      values: [{ value: '550e8400-e29b-41d4-a716-446655440000', type: 'uuid' }, '4', { value: null, type: 'date' }],
    });
    expect(rows).toEqual([[5, '550e8400-e29b-41d4-a716-446655440000', true]]);
  });
});

describe('what the service would corrupt is refused', () => {
  test.each(['SELECT $$a :b c$$ AS x', 'SELECT $q$ :1 $q$ AS x, $1::int'])('%s', async (sql) => {
    const refused = await failure(run(sql, { values: sql.includes('$1::int') ? ['1'] : [] }));
    expect(refused).toMatchObject({ code: 'STATEMENT_TOO_COMPLEX' });
    expect(refused.hint).toContain('single quotes');
  });

  test('slices are kept from being read as parameters', async () => {
    const sql =
      'SELECT a[2:3] AS x, a[$1:$2] AS y, a[:2] AS z, a[2:] AS w, nix[1:2] FROM (SELECT ARRAY[1,2,3] AS a, ARRAY[1] AS nix) AS s';
    expect((await run(sql, { values: ['1', '2'] })).rows).toEqual([[[2, 3], [1, 2], [1, 2], [2, 3], [1]]]);
    expect(await failure(run('SELECT (ARRAY[1,2])[1:2], nix'))).toMatchObject({ sqlstate: '42703', position: 27 });
  });

  test('colons in strings, comments and casts pass, and so does a closing semicolon', async () => {
    const { rows } = await run(`SELECT ':a'::text AS x, (ARRAY[1,2,3])[1 : 2] AS y /* :c */ ; -- :d`);
    expect(rows).toEqual([[':a', [1, 2]]]);
  });
});

describe('values', () => {
  test('types the service refuses come back as over the wire', async () => {
    const { rows, columns } = await run(
      `SELECT interval '1 day 2 h' AS i, 'infinity'::timestamptz AS f, '{{1,2},{3,4}}'::int[] AS m, '12:00+02'::timetz AS z,
       '"char"'::"char" AS c, 'pg_class'::regclass AS r, 9007199254740993 AS l, 1.10::numeric AS n, ROW(1, 'a')::point3 IS NULL AS p,
       (1, 2, 'x')::point3 AS q, 'ok'::mood AS e, ARRAY['sad']::mood[] AS es, 5::positive AS d, int4range(1, 5) AS g, '\\xff'::bytea AS b, NULL::money AS z0`.replace(
        "ROW(1, 'a')::point3 IS NULL",
        'false',
      ),
    );
    expect(rows[0]).toEqual([
      'P1DT2H',
      'infinity',
      [
        [1, 2],
        [3, 4],
      ],
      '12:00:00+02:00',
      '"',
      'pg_class',
      '9007199254740993',
      1.1,
      false,
      { x: 1, y: 2, label: 'x' },
      'ok',
      ['sad'],
      5,
      { lower: 1, upper: 5, bounds: '[)' },
      '/w==',
      null,
    ]);
    expect(columns.map((column) => column.type).slice(9, 13)).toEqual(['point3', 'mood', 'mood[]', 'integer']);
  });

  test('rows without columns, columns without names and twins keep their shape', async () => {
    expect(await run('SELECT FROM generate_series(1, 3)')).toMatchObject({ columns: [], rows: [[], [], []] });
    const twins = await run('SELECT 1, 2 AS a, 3 AS a, $$q "x",(y)\\$$ AS pgwarden_row');
    expect(twins.columns.map((column) => column.name)).toEqual(['?column?', 'a', 'a', 'pgwarden_row']);
    expect(twins.rows).toEqual([[1, 2, 3, 'q "x",(y)\\']]);
    expect(await run('SELECT 1 AS x WHERE false')).toMatchObject({
      columns: [{ name: 'x', type: 'integer' }],
      rows: [],
    });
  });

  test('EXPLAIN and SHOW are sent as they stand', async () => {
    const shown = await run('SHOW server_encoding');
    expect(shown).toMatchObject({ rows: [['UTF8']], columns: [{ name: 'server_encoding', type: 'text' }] });
    expect(shown.envelope).toBeUndefined();
    const plan = await run('EXPLAIN (FORMAT JSON) SELECT * FROM items');
    expect(plan.columns[0]).toEqual({ name: 'QUERY PLAN', type: 'json' });
    expect(plan.rows[0]?.[0]).toMatchObject([{ Plan: { 'Node Type': 'Seq Scan' } }]);
  });
});

describe('limits', () => {
  test('rows are cut in the database, exactly', async () => {
    const { rows, cut } = await run('SELECT id FROM items ORDER BY id', { limits: { maxRows: 10 } });
    expect([rows.length, cut]).toEqual([10, 'rows']);
    expect((await run('SELECT id FROM items WHERE id <= 10', { limits: { maxRows: 10 } })).cut).toBe('none');
  });

  test('bytes are cut before the service would fail the call', async () => {
    const sql = `SELECT i, repeat('x', 2000) AS pad FROM generate_series(1, 2000) AS i`;
    const { rows, cut, bytes } = await run(sql, { limits: { maxRows: 5000, maxBytes: 64 * 1024 * 1024 } });
    expect(cut).toBe('bytes');
    expect(rows.length).toBeGreaterThan(450);
    expect(bytes).toBeLessThan(1_048_576);
    expect((await run(`SELECT repeat('x', 2000000) AS pad`, { limits: { maxBytes: 64 * 1024 * 1024 } })).cut).toBe(
      'bytes',
    );
  });
});

describe('errors', () => {
  test('SQLSTATE and position are those of the caller’s text', async () => {
    const broken = await failure(run('SELECT id,\n  nix FROM items'));
    expect(broken).toMatchObject({ code: 'BACKEND_QUERY_FAILED', sqlstate: '42703', position: 14 });
    const zero = await failure(run('SELECT 1 / (id - id) AS x FROM items'));
    expect(zero).toMatchObject({
      code: 'BACKEND_QUERY_FAILED',
      sqlstate: '22012',
      message: 'PostgreSQL reported: division by zero.',
    });
  });

  test('EXPLAIN infers the types of its query’s parameters', async () => {
    const plan = await run('EXPLAIN (COSTS off) SELECT id FROM items WHERE id = $1 AND name LIKE $2', {
      values: ['7', 'i%'],
    });
    expect(plan.rows.flat().join(' ')).toContain('(id = 7)');
  });

  test('a position behind a parameter is found', async () => {
    const broken = await failure(run('SELECT id FROM items WHERE id = $1 AND nix', { values: ['1'] }));
    expect(broken).toMatchObject({ sqlstate: '42703', position: 40 });
  });

  test('a masked column is refused before anything is sent, since its origin could not be confirmed', async () => {
    emulator.forgetCalls();
    const refused = await failure(
      run('SELECT name FROM items', {
        access: {
          output: [
            { name: 'name', origin: { oid: 1, attnum: 2, schema: 'public', relation: 'items', column: 'name' } },
          ],
        },
        masks: [{ column: 'public.items.name', kind: 'full', outputs: [0] }],
      }),
    );
    expect(refused.code).toBe('POLICY_DENIED');
    expect(emulator.calls).toEqual([]);
  });

  test('a witness that changed stops the call before the statement is sent', async () => {
    const witnesses = [{ kind: 'relation' as const, name: 'public.items', oid: 1, fingerprint: 'none' }];
    const stale = await failure(run('SELECT id FROM items', { access: { witnesses, output: [{ name: 'id' }] } }));
    expect(stale.code).toBe('CATALOG_UNAVAILABLE');
    expect(emulator.calls.some((call) => call.sql?.includes('FROM items'))).toBe(false);
  });
});

describe('the second wall', () => {
  test.each([
    'INSERT INTO items (id) VALUES (1000)',
    'COMMIT',
    'SET TRANSACTION READ WRITE',
    'DO $$ BEGIN DELETE FROM items; END $$',
    "SELECT set_config('transaction_read_only', 'off', true)",
    'WITH d AS (DELETE FROM items RETURNING id) SELECT id FROM d',
    'SELECT id INTO copied FROM items',
    'LOCK TABLE items',
  ])('%s is refused as a read', async (sql) => {
    expect((await failure(run(sql))).code).toBe('BACKEND_QUERY_FAILED');
    const client = await server.client();
    expect((await client.query('SELECT count(*)::int AS n FROM items')).rows).toEqual([{ n: 100 }]);
    await client.end();
  });
});

describe('writes', () => {
  const writable = { intent: 'write', class: 'write' } as const;
  const write = (sql: string, more: Partial<QueryOptions> = {}) =>
    run(sql, { database: { ...database, readonly: false }, ...writable, ...more });

  test('are committed, and count what they touched', async () => {
    const done = await write(`INSERT INTO items (id, name) VALUES (200, $1::text) RETURNING id, name, at`, {
      kind: 'INSERT',
      values: ['new'],
    });
    expect(done).toMatchObject({ affected: 1, rows: [[200, 'new', null]] });
    expect(await write('DELETE FROM items WHERE id = 200', { kind: 'DELETE' })).toMatchObject({
      affected: 1,
      rows: [],
    });
    expect(operations().filter((name) => name === 'CommitTransaction')).toHaveLength(2);
  });

  test('infer the types of their parameters, and leave no prepared statement behind', async () => {
    const insert = `INSERT INTO items (id, name, at, feeling) VALUES ($1, $2, $3, $4) RETURNING id, at, feeling;`;
    const values = ['201', "o'clock :x", '2024-02-29 12:00+02', 'sad'];
    expect((await write(insert, { kind: 'INSERT', values })).rows).toEqual([[201, '2024-02-29T10:00:00Z', 'sad']]);
    const deleted = await write('DELETE FROM items WHERE id = ANY ($1) AND name = $2', {
      kind: 'DELETE',
      values: ['{201}', "o'clock :x"],
    });
    expect(deleted.affected).toBe(1);
    expect(
      emulator.calls.map((call) => call.sql ?? '').filter((sql) => /^(PREPARE|DEALLOCATE)/.test(sql)),
    ).toHaveLength(4);
    const wrong = await failure(write('UPDATE items SET nix = $1', { kind: 'UPDATE', values: ['1'] }));
    expect(wrong).toMatchObject({ sqlstate: '42703', position: 18 });
  });

  test('are never sent again, and an answer lost at the commit is told as unknown', async () => {
    emulator.faults.inject({ operation: 'CommitTransaction', times: 1, action: { kind: 'lost_answer' } });
    const unknown = await failure(write('DELETE FROM items WHERE id = 300', { kind: 'DELETE' }));
    expect(unknown).toMatchObject({ code: 'BACKEND_UNAVAILABLE', safeToRetry: false });
    expect(operations().filter((name) => name === 'CommitTransaction')).toHaveLength(1);
  });

  test('more rows returned than allowed means that nothing is changed', async () => {
    const refused = await failure(
      write('UPDATE items SET name = name RETURNING id', { kind: 'UPDATE', limits: { maxRows: 5 } }),
    );
    expect(refused.code).toBe('LIMIT_EXCEEDED');
    expect(operations()).not.toContain('CommitTransaction');
  });
});

describe('a sick service', () => {
  test('a paused cluster is waited for, and nothing runs twice', async () => {
    const cluster = emulator.clusters.get(connection.resourceArn);
    if (cluster !== undefined) cluster.resuming = 2;
    expect((await run('SELECT 1 AS one', output('one'))).rows).toEqual([[1]]);
    expect(emulator.calls.filter((call) => call.error === 'DatabaseResumingException')).toHaveLength(2);
    expect(emulator.calls.filter((call) => call.operation === 'BeginTransaction' && call.status === 200)).toHaveLength(
      1,
    );
  });

  test('throttling is waited out within a budget of the database', async () => {
    emulator.faults.inject({
      operation: 'ExecuteStatement',
      times: 2,
      action: { kind: 'error', code: 'ThrottlingException' },
    });
    expect((await run('SELECT 1 AS one', output('one'))).rows).toEqual([[1]]);
  });

  test.each([
    ['a proxy’s page', { kind: 'html', status: 502 }],
    ['an unavailable writer', { kind: 'error', code: 'DatabaseUnavailableException' }],
    ['a reset', { kind: 'reset', when: 'before' }],
    ['an empty answer', { kind: 'empty' }],
  ] as const)('%s is told once and not repeated', async (_, action) => {
    emulator.faults.inject({ operation: 'BeginTransaction', times: 1, action });
    const refused = await failure(run('SELECT 1 AS one'));
    expect(refused).toMatchObject({ code: 'BACKEND_UNAVAILABLE', safeToRetry: true });
    expect(operations()).toEqual(['BeginTransaction']);
    for (const text of [refused.message, refused.hint ?? ''])
      expect(text).not.toMatch(/arn:|127\.0\.0\.1|123456789012/);
  });

  test('a statement over its time is stopped by the database', async () => {
    const late = await failure(
      run('SELECT pg_sleep(10) AS slept', { ...output('slept'), limits: { statementTimeout: 100 } }),
    );
    expect(late).toMatchObject({ code: 'BACKEND_TIMEOUT' });
  });

  test('a cancelled call stops its statement on the server', async () => {
    const caller = new AbortController();
    const client = await server.client();
    const running = failure(run('SELECT pg_sleep(30) AS slept', output('slept'), caller.signal));
    const sleeping = async () =>
      (
        await client.query(
          `SELECT FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_sleep(30) AS%' AND state = 'active' AND pid <> pg_backend_pid()`,
        )
      ).rowCount;
    await vi.waitFor(async () => expect(await sleeping()).toBe(1), 5000);
    caller.abort();
    expect((await running).code).toBe('BACKEND_CANCELLED');
    await vi.waitFor(async () => expect(await sleeping()).toBe(0), 5000);
    await settled();
    await client.end();
  });
});
