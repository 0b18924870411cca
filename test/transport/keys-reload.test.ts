/** API keys that change while the server runs: the next request already meets the new list. */

import { afterEach, expect, test } from 'vitest';
import type { ApiKey } from '../../src/model/authentication.ts';
import { keys, type Listener, listener, sha256 } from './listener.ts';
import { testParts, untilAborted } from './parts.ts';
import { initialize, openSession, raw, rpc } from './raw.ts';

let running: Listener;
afterEach(() => running.server.close());

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const status = async (key: string, session?: string) =>
  (
    await raw(running.url, {
      headers: { ...bearer(key), ...(session === undefined ? {} : { 'mcp-session-id': session }) },
      body: session === undefined ? initialize : rpc('tools/list'),
    })
  ).status;
const adopt = async (list: readonly ApiKey[]) =>
  (await running.server.prepare({ auth: { mode: 'api_key', keys: list } }))();

test('a revoked key is refused with the next request, its sessions end, and nobody else notices', async () => {
  running = await listener({ settings: { auth: keys } });
  const [alice, bob] = await Promise.all(
    ['alice', 'bob'].map((name) => openSession(running.url, bearer(`key-of-${name}`))),
  );
  const [first] = keys.keys;
  await adopt([first]);
  expect(running.server.sessionCount()).toBe(1);
  expect(await status('key-of-bob', bob)).toBe(401);
  expect(await status('key-of-bob')).toBe(401);
  expect(await status('key-of-alice', alice)).toBe(200);
  await adopt(keys.keys);
  expect(await status('key-of-bob', bob)).toBe(404);
});

test('what runs for a revoked key is stopped', async () => {
  running = await listener({ settings: { auth: keys }, parts: testParts(untilAborted) });
  const session = await openSession(running.url, bearer('key-of-bob'));
  const call = rpc('tools/call', { name: 'run_query', arguments: { sql: 'SELECT 1' } });
  const answer = raw(running.url, { headers: { ...bearer('key-of-bob'), 'mcp-session-id': session }, body: call });
  await expect.poll(() => running.recorded.signals.length).toBe(1);
  await adopt([keys.keys[0]]);
  await answer.catch(() => undefined);
  expect(running.recorded.signals[0]?.aborted).toBe(true);
});

test('a new key of the same principal goes on with its session', async () => {
  running = await listener({ settings: { auth: keys } });
  const session = await openSession(running.url, bearer('key-of-bob'));
  await adopt([keys.keys[0], { ...keys.keys[1], sha256: sha256('new-key-of-bob') }]);
  expect(await status('key-of-bob', session)).toBe(401);
  expect(await status('new-key-of-bob', session)).toBe(200);
});
