/** The built command, as a client and an operator meet it: start order, refusals with the next command, and a graceful end. */

import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { connectClient } from '../support/mcp-client.ts';
import { patience } from '../support/patience.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { directDatabase, passwordVariable, startServer, type Workspace, workspace } from '../support/product.ts';
import { chatOverStdio, runCli } from './run-cli.ts';

let database: TestDatabase;
let place: Workspace;

beforeAll(async () => {
  database = await testDatabase({ seed: "CREATE TABLE public.fruits AS SELECT 1 AS id, 'apple' AS name" });
  const principal =
    'stdio: { principal: alice, roles: [analyst] }\nserver: { auth: { mode: none, principal: bob, roles: [analyst] } }';
  place = await workspace({
    config: `${principal}\nlimits: { lock_timeout: 20s }\ndatabases:\n${directDatabase('main', database)}\n`,
    policies: { 'default.csv': 'p, analyst, *, public.*, select, allow' },
  });
});

afterAll(async () => {
  await database?.drop();
  await place?.remove();
});

const secrets = () => ({ [passwordVariable]: database.password });

/** A server that is stopped whatever becomes of the test. */
async function running() {
  const server = await startServer(place.config, secrets());
  onTestFinished(async () => void (await server.stop('SIGKILL')));
  return server;
}

test('over stdio a client gets rows, and stdout carries nothing but MCP messages', async () => {
  const chat = await chatOverStdio(['--config', place.config], secrets(), [
    { method: 'tools/call', params: { name: 'run_query', arguments: { sql: 'SELECT * FROM fruits' } } },
  ]);
  expect(chat.answers.at(-1)).toMatchObject({ result: { structuredContent: { rows: [{ id: 1, name: 'apple' }] } } });
  expect(chat.stdoutLines.every((line) => JSON.parse(line).jsonrpc === '2.0')).toBe(true);
  expect(chat.code).toBe(0);
});

test('over HTTP a client gets rows; SIGTERM ends the server with 0', async () => {
  const server = await running();
  const client = await connectClient(server.url);
  const answer = await client.call('run_query', { sql: 'SELECT name FROM fruits', database_id: 'main' });
  expect(answer.structured['rows']).toEqual([{ name: 'apple' }]);
  await client.close();
  expect(await server.stop('SIGTERM')).toBe(0);
});

test('the one caller of a transport who may use nothing is named in the log, with the line that opens it', async () => {
  const other = await workspace({
    config: `databases:\n${directDatabase('main', database)}\n`,
    policies: { 'default.csv': 'p, analyst, *, public.*, select, allow', 'roles.csv': 'g, alice, analyst, *' },
  });
  onTestFinished(other.remove);
  const server = await startServer(other.config, secrets());
  onTestFinished(async () => void (await server.stop('SIGKILL')));
  await vi.waitFor(() => expect(server.stderr()).toContain('g, anonymous, reader, *'), patience);
});

test('an address in use is named with what to do', async () => {
  const server = await running();
  const again = await runCli(
    ['serve', '--config', place.config, '--transport', 'streamable-http', '--listen', `127.0.0.1:${server.port}`],
    secrets(),
  );
  expect(again).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(
      `pgwarden: 127.0.0.1:${server.port} is in use by another program.\nHint: Stop what listens there, or choose another address: --listen HOST:PORT, or server.listen.`,
    ),
  });
});

test('a missing policy refuses the start and names the next command', async () => {
  const bare = await workspace({ config: 'databases:\n  sample:\n    type: embedded\n' });
  const { code, stdout, stderr } = await runCli(['serve', '--config', bare.config]);
  await bare.remove();
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain('pgwarden policy init');
});

test('certificate files that cannot be read keep an HTTP server from starting, and it says which', async () => {
  const tls = 'server: { listen: 127.0.0.1:0, tls: { cert: none.pem, key: none.key } }';
  const config = `${tls}\ndatabases:\n  sample:\n    type: embedded\n`;
  const bare = await workspace({ config, policies: { 'default.csv': 'p, analyst, *, public.*, select, allow' } });
  const { code, stderr } = await runCli(['serve', '--config', bare.config, '--transport', 'streamable-http']);
  await bare.remove();
  expect([code, stderr]).toEqual([1, expect.stringMatching(/none\.pem cannot be read/)]);
});

test('what fails after initialize was answered ends the server; the client does not learn the reason', async () => {
  const config = 'audit: { hmac_key: { env: KEY_THAT_IS_UNSET } }\ndatabases:\n  sample:\n    type: embedded\n';
  const broken = await workspace({ config, policies: { 'default.csv': 'p, analyst, *, public.*, select, allow' } });
  const chat = await chatOverStdio(['--config', broken.config], {}, [{ method: 'tools/list', params: {} }]);
  await broken.remove();
  expect(chat.code).toBe(1);
  expect(chat.stderr).toContain('KEY_THAT_IS_UNSET');
  expect(chat.stdoutLines.join()).not.toContain('KEY_THAT_IS_UNSET');
});

test('an audit directory that cannot be written refuses the start', async () => {
  const { code, stderr } = await runCli(
    ['serve', '--config', place.config, '--audit-directory', '/dev/null/log'],
    secrets(),
  );
  expect(code).toBe(1);
  expect(stderr).toContain('AUDIT_UNAVAILABLE');
});

test.each([
  [['--listen', '0.0.0.0:0', '--transport', 'streamable-http'], 'auth: { mode: api_key'],
  [['--transport', 'carrier-pigeon'], 'stdio, streamable-http, sse'],
  [['--listen', '8000'], 'HOST:PORT'],
])('%j is refused before anything starts', async (flags, told) => {
  const { code, stderr } = await runCli(['serve', '--config', place.config, ...flags], secrets());
  expect(code).toBe(2);
  expect(stderr).toContain(told);
});

test('two servers on one configuration run side by side', async () => {
  const servers = await Promise.all([running(), running()]);
  const answers = await Promise.all(
    servers.map(async ({ url }) => {
      const client = await connectClient(url);
      const answer = await client.call('run_query', { sql: 'SELECT id FROM fruits' });
      await client.close();
      return answer.structured['rows'];
    }),
  );
  expect(answers).toEqual([[{ id: 1 }], [{ id: 1 }]]);
  expect(await Promise.all(servers.map((server) => server.stop()))).toEqual([0, 0]);
});

test('a call that runs when SIGTERM comes is answered before the server ends; new ones are not taken', async () => {
  const server = await running();
  const client = await connectClient(server.url);
  await client.call('run_query', { sql: 'SELECT id FROM fruits' }); // the catalog is loaded: the next call reaches the lock
  const holder = await database.client();
  await holder.query('BEGIN; LOCK TABLE fruits IN ACCESS EXCLUSIVE MODE');
  const answer = client.call('run_query', { sql: 'SELECT name FROM fruits' });
  await vi.waitFor(async () => expect(await waitingForLock()).toBe(1), { timeout: 10_000, interval: 20 });
  const ended = server.stop('SIGTERM');
  await vi.waitFor(
    async () => expect((await fetch(server.url.replace('/mcp', '/readyz')).catch(() => undefined))?.ok).not.toBe(true),
    patience,
  );
  await holder.query('ROLLBACK');
  await holder.end();
  expect((await answer).structured['rows']).toEqual([{ name: 'apple' }]);
  expect(await ended).toBe(0);
});

async function waitingForLock(): Promise<number> {
  const observer = await database.client({ ...database.superuser });
  try {
    const { rows } = await observer.query(
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = $1 AND wait_event_type = 'Lock'",
      [database.database],
    );
    return rows[0].n;
  } finally {
    await observer.end();
  }
}
