/** A plain call is answered without the SDK; what the caller reads and the corridor learns is what the SDK makes of it. */

import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Broker } from '../../src/broker/answer.ts';
import { Refusal } from '../../src/model/errors.ts';
import { patience } from '../support/patience.ts';
import { type Listener, listener } from './listener.ts';
import { anAnswer, testParts, untilAborted } from './parts.ts';
import { openSession, type RawAnswer, raw, rpc } from './raw.ts';

let running: Listener | undefined;
afterEach(() => running?.server.close());

const query = { name: 'run_query', arguments: { sql: 'select 1' } };
const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

interface CallParams {
  readonly _meta?: object;
  readonly name: string;
}

/** A progress token leaves the call to the SDK. */
const throughSdk = (params: CallParams) => ({ ...params, _meta: { ...params._meta, progressToken: 'p' } });

const envelope = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

/** Sends a call as a client of one era does. */
type Send = (params: CallParams, id?: number) => Promise<RawAnswer>;

const revisionHeaders = (name: string) => ({
  'mcp-protocol-version': '2026-07-28',
  'mcp-method': 'tools/call',
  'mcp-name': name,
});

const standAlone =
  (url: URL): Send =>
  (params, id = 5) =>
    raw(url, {
      headers: revisionHeaders(params.name),
      body: rpc('tools/call', { ...params, _meta: { ...envelope, ...params._meta } }, id),
    });

async function inSession(url: URL): Promise<Send> {
  const headers = { 'mcp-session-id': await openSession(url) };
  return (params, id = 5) => raw(url, { headers, body: rpc('tools/call', params, id) });
}

const alone =
  (url: URL): Send =>
  (params, id = 5) =>
    raw(url, { headers: { 'mcp-protocol-version': '2025-11-25' }, body: rpc('tools/call', params, id) });

const perClient = { sessions: 'per_client' } as const;
const stateless = { sessions: 'stateless' } as const;

const eras: readonly {
  readonly era: string;
  readonly settings: typeof perClient | typeof stateless;
  readonly connect: (url: URL) => Promise<Send>;
}[] = [
  { era: 'in a 2025 session', settings: perClient, connect: inSession },
  { era: 'of 2025 without a session', settings: stateless, connect: async (url) => alone(url) },
  { era: 'of the current revision', settings: perClient, connect: async (url) => standAlone(url) },
];

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

/** Large enough to leave in pieces, with what must be escaped, and more rows than one piece holds. */
const long = {
  ...anAnswer,
  rows: Array.from({ length: 5000 }, (_, index) => [`${index} a"\\\n${'😀'.repeat(20)}`]),
  bytes: 600_000,
};
const large: Broker['run'] = async () => long;

const calls: readonly { readonly what: string; readonly run?: Broker['run']; readonly params: CallParams }[] = [
  { what: 'rows', params: query },
  { what: 'rows with a notice', run: masked, params: query },
  { what: 'a refusal', run: refusing, params: query },
  { what: 'bad arguments', params: { name: 'run_query', arguments: { sql: 7 } } as CallParams },
  { what: 'no arguments', params: { name: 'run_query' } },
  { what: 'a trace', params: { ...query, _meta: { traceparent } } },
];

