/** Requests made to go wrong inside: each is refused as its sender's fault, and none is trouble of the server's. */

import { request as send } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startAdmin } from '../../src/transport/admin-server.ts';
import { type Listener, listener } from './listener.ts';
import { openSession, raw } from './raw.ts';

let running: Listener;
let session: Record<string, string>;
beforeAll(async () => {
  running = await listener({ settings: { maxBodyBytes: 2 ** 20 } });
  session = { 'mcp-session-id': await openSession(running.url) };
});
afterAll(() => running?.server.close());

const nested = (open: string, close: string, times: number) => `${open.repeat(times)}1${close.repeat(times)}`;
const call = (args: string, meta = '{}') =>
  `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"run_query","arguments":${args},"_meta":${meta}}}`;
const deep = nested('{"a":', '}', 100_000);

test.each([
  ['lists in lists', nested('[', ']', 400_000)],
  ['brackets that never close', '['.repeat(1_000_000)],
  ['a value in the arguments', call(`{"sql":"select 1","query_parameters":[${deep}]}`)],
  ['what a client says of itself', call('{"sql":"select 1"}', `{"io.modelcontextprotocol/clientInfo":${deep}}`)],
  ['objects behind texts full of quotes', call(`{"sql":"\\\\\\"[\\"","purpose":"\\\\","x":${deep}}`)],
])('a body that is deeper than any message is refused: %s', async (_what, body) => {
  const modern = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'run_query' };
  for (const headers of [session, modern])
    expect(await raw(running.url, { headers, body })).toMatchObject({ status: 400 });
  expect(running.errors).toEqual([]);
});

test('brackets in a text are text, and a message may be as deep as a value can be', async () => {
  const text = JSON.stringify({
    sql: `select '${'[{\\"'.repeat(1000)}'`,
    query_parameters: [JSON.parse(nested('[', ']', 30))],
  });
  const answer = await raw(running.url, { headers: session, body: call(text) });
  expect(answer).toMatchObject({ status: 200, body: expect.stringContaining('structuredContent') });
});

/** A request line that no client library writes. */
const statusOf = (port: number, path: string) =>
  new Promise<number | undefined>((resolve, reject) => {
    const sent = send({ host: '127.0.0.1', port, path, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    sent.on('error', reject).end();
  });

test.each(['//', 'http://[', '//:x/'])('an address that is none is not found, and is no trouble: %s', async (path) => {
  expect(await statusOf(Number(running.url.port), path)).toBe(404);
  expect(running.errors).toEqual([]);
  const errors: Error[] = [];
  const unused = async () => '';
  const admin = await startAdmin({
    listen: { host: '127.0.0.1', port: 0 },
    metrics: unused,
    databases: unused,
    status: unused,
    cancel: () => false,
    applyWaiting: unused,
    reload: unused,
    onError: (error) => errors.push(error),
  });
  expect(await statusOf(Number(new URL(admin.url).port), path)).toBe(404);
  expect(errors).toEqual([]);
  await admin.close();
});
