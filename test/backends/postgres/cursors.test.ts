/** Pages of one result: every row once, from one snapshot, each page a call of its own; and whoever should not have one does not. */

import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Backends, createBackends } from '../../../src/backends/backends.ts';
import { type HeldLimits, heldLimits } from '../../../src/backends/held-results.ts';
import type { Answer } from '../../../src/broker/answer.ts';
import type { Principal } from '../../../src/model/principal.ts';
import type { QueryRequest } from '../../../src/model/request.ts';
import { aDatabase, directConnection, readTestSecret } from '../../support/authorized.ts';
import { alice, aRequest, type Corridor, openCorridor } from '../../support/corridor.ts';
import { type TestDatabase, testDatabase } from '../../support/postgres.ts';

const seed = `
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE t AS SELECT n AS id, 'ok'::mood AS mood, 'a' || n || '@example.com' AS email, repeat('x', 1000 + n % 500) AS wide
FROM generate_series(1, 250) n;
CREATE TABLE uneven AS SELECT n AS id, repeat('y', CASE WHEN n = 30 THEN 60000 ELSE 10 END) AS wide FROM generate_series(1, 100) n;
CREATE FUNCTION fails_at(n integer, at integer) RETURNS integer LANGUAGE plpgsql AS $$ BEGIN RETURN 1 / (n - at); END $$;
CREATE FUNCTION traced(n integer) RETURNS integer LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_lock(n); RETURN n; END $$;
`;
const policy = [
  'p, analyst, *, public.*, select, allow',
  'p, analyst, *, public.fails_at(), call, allow',
  'p, analyst, *, public.traced(), call, allow',
  'mask, analyst, *, public.t.email, partial',
];
const all = 'SELECT id, mood, email FROM t ORDER BY id';

let server: TestDatabase;
const open: { readonly corridor: Corridor; readonly backends: Backends }[] = [];
beforeAll(async () => {
  server = await testDatabase({ seed });
});
afterEach(async () => {
  for (const { corridor, backends } of open.splice(0)) {
    await backends.close();
    await corridor.close();
  }
});
afterAll(() => server?.drop());

interface Options {
  readonly held?: Partial<HeldLimits>;
  readonly policy?: readonly string[];
  readonly database?: Parameters<typeof aDatabase>[1];
}

async function opened({ held, policy: rows = policy, database: changes }: Options = {}) {
  const limits = { maxRows: 100, ...changes?.limits };
  const database = aDatabase(directConnection(server), { pool: { max: 3, idleTimeout: 30_000 }, ...changes, limits });
  const other = { ...database, id: 'other' };
  const backends = createBackends({
    readSecret: readTestSecret,
    nativeDriverForced: false,
    held: { ...heldLimits, ...held },
  });
  const corridor = await openCorridor({ databases: [database, other], policy: rows, replace: () => ({ backends }) });
  open.push({ corridor, backends });
  const page = (cursor: string | undefined, sql = all, changed: Partial<QueryRequest> = {}) =>
    corridor.run(sql, { ...(cursor === undefined ? {} : { cursor }), ...changed });
  return { corridor, backends, database, page };
}

type Page = Awaited<ReturnType<typeof opened>>['page'];

async function everything(page: Page, sql = all): Promise<Answer[]> {
  const answers = [await page('open', sql)];
  for (;;) {
    const { cursor } = answers.at(-1) ?? {};
    if (cursor === undefined) return answers;
    answers.push(await page(cursor, sql));
  }
}

const ids = (answers: readonly Answer[]) => answers.flatMap(({ rows }) => [...rows].map(([id]) => id));
const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);
const gone = { code: 'REQUEST_INVALID', message: 'The cursor is not known, was used, or has expired.' };

/** Transactions of this test's role that wait for their client: what the server itself says is held. */
async function heldSessions(): Promise<number> {
  const client = await server.client();
  const { rows } = await client.query(
    `SELECT count(*)::integer AS held FROM pg_stat_activity WHERE usename = current_user AND state LIKE 'idle in transaction%'`,
  );
  await client.end();
  return rows[0].held;
}

const untilReleased = () => expect.poll(heldSessions, { timeout: 5000, interval: 20 }).toBe(0);

