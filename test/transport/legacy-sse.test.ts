/** The transport of the first revision: off unless asked for, and then behind the same checks. */

import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect as connectTcp } from 'node:net';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { afterEach, expect, test, vi } from 'vitest';
import { createCallsInFlight } from '../../src/transport/calls-in-flight.ts';
import { createLegacySse } from '../../src/transport/legacy-sse.ts';
import { createQuestions } from '../../src/transport/questions.ts';
import { patience } from '../support/patience.ts';
import { keys, type Listener, listener } from './listener.ts';
import { testParts, untilAborted } from './parts.ts';
import { raw, rpc } from './raw.ts';

let running: Listener | undefined;
afterEach(() => running?.server.close());

const headers = { authorization: 'Bearer key-of-alice' };

async function connect(): Promise<{ client: Client; endpoint: URL }> {
  const transport = new SSEClientTransport(new URL('/sse', running?.url), { requestInit: { headers } });
  const client = new Client({ name: 'oldest', version: '1' });
  await client.connect(transport);
  return { client, endpoint: Reflect.get(transport, '_endpoint') };
}

test('a client lists and calls', async () => {
  running = await listener({ settings: { transport: 'sse', auth: keys } });
  const { client } = await connect();
  expect((await client.listTools()).tools[0]?.name).toBe('run_query');
  await client.callTool({ name: 'run_query', arguments: { sql: 'select 1' } });
  expect(running.recorded.requests[0]?.call).toMatchObject({
    transport: 'sse',
    principal: { id: 'alice', auth: 'api_key' },
    client: { name: 'oldest', address: '127.0.0.1' },
  });
  const { server } = running;
  expect(server.sessions()).toEqual({ 'streamable-http': 0, sse: 1 });
  await client.close();
  await vi.waitFor(() => expect(server.sessions()).toEqual({ 'streamable-http': 0, sse: 0 }), patience);
});

test('the streamable endpoint is served beside it', async () => {
  running = await listener({ settings: { transport: 'sse' } });
  expect((await raw(running.url, { body: rpc('ping') })).status).toBe(400);
});

test('the stream and the messages pass the same guards', async () => {
  running = await listener({ settings: { transport: 'sse', auth: keys, maxBodyBytes: 1000 } });
  const { client, endpoint } = await connect();
  const status = async (path: URL, method: string, more: Record<string, string>, body = rpc('ping')) =>
    (await raw(path, { method, headers: more, ...(method === 'POST' ? { body } : {}) })).status;
  const sse = new URL('/sse', running.url);
  expect(await status(sse, 'GET', {})).toBe(401);
  expect(await status(sse, 'GET', { ...headers, host: 'evil.example' })).toBe(403);
  expect(await status(sse, 'POST', headers)).toBe(405);
  expect(await status(endpoint, 'POST', {})).toBe(401);
  expect(await status(endpoint, 'POST', { ...headers, origin: 'https://evil.example' })).toBe(403);
  expect(await status(endpoint, 'POST', { authorization: 'Bearer key-of-bob' })).toBe(404);
  expect(await status(new URL('/messages?sessionId=x', running.url), 'POST', headers)).toBe(404);
  expect(await status(endpoint, 'POST', headers, JSON.stringify({ padding: 'x'.repeat(2000) }))).toBe(413);
  expect(await status(endpoint, 'POST', headers)).toBe(202);
  await client.close();
});

test('a client that goes away has its call stopped', async () => {
  running = await listener({ settings: { transport: 'sse', auth: keys }, parts: testParts(untilAborted) });
  const { client } = await connect();
  const call = client.callTool({ name: 'run_query', arguments: { sql: 'select 1' } }).catch(() => undefined);
  const signal = await vi.waitFor(() => {
    const [first] = running?.recorded.signals ?? [];
    if (first === undefined) throw new Error('the call has not reached the broker');
    return first;
  }, patience);
  expect(signal.aborted).toBe(false);
  await client.close();
  await vi.waitFor(() => expect(signal.aborted).toBe(true), patience);
  await call;
});

test('a client that is gone before its stream is open leaves no session behind', async () => {
  const { toolbox } = testParts();
  const shared = {
    toolbox,
    version: '0',
    calls: createCallsInFlight(),
    questions: createQuestions(),
    onError: () => {},
  };
  const sse = createLegacySse({ ...shared, sessionLimits: { perPrincipal: 1, total: 1, idle: 60_000 } });
  const principal = { id: 'alice', kind: 'service', auth: 'api_key', roles: [] } as const;
  const opened = new Promise((resolve, reject) => {
    const server = createServer(async (request, response) => {
      await once(response, 'close');
      server.close();
      sse.open(request, response, { principal }).then(resolve, reject);
    });
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (typeof address !== 'object' || address === null) return;
      const socket = connectTcp(address.port, '127.0.0.1', () => {
        socket.write('GET /sse HTTP/1.1\r\nHost: localhost\r\n\r\n', () => socket.destroy());
      });
    });
  });
  await opened;
  expect(sse.sessionCount()).toBe(0);
  await sse.close();
});
