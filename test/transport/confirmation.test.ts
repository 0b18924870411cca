/** Writes that a person must confirm, with the clients of both protocol eras, over HTTP. */

import { Client as ModernClient, StreamableHTTPClientTransport as ModernTransport } from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterEach, describe, expect, test } from 'vitest';
import { requireConfirmation } from '../../src/broker/require-confirmation.ts';
import { BrokerError } from '../../src/model/errors.ts';
import type { QueryRequest } from '../../src/model/request.ts';
import { keys, type Listener, listener } from './listener.ts';
import { aDatabase, anAnswer, testParts } from './parts.ts';
import { raw, rpc } from './raw.ts';

const guarded = { ...aDatabase, readonly: false, confirm: 'writes' as const };
const sql = 'DELETE FROM orders WHERE id = $1';
const args = { sql, query_parameters: [7], purpose: 'T-1' };

interface Setting {
  readonly running: Listener;
  /** What reached the broker, and how each walk ended. */
  readonly walks: { readonly request: QueryRequest; readonly end: string }[];
}

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of cleanUp.splice(0).reverse()) await close();
});

/** The broker's own gate over a broker that answers: everything else permits. */
async function setting(patience?: number): Promise<Setting> {
  const walks: Setting['walks'] = [];
  const run = async (request: QueryRequest) => {
    try {
      requireConfirmation(guarded, request);
      walks.push({ request, end: 'ran' });
      return anAnswer;
    } catch (thrown) {
      walks.push({ request, end: thrown instanceof BrokerError ? thrown.code : String(thrown) });
      throw thrown;
    }
  };
  const running = await listener({
    parts: testParts(run, [guarded]),
    settings: { auth: keys },
    ...(patience === undefined ? {} : { patience }),
  });
  cleanUp.push(() => running.server.close());
  return { running, walks };
}

type Reply = { action: 'accept' | 'decline' | 'cancel'; content?: Record<string, boolean> };
type Respond = (message: string) => Reply | Promise<Reply>;
const accept: Reply = { action: 'accept', content: { confirm: true } };
const headers = (key: string) => ({ requestInit: { headers: { Authorization: `Bearer ${key}` } } });

async function older({ running }: Setting, respond: Respond) {
  const client = new Client({ name: 'older', version: '1' }, { capabilities: { elicitation: {} } });
  client.setRequestHandler(ElicitRequestSchema, ({ params }) => Promise.resolve(respond(params.message)));
  await client.connect(new StreamableHTTPClientTransport(running.url, headers('key-of-bob')));
  cleanUp.push(() => client.close());
  return (input: object = args) => client.callTool({ name: 'execute_statement', arguments: { ...input } });
}

async function modern({ running }: Setting, respond: Respond) {
  const client = new ModernClient(
    { name: 'modern', version: '2' },
    { capabilities: { elicitation: { form: {} } }, versionNegotiation: { mode: { pin: '2026-07-28' } } },
  );
  client.setRequestHandler('elicitation/create', async ({ params }) => respond(params.message));
  await client.connect(new ModernTransport(running.url, headers('key-of-bob')));
  cleanUp.push(() => client.close());
  return (input: object = args) => client.callTool({ name: 'execute_statement', arguments: { ...input } });
}

const eras = [
  ['a client of 2025', older],
  ['a client of the current revision', modern],
] as const;

describe.each(eras)('%s', (_era, connect) => {
  test('is asked with the whole statement, its values and who asks, and the write runs once', async () => {
    const made = await setting();
    const messages: string[] = [];
    const call = await connect(made, (message) => {
      messages.push(message);
      return accept;
    });
    const answer = await call();
    expect(answer).toMatchObject({ structuredContent: { rows: [{ one: 1 }] } });
    expect(messages).toEqual([`bob asks to write to the database orders:\n\n${sql}\n\nValues: ["7"]\n\nPurpose: T-1`]);
    expect(made.walks.map(({ end }) => end)).toEqual(['CONFIRMATION_REQUIRED', 'ran']);
    const [first, second] = made.walks.map(({ request }) => request.call);
    expect(second?.cause).toBe(first?.id);
    expect(second?.id).not.toBe(first?.id);
  });

  const refusals: readonly (readonly [string, Reply])[] = [
    ['declines', { action: 'decline' }],
    ['closes the form', { action: 'cancel' }],
    ['accepts without the tick', { action: 'accept', content: { confirm: false } }],
  ];
  test.each(refusals)('whose person %s is refused, on record, and nothing runs', async (_what, reply) => {
    const made = await setting();
    const call = await connect(made, () => reply);
    expect(await call()).toMatchObject({
      isError: true,
      structuredContent: { error: { code: 'CONFIRMATION_DECLINED' } },
    });
    expect(made.walks.map(({ end }) => end)).toEqual(['CONFIRMATION_REQUIRED', 'CONFIRMATION_DECLINED']);
  });

  test('is asked for each write anew', async () => {
    const made = await setting();
    let asked = 0;
    const call = await connect(made, () => {
      asked += 1;
      return accept;
    });
    await call();
    await call();
    expect(asked).toBe(2);
  });

  test('shows what would not be seen: invisible and reordering characters are written out', async () => {
    const made = await setting();
    const messages: string[] = [];
    const call = await connect(made, (message) => {
      messages.push(message);
      return accept;
    });
    await call({ sql: 'DELETE FROM a\u202e; -- \u200bx\u0007' });
    expect(messages[0]).toContain('DELETE FROM a\\u{202e}; -- \\u{200b}x\\u{7}');
  });

  test('is refused what is too long for a person to read, without being asked', async () => {
    const made = await setting();
    const call = await connect(made, () => {
      throw new Error('nobody is asked');
    });
    const answer = await call({ sql: `DELETE FROM a WHERE b = '${'x'.repeat(9000)}'` });
    expect(answer).toMatchObject({ isError: true, structuredContent: { error: { code: 'CONFIRMATION_REQUIRED' } } });
    expect(made.walks.map(({ end }) => end)).toEqual(['CONFIRMATION_REQUIRED']);
  });
});

