import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { createBackends } from '../../../src/backends/backends.ts';
import { aDatabase, authorizedQuery, directConnection, readTestSecret } from '../../support/authorized.ts';
import { type TestDatabase, testDatabase } from '../../support/postgres.ts';
import { read } from '../../support/read.ts';
import { tcpRelay } from '../../support/tcp-relay.ts';

let server: TestDatabase;
beforeAll(async () => {
  server = await testDatabase();
});
afterAll(() => server.drop());
afterEach(() => {
  vi.unstubAllEnvs();
});

/** What `knock` asks before a session is opened. */
const knock = 8;

/** Types and bodies of the messages a client sent; the knock and the start-up message are left out. */
function messages(bytes: Buffer): { readonly type: string; readonly body: string }[] {
  const found: { readonly type: string; readonly body: string }[] = [];
  for (let at = knock + bytes.readInt32BE(knock); at < bytes.length; ) {
    const length = bytes.readInt32BE(at + 1);
    found.push({ type: bytes.toString('latin1', at, at + 1), body: bytes.toString('utf8', at + 5, at + 1 + length) });
    at += length + 1;
  }
  return found.filter(({ type }) => type !== 'p' && type !== 'X');
}

const signal = new AbortController().signal;

test('statements travel by the extended protocol, under one Sync; only the ROLLBACK is a simple query', async () => {
  const relay = await tcpRelay(server);
  const backends = createBackends({ readSecret: readTestSecret, nativeDriverForced: false });
  const database = aDatabase(directConnection({ ...server, port: relay.port }));
  for (const sql of ['SELECT 1 AS first', 'SELECT 2 AS second', 'SELECT 3 AS third'])
    await backends.execute(authorizedQuery({ database, sql }), signal);
  await backends.close();
  const sent = messages(relay.sent());
  expect(sent.filter(({ type }) => type === 'Q').map(({ body }) => body)).toEqual([
    'ROLLBACK\0',
    'ROLLBACK\0',
    'ROLLBACK\0',
  ]);
  expect(sent.map(({ type }) => type).join('')).toBe(`${'PBEPBEPBDESQ'.repeat(2)}PBEBEPBDESQ`);
  expect(sent.filter(({ type, body }) => type === 'P' && body.includes('SELECT 3 AS third'))).toHaveLength(1);
  await relay.close();
});

test('a second statement in the text is an error of the server, not a statement', async () => {
  const backends = createBackends({ readSecret: readTestSecret, nativeDriverForced: false });
  const database = aDatabase(directConnection(server));
  const run = backends.execute(authorizedQuery({ database, sql: 'SELECT 1; SELECT 2' }), signal);
  await expect(run).rejects.toMatchObject({ sqlstate: '42601', message: expect.stringContaining('multiple commands') });
  await backends.close();
});

test.each([
  ['PGOPTIONS', '-c statement_timeout=1 -c default_transaction_read_only=off'],
  ['PGPASSFILE', '/nonexistent'],
  ['PGPASSWORD', 'wrong'],
  ['PGUSER', 'nobody'],
  ['PGHOST', 'no-such-host.invalid'],
  ['PGPORT', '1'],
  ['PGDATABASE', 'nothing'],
  ['PGSSLMODE', 'require'],
  ['PGSSLNEGOTIATION', 'direct'],
  ['PGAPPNAME', 'someone else'],
  ['PGCLIENTENCODING', 'LATIN1'],
  ['PGCONNECT_TIMEOUT', '1'],
  ['PGREPLICATION', 'database'],
  ['PGBINARY', 'true'],
])('%s in the environment has no effect', async (name, value) => {
  vi.stubEnv(name, value);
  const backends = createBackends({ readSecret: readTestSecret, nativeDriverForced: false });
  const database = aDatabase(directConnection(server));
  const { rows } = await read(
    backends.execute(
      authorizedQuery({
        database,
        sql: `SELECT current_user::text, current_database()::text, current_setting('client_encoding'), current_setting('default_transaction_read_only')`,
      }),
      signal,
    ),
  );
  expect(rows).toEqual([[server.user, server.database, 'UTF8', 'on']]);
  await backends.close();
});

test('the session says which call it serves', async () => {
  const backends = createBackends({ readSecret: readTestSecret, nativeDriverForced: false });
  const database = aDatabase(directConnection(server));
  const sql = 'SELECT application_name FROM pg_stat_activity WHERE pid = pg_backend_pid()';
  const { rows } = await read(backends.execute(authorizedQuery({ database, sql }), signal));
  expect(rows[0]?.[0]).toMatch(/^[0-9a-f-]{36}$/);
  await backends.close();
});
