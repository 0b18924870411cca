/** A plain call in a 2025 session is answered without the SDK; what the caller reads and the corridor learns is what the SDK makes of it. */

import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Broker } from '../../src/broker/answer.ts';
import { Refusal } from '../../src/model/errors.ts';
import { type Listener, listener } from './listener.ts';
import { anAnswer, testParts, untilAborted } from './parts.ts';
import { openSession, type RawAnswer, raw, rpc } from './raw.ts';

let running: Listener | undefined;
afterEach(() => running?.server.close());

const query = { name: 'run_query', arguments: { sql: 'select 1' } };
const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

/** With a progress token the SDK answers, on a stream. */
const throughSdk = (params: { readonly _meta?: object; readonly name: string }) => ({
  ...params,
  _meta: { ...params._meta, progressToken: 'p' },
});

/** The response of either framing. */
function messageOf({ body }: RawAnswer): unknown {
  const stream = /^data: (.+)$/m.exec(body)?.[1];
  return JSON.parse(stream ?? body);
}

/** Call ids and the ids of notices. */
const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const withoutIds = (value: unknown): unknown => JSON.parse((JSON.stringify(value) ?? 'null').replace(uuid, 'ID'));

const refusing: Broker['run'] = async () => {
  throw new Refusal('POLICY_DENIED', 'Not yours.', { hint: 'Ask for another.', position: 3 });
};
const masked: Broker['run'] = async () => ({ ...anAnswer, masked: ['one'], cut: 'rows' });

describe('the answer is the SDK’s, in one JSON body', () => {
  test.each([
    { what: 'rows', run: undefined, params: query },
    { what: 'rows with a notice', run: masked, params: query },
    { what: 'a refusal', run: refusing, params: query },
    { what: 'bad arguments', run: undefined, params: { name: 'run_query', arguments: { sql: 7 } } },
    { what: 'no arguments', run: undefined, params: { name: 'run_query' } },
    { what: 'a trace', run: undefined, params: { ...query, _meta: { traceparent } } },
  ])('$what', async ({ run, params }) => {
    running = await listener({ parts: testParts(run) });
    const headers = { 'mcp-session-id': await openSession(running.url) };
    const own = await raw(running.url, { headers, body: rpc('tools/call', params, 5) });
    const sdk = await raw(running.url, { headers, body: rpc('tools/call', throughSdk(params), 5) });
    expect(own.status).toBe(200);
    expect(own.headers['content-type']).toBe('application/json');
    expect(own.headers['content-length']).toBe(String(Buffer.byteLength(own.body)));
    expect(own.headers['mcp-session-id']).toBe(sdk.headers['mcp-session-id']);
    expect(sdk.headers['content-type']).toBe('text/event-stream');
    expect(withoutIds(messageOf(own))).toEqual(withoutIds(messageOf(sdk)));
    const [one, other] = running.recorded.requests;
    expect(withoutIds(one)).toEqual(withoutIds(other));
    expect(running.recorded.refusals[0]).toBe(running.recorded.refusals[1]);
  });
});

test('what the SDK would refuse is refused by it', async () => {
  running = await listener();
  const session = { 'mcp-session-id': await openSession(running.url) };
  const ask = async (headers: Record<string, string>, body: string) =>
    (await raw(running?.url ?? new URL('x:'), { headers: { ...session, ...headers }, body })).status;
  const body = rpc('tools/call', query, 2);
  expect(await ask({ 'mcp-protocol-version': '1999-01-01' }, body)).toBe(400);
  expect(await ask({ accept: 'application/json' }, body)).toBe(406);
  expect(await ask({ 'mcp-session-id': 'of-nobody' }, body)).toBe(404);
  expect(running.recorded.requests).toEqual([]);
});

test('a session of another principal does not exist for a plain call', async () => {
  const keys = ['a', 'b'].map((principal) => ({ principal, roles: [], sha256: digests[principal] ?? '' }));
  running = await listener({ settings: { auth: { mode: 'api_key', keys } } });
  const session = await openSession(running.url, { authorization: 'Bearer a' });
  const headers = { 'mcp-session-id': session, authorization: 'Bearer b' };
  expect((await raw(running.url, { headers, body: rpc('tools/call', query, 2) })).status).toBe(404);
  expect(running.recorded.requests).toEqual([]);
});

const digests: Record<string, string> = {
  a: 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb',
  b: '3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d',
};

test('an unknown tool is an error of the protocol, and on record', async () => {
  running = await listener();
  const headers = { 'mcp-session-id': await openSession(running.url) };
  const answer = await raw(running.url, { headers, body: rpc('tools/call', { name: 'nothing' }, 2) });
  expect(messageOf(answer)).toMatchObject({ id: 2, error: { code: -32602 } });
  expect(running.recorded.refusals).toEqual(['REQUEST_INVALID']);
});

async function callUnderWay(id: string | number) {
  running = await listener({ parts: testParts(untilAborted) });
  const { url, recorded } = running;
  const headers = { 'mcp-session-id': await openSession(url) };
  const answer = raw(url, {
    headers,
    body: JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: query }),
  });
  await vi.waitFor(() => expect(recorded.signals).toHaveLength(1));
  return { url, headers, answer, signal: recorded.signals[0] };
}

test('a cancelled call is stopped and no answer follows', async () => {
  const { url, headers, answer, signal } = await callUnderWay('q');
  const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'q' } };
  expect((await raw(url, { headers, body: JSON.stringify(cancel) })).status).toBe(202);
  expect(await answer).toMatchObject({ status: 200, body: '', headers: { 'content-type': 'text/event-stream' } });
  expect(signal?.aborted).toBe(true);
});

test('a cancellation of another request leaves a call alone', async () => {
  const { url, headers, answer, signal } = await callUnderWay(8);
  const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: '8' } };
  expect((await raw(url, { headers, body: JSON.stringify(cancel) })).status).toBe(202);
  expect(signal?.aborted).toBe(false);
  expect((await raw(url, { method: 'DELETE', headers })).status).toBe(200);
  expect((await answer).body).toContain('BACKEND_CANCELLED');
  expect(signal?.aborted).toBe(true);
});