describe.each(eras)('$era the answer is the SDK’s, in one JSON body', ({ connect, settings }) => {
  test.each(calls)('$what', async ({ run, params }) => {
    running = await listener({ settings, parts: testParts(run) });
    const send = await connect(running.url);
    const own = await send(params);
    const sdk = await send(throughSdk(params));
    expect(own.status).toBe(200);
    expect(own.headers['content-type']).toBe('application/json');
    expect(own.headers['content-length']).toBe(String(Buffer.byteLength(own.body)));
    expect(own.headers['mcp-session-id']).toBe(sdk.headers['mcp-session-id']);
    expect(sdk.headers['content-length']).toBeUndefined();
    expect(withoutIds(messageOf(own))).toEqual(withoutIds(messageOf(sdk)));
    const [one, other] = running.recorded.requests;
    expect(withoutIds(one)).toEqual(withoutIds(other));
    expect(running.recorded.refusals[0]).toBe(running.recorded.refusals[1]);
  });

  test('a large result leaves in pieces and is the same', async () => {
    running = await listener({ settings, parts: testParts(large) });
    const send = await connect(running.url);
    const [own, sdk] = [await send(query), await send(throughSdk(query))];
    expect(own.headers['content-type']).toBe('application/json');
    expect(withoutIds(messageOf(own))).toEqual(withoutIds(messageOf(sdk)));
  });

  test('nothing that the SDK makes of an envelope, a session or a stream stands behind it', async () => {
    running = await listener({ settings });
    const send = await connect(running.url);
    expect((await send(query)).headers['transfer-encoding']).toBeUndefined();
    expect((await send(throughSdk(query))).headers['transfer-encoding']).toBe('chunked');
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

test('where there are no sessions, too, what the SDK would refuse is refused by it', async () => {
  running = await listener({ settings: stateless });
  const { url } = running;
  const ask = async (headers: Record<string, string>) =>
    (await raw(url, { headers, body: rpc('tools/call', query, 2) })).status;
  expect(await ask({ 'mcp-protocol-version': '1999-01-01' })).toBe(400);
  expect(await ask({ 'mcp-protocol-version': '2026-07-28' })).toBe(400);
  expect(await ask({ accept: 'application/json' })).toBe(406);
  expect(running.recorded.requests).toEqual([]);
  expect(await ask({})).toBe(200);
});

const client = envelope['io.modelcontextprotocol/clientInfo'];
const of = (meta: object) => ({ ...query, _meta: { ...envelope, ...meta } });

/** Each differs in one thing from a call that is answered; every one of them runs nothing. */
const refused: readonly { what: string; headers?: Record<string, string>; params?: object; code: number }[] = [
  { what: 'a header of another revision', headers: { 'mcp-protocol-version': '2025-06-18' }, code: -32020 },
  { what: 'a header that names another method', headers: { 'mcp-method': 'tools/list' }, code: -32020 },
  { what: 'a header that names another tool', headers: { 'mcp-name': 'list_tables' }, code: -32020 },
  {
    what: 'an unknown revision',
    headers: { 'mcp-protocol-version': '2099-01-01' },
    params: of({ 'io.modelcontextprotocol/protocolVersion': '2099-01-01' }),
    code: -32022,
  },
  {
    what: 'a client without a version',
    params: of({ 'io.modelcontextprotocol/clientInfo': { name: client.name } }),
    code: -32602,
  },
  { what: 'capabilities that are none', params: of({ 'io.modelcontextprotocol/clientCapabilities': 1 }), code: -32602 },
  { what: 'arguments that are a list', params: { ...of({}), arguments: [] }, code: -32602 },
];

test.each(refused)('of the current revision, $what is refused by the SDK', async ({ headers, params, code }) => {
  running = await listener();
  await standAlone(running.url)(query); // what was found in order once excuses nothing else
  const body = rpc('tools/call', params ?? of({}), 3);
  const answer = await raw(running.url, { headers: { ...revisionHeaders('run_query'), ...headers }, body });
  expect(messageOf(answer)).toMatchObject({ id: 3, error: { code } });
  expect(running.recorded.requests).toHaveLength(1);
});

test('of the current revision, what the SDK understands besides is answered by it, and well', async () => {
  running = await listener();
  const headers = { ...revisionHeaders('run_query'), 'mcp-name': `=?base64?${btoa('run_query')}?=` };
  const encoded = await raw(running.url, { headers, body: rpc('tools/call', of({}), 3) });
  expect(messageOf(encoded)).toMatchObject({ id: 3, result: { structuredContent: { row_count: 1 } } });
  for (const _meta of [
    { 'io.modelcontextprotocol/logLevel': 'info' },
    { 'io.modelcontextprotocol/clientInfo': undefined },
  ]) {
    const answer = await standAlone(running.url)({ ...query, _meta });
    expect(messageOf(answer)).toMatchObject({ result: { structuredContent: { row_count: 1 } } });
    expect(answer.headers['content-length']).toBeUndefined();
  }
});

test('of the current revision, a client that goes away stops its call', async () => {
  running = await listener({ parts: testParts(untilAborted) });
  const { recorded, url } = running;
  const leaving = new AbortController();
  const body = rpc('tools/call', of({}), 3);
  const headers = { ...revisionHeaders('run_query'), 'content-type': 'application/json' };
  const answer = fetch(url, { method: 'POST', headers, body, signal: leaving.signal }).catch(() => 'gone');
  await vi.waitFor(() => expect(recorded.signals).toHaveLength(1), patience);
  leaving.abort();
  expect(await answer).toBe('gone');
  await vi.waitFor(() => expect(recorded.signals[0]?.aborted).toBe(true), patience);
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
  await vi.waitFor(() => expect(recorded.signals).toHaveLength(1), patience);
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