test('a client that cannot ask is refused, in both eras, and nothing runs', async () => {
  const made = await setting();
  const client = new Client({ name: 'older', version: '1' });
  await client.connect(new StreamableHTTPClientTransport(made.running.url, headers('key-of-bob')));
  const current = new ModernClient(
    { name: 'x', version: '2' },
    { versionNegotiation: { mode: { pin: '2026-07-28' } } },
  );
  await current.connect(new ModernTransport(made.running.url, headers('key-of-bob')));
  cleanUp.push(
    () => client.close(),
    () => current.close(),
  );
  const refused = { isError: true, structuredContent: { error: { code: 'CONFIRMATION_REQUIRED' } } };
  expect(await client.callTool({ name: 'execute_statement', arguments: args })).toMatchObject(refused);
  expect(await current.callTool({ name: 'execute_statement', arguments: args })).toMatchObject(refused);
  expect(made.walks.map(({ end }) => end)).toEqual(['CONFIRMATION_REQUIRED', 'CONFIRMATION_REQUIRED']);
});

test('a client of 2025 whose person says nothing is answered when the time is over, and that is on record', async () => {
  const made = await setting(50);
  const call = await older(made, () => new Promise(() => undefined));
  expect(await call()).toMatchObject({
    isError: true,
    structuredContent: { error: { code: 'CONFIRMATION_DECLINED' } },
  });
  expect(made.walks.map(({ end }) => end)).toEqual(['CONFIRMATION_REQUIRED', 'CONFIRMATION_DECLINED']);
});

describe('the state that a client of the current revision carries', () => {
  const meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } },
  };
  const post = async ({ running }: Setting, params: object, key = 'key-of-bob') => {
    const answer = await raw(running.url, {
      headers: {
        authorization: `Bearer ${key}`,
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'tools/call',
        'mcp-name': 'execute_statement',
      },
      body: rpc('tools/call', { name: 'execute_statement', arguments: args, _meta: meta, ...params }),
    });
    const found = /\{.*\}/s.exec(answer.body)?.[0] ?? '{}';
    return JSON.parse(found).result;
  };
  const inputResponses = { confirm: accept };
  const ends = ({ walks }: Setting) => walks.map(({ end }) => end);

  test('is good for one call', async () => {
    const made = await setting();
    const { requestState, inputRequests } = await post(made, {});
    expect(inputRequests.confirm.method).toBe('elicitation/create');
    expect((await post(made, { requestState, inputResponses })).structuredContent.rows).toEqual([{ one: 1 }]);
    const replayed = await post(made, { requestState, inputResponses });
    expect(replayed.resultType).toBe('input_required');
    expect(ends(made)).toEqual(['CONFIRMATION_REQUIRED', 'ran', 'CONFIRMATION_REQUIRED']);
  });

  const other: readonly { readonly what: string; readonly changes: object; readonly key?: string }[] = [
    { what: 'another statement', changes: { arguments: { ...args, sql: 'DELETE FROM orders' } } },
    { what: 'other values', changes: { arguments: { ...args, query_parameters: [8] } } },
    { what: 'a value of another type', changes: { arguments: { ...args, query_parameters: [null] } } },
    { what: 'another caller', changes: {}, key: 'key-of-alice' },
    { what: 'a state that was made up', changes: { requestState: 'x'.repeat(43) } },
    { what: 'no state', changes: { requestState: undefined } },
  ];
  test.each(other)('is not good for $what', async ({ changes, key }) => {
    const made = await setting();
    const { requestState } = await post(made, {});
    const answer = await post(made, { requestState, inputResponses, ...changes }, key);
    expect(answer.structuredContent).toBeUndefined();
    expect(ends(made)).toEqual(['CONFIRMATION_REQUIRED', 'CONFIRMATION_REQUIRED']);
  });

  test('is given up when nobody comes back, and when the server stops; that is on record', async () => {
    const short = await setting(20);
    await post(short, {});
    await expect.poll(() => ends(short)).toEqual(['CONFIRMATION_REQUIRED', 'CONFIRMATION_DECLINED']);
    const stopped = await setting();
    await post(stopped, {});
    await stopped.running.server.close();
    expect(ends(stopped)).toEqual(['CONFIRMATION_REQUIRED', 'CONFIRMATION_DECLINED']);
  });
});