describe('pages', () => {
  test('give every row once, over one session and of one snapshot, with masks on each', async () => {
    const { page } = await opened();
    const first = await page('open');
    const client = await server.client();
    await client.query('BEGIN; DELETE FROM t WHERE id = 150; INSERT INTO t (id) VALUES (500); COMMIT');
    try {
      const second = await page(first.cursor);
      const third = await page(second.cursor);
      expect(ids([first, second, third])).toEqual(upTo(250));
      expect([first, second, third].map(({ cut, rows }) => [cut, rows.length])).toEqual([
        ['rows', 100],
        ['rows', 100],
        ['none', 50],
      ]);
      expect(third.cursor).toBeUndefined();
      expect(new Set([first, second, third].map(({ backend }) => backend.pid)).size).toBe(1);
      for (const { masked, rows } of [first, second, third]) {
        expect(masked).toEqual(['public.t.email']);
        for (const [, mood, email] of rows) expect([mood, email]).toEqual(['ok', expect.stringMatching(/^\*+\.com$/)]);
      }
      await untilReleased();
    } finally {
      await client.query(
        `BEGIN; DELETE FROM t WHERE id = 500; INSERT INTO t SELECT 150, 'ok', 'a150@example.com', 'x'; COMMIT`,
      );
    }
  });

  test('keep to the bytes of an answer, and lose no row that was fetched in vain', async () => {
    const { page } = await opened({ database: { limits: { maxRows: 100, maxBytes: 20_000 } } });
    const answers = await everything(page, 'SELECT id, wide FROM t ORDER BY id');
    expect(ids(answers)).toEqual(upTo(250));
    for (const { bytes } of answers) expect(bytes).toBeLessThanOrEqual(20_000);
    expect(answers.length).toBeGreaterThan(14);
    expect(answers[0]?.cut).toBe('bytes');
  });

  test('end at a row that no page can hold', async () => {
    const { page } = await opened({ database: { limits: { maxBytes: 20_000 } } });
    const answers = await everything(page, 'SELECT id, wide FROM uneven ORDER BY id');
    expect(ids(answers)).toEqual(upTo(29));
    expect(answers.at(-1)).toMatchObject({ cut: 'bytes', rows: [] });
    await untilReleased();
  });

  test('hold the limits of the policy each', async () => {
    const { page } = await opened({ policy: [...policy, 'limit, analyst, *, rows, 90'] });
    const answers = await everything(page);
    expect(answers.map(({ rows }) => rows.length)).toEqual([90, 90, 70]);
  });

  test('are a permitted call and an outcome each, numbered, the later ones because of the first', async () => {
    const { page, corridor } = await opened();
    await everything(page);
    const records = (await corridor.records('db')).filter(({ type }) => type === 'intent' || type === 'outcome');
    const [first, ...rest] = records.filter(({ type }) => type === 'intent');
    expect(records.map(({ type, rows }) => [type, rows])).toEqual([
      ['intent', undefined],
      ['outcome', 100],
      ['intent', undefined],
      ['outcome', 100],
      ['intent', undefined],
      ['outcome', 50],
    ]);
    expect(first).not.toHaveProperty('cause');
    expect([first, ...rest].map((record) => record?.['page'])).toEqual([1, 2, 3]);
    for (const { cause, sql } of rest) expect([cause, sql]).toEqual([first?.['call'], first?.['sql']]);
  });

  test('of a result that fits there is one, and nothing is held', async () => {
    const { page } = await opened();
    expect(await page('open', 'SELECT id FROM t WHERE id < 101 ORDER BY id')).toMatchObject({ cut: 'none' });
    await untilReleased();
    expect((await page(undefined)).cursor).toBeUndefined();
    expect(await heldSessions()).toBe(0);
  });

  test('a session that ran user code is cleaned before another caller has it', async () => {
    const { page } = await opened({ database: { pool: { max: 2, idleTimeout: 30_000 } } });
    await everything(page, 'SELECT traced(id) FROM t ORDER BY id');
    const client = await server.client();
    const locks = async () =>
      (await client.query(`SELECT count(*)::integer AS n FROM pg_locks WHERE locktype = 'advisory'`)).rows[0].n;
    await expect.poll(locks, { timeout: 5000, interval: 20 }).toBe(0);
  });
});

