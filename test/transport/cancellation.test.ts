/** A caller that cancels or goes away stops what runs for it, in both protocol eras. */

import { request } from 'node:http';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { patience } from '../support/patience.ts';
import { type Listener, listener, modernClient, olderClient } from './listener.ts';
import { testParts, untilAborted } from './parts.ts';
import { openSession, rpc } from './raw.ts';

let running: Listener | undefined;
afterEach(() => running?.server.close());

const slow = { name: 'run_query', arguments: { sql: 'select pg_sleep(60)' } };

async function signalOfTheCall(): Promise<AbortSignal> {
  return vi.waitFor(() => {
    const signal = running?.recorded.signals[0];
    if (signal === undefined) throw new Error('the call has not reached the broker');
    return signal;
  }, patience);
}

const aborted = (signal: AbortSignal) => vi.waitFor(() => expect(signal.aborted).toBe(true), patience);

async function modernCall(url: URL) {
  const client = await modernClient(url);
  return {
    call: (signal?: AbortSignal) => client.callTool(slow, { ...(signal ? { signal } : {}) }),
    close: () => client.close(),
  };
}

async function olderCall(url: URL) {
  const client = await olderClient(url);
  return {
    call: (signal?: AbortSignal) => client.callTool(slow, undefined, { ...(signal ? { signal } : {}) }),
    close: () => client.close(),
  };
}

describe.each([
  { era: '2026', connect: modernCall },
  { era: '2025', connect: olderCall },
])('a client of $era', ({ connect }) => {
  test('that cancels its call has it stopped', async () => {
    running = await listener({ parts: testParts(untilAborted) });
    const client = await connect(running.url);
    const cancel = new AbortController();
    const call = expect(client.call(cancel.signal)).rejects.toThrow();
    const signal = await signalOfTheCall();
    cancel.abort('no longer needed');
    await call;
    await aborted(signal);
    await client.close();
  });

  test('that closes its connection has its call stopped', async () => {
    running = await listener({ parts: testParts(untilAborted) });
    const client = await connect(running.url);
    const call = client.call().catch(() => undefined);
    const signal = await signalOfTheCall();
    await client.close();
    await aborted(signal);
    await call;
  });
});

test('a 2025 session whose socket drops without a word has its call stopped, and lives on', async () => {
  running = await listener({ parts: testParts(untilAborted) });
  const session = await openSession(running.url);
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-session-id': session,
  };
  const sent = request(running.url, { method: 'POST', headers, agent: false });
  sent.on('error', () => undefined);
  sent.end(rpc('tools/call', slow, 2));
  const signal = await signalOfTheCall();
  expect(signal.aborted).toBe(false);
  sent.destroy();
  await aborted(signal);
  expect(running.server.sessionCount()).toBe(1);
});

test('a stop cancels what runs, waits until it has ended, and tells who waits', async () => {
  let ended = false;
  const parts = testParts(async (call, signal) => {
    try {
      return await untilAborted(call, signal);
    } finally {
      await new Promise((later) => setTimeout(later, 50)); // the time a last record takes
      ended = true;
    }
  });
  running = await listener({ parts });
  const client = await olderClient(running.url);
  const call = client.callTool(slow).catch(() => undefined);
  await signalOfTheCall();
  await running.server.close();
  expect(ended).toBe(true);
  expect(await call).toMatchObject({ isError: true });
  await client.close();
});