describe('a cursor is refused', () => {
  const bob: Principal = Object.freeze({ ...alice, id: 'bob' });
  const as = (principal: Principal): Partial<QueryRequest> => ({
    call: { id: randomUUID(), tool: 'run_query', principal, client: {}, transport: 'stdio' },
  });

  test('to another caller, with other roles, for another statement, other values or another database; and then still serves its own', async () => {
    const { page } = await opened();
    const { cursor = '' } = await page('open');
    const parameters = { style: 'positional', values: [{ value: '1' }] } as const;
    for (const [sql, changed] of [
      [all, as(bob)],
      [all, as({ ...alice, roles: ['analyst', 'more'] })],
      [`${all} `, {}],
      [all, { statement: { from: 'caller', sql: all, parameters } }],
      [all, { databaseId: 'other' }],
      [all, { action: 'explain' }],
    ] as const)
      await expect(page(cursor, sql, changed)).rejects.toMatchObject(gone);
    expect((await page(cursor)).rows).toHaveLength(100);
  });

  test('when it was made up, altered, or used', async () => {
    const { page } = await opened();
    const { cursor = '' } = await page('open');
    const [of, , mac] = cursor.split('.');
    for (const false_ of [
      `${of}.3.${mac}`,
      `${randomUUID()}.2.${mac}`,
      `${cursor}a`,
      cursor.slice(0, -1),
      'OPEN',
      '..',
    ])
      await expect(page(false_)).rejects.toMatchObject(gone);
    const { cursor: next } = await page(cursor);
    await expect(page(cursor)).rejects.toMatchObject(gone);
    expect((await page(next)).rows).toHaveLength(50);
  });

  test('to the second of two that use it at once', async () => {
    const { page } = await opened();
    const { cursor } = await page('open');
    const both = await Promise.allSettled([page(cursor), page(cursor)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const failed = both.find(({ status }) => status === 'rejected');
    expect(failed).toMatchObject({ reason: gone });
  });

  test('once it has waited too long, and the session is free again', async () => {
    const { page } = await opened({ held: { idle: 50 } });
    const { cursor } = await page('open');
    await untilReleased();
    await expect(page(cursor)).rejects.toMatchObject(gone);
  });

  test('once its snapshot is too old, however often it was used', async () => {
    const { page } = await opened({ held: { age: 0 } });
    const { cursor } = await page('open');
    await untilReleased();
    await expect(page(cursor)).rejects.toMatchObject(gone);
  });

  test('when the session is gone, and the next call finds another', async () => {
    const { page } = await opened();
    const { cursor, backend } = await page('open');
    const admin = await server.client();
    await admin.query('SELECT pg_terminate_backend($1)', [backend.pid]);
    await expect.poll(async () => (await page(cursor).catch((error) => error)).code).toBe('REQUEST_INVALID');
    expect((await page('open')).rows).toHaveLength(100);
  });

  test('when its database is configured anew or switched off, and nothing stays held', async () => {
    for (const adopted of ['anew', 'off'] as const) {
      const { page, backends, database } = await opened();
      const { cursor } = await page('open');
      backends.adopt(adopted === 'anew' ? [{ ...database }] : []);
      await untilReleased();
      await expect(page(cursor)).rejects.toMatchObject({ code: 'CATALOG_UNAVAILABLE' });
    }
  });
});

describe('what is held stays little', () => {
  test('of a thousand that are asked for two are held, the others are answered without, and plain calls go on', async () => {
    const { page } = await opened({ held: { perPrincipal: 1000, total: 1000 } });
    const answers: Answer[] = [];
    for (let round = 0; round < 20; round++)
      answers.push(
        ...(await Promise.all(Array.from({ length: 50 }, () => page('open', 'SELECT id FROM t LIMIT 101')))),
      );
    expect(answers.filter(({ cursor }) => cursor !== undefined)).toHaveLength(2);
    expect(answers.every(({ cut, rows }) => cut === 'rows' && rows.length === 100)).toBe(true);
    expect(await heldSessions()).toBe(2);
    expect((await page(undefined, 'SELECT 1')).rows).toEqual([[1]]);
  });

  test('one principal has two over all databases, and one that ended makes room', async () => {
    const { page, corridor } = await opened({ database: { pool: { max: 5, idleTimeout: 30_000 } } });
    const there = (cursor: string) => page(cursor, all, { databaseId: 'other' });
    const [one, two, three] = [await page('open'), await there('open'), await there('open')];
    expect([one, two, three].map(({ cursor }) => cursor !== undefined)).toEqual([true, true, false]);
    const other = await corridor.broker.run(
      aRequest(all, {
        call: { ...aRequest('').call, principal: { ...alice, id: 'bob' } },
        cursor: 'open',
      }),
      new AbortController().signal,
    );
    expect(other.cursor).toBeDefined();
    await page((await page(one.cursor)).cursor);
    await expect.poll(async () => (await page('open')).cursor !== undefined).toBe(true);
  });

  test('a database with a single session holds none', async () => {
    const { page } = await opened({ database: { pool: { max: 1, idleTimeout: 30_000 } } });
    expect(await page('open')).toMatchObject({ cut: 'rows' });
    expect((await page('open')).cursor).toBeUndefined();
    expect(await heldSessions()).toBe(0);
  });

  test('a failure in a later page ends the result, and in the first holds nothing', async () => {
    const { page } = await opened();
    const later = 'SELECT fails_at(id, 150) FROM t ORDER BY id';
    const { cursor } = await page('open', later);
    await expect(page(cursor, later)).rejects.toMatchObject({ code: 'BACKEND_QUERY_FAILED', sqlstate: '22012' });
    await untilReleased();
    await expect(page(cursor, later)).rejects.toMatchObject(gone);
    await expect(page('open', 'SELECT fails_at(id, 5) FROM t ORDER BY id')).rejects.toMatchObject({
      sqlstate: '22012',
    });
    await untilReleased();
    for (let round = 0; round < 3; round++) expect((await page('open')).rows).toHaveLength(100);
  });

  test('a call that is cancelled while its page is fetched ends it', async () => {
    const { corridor } = await opened();
    const sql = 'SELECT id, (SELECT count(*) FROM generate_series(1, 40000 * (id / 101))) FROM t';
    const first = await corridor.run(sql, { cursor: 'open' });
    const stop = new AbortController();
    const call = corridor.broker.run(aRequest(sql, { cursor: first.cursor ?? '' }), stop.signal);
    setTimeout(() => stop.abort(), 50);
    await expect(call).rejects.toMatchObject({ code: 'BACKEND_CANCELLED' });
    await untilReleased();
  });
});
