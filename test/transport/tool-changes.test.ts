/** Clients of both protocol eras hear that their list of tools may be another one, as long as they may know and no longer. */

import { Client as ModernClient, StreamableHTTPClientTransport as ModernTransport } from '@modelcontextprotocol/client';
import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterEach, describe, expect, test } from 'vitest';
import { keys, type Listener, listener, modernClient, olderClient } from './listener.ts';
import { aDatabase, testParts, untilAborted } from './parts.ts';

let running: Listener;
afterEach(() => running.server.close());

const tools = { toolsListChanged: true };

test('a client of 2025 hears of each change on the stream of its session', async () => {
  running = await listener();
  const client = await olderClient(running.url);
  let told = 0;
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
    told += 1;
  });
  await expect.poll(() => running.server.announceToolChange() ?? told).toBeGreaterThan(0); // its stream opens beside it
  await client.close();
});

describe('a client of 2026', () => {
  test('is promised what there is to hear of, and hears of each change', async () => {
    running = await listener();
    const client = await modernClient(running.url);
    let told = 0;
    client.setNotificationHandler('notifications/tools/list_changed', () => {
      told += 1;
    });
    const everything = {
      ...tools,
      promptsListChanged: true,
      resourcesListChanged: true,
      resourceSubscriptions: ['a:b'],
    };
    const subscription = await client.listen(everything);
    expect(subscription.honoredFilter).toEqual(tools);
    running.server.announceToolChange();
    running.server.announceToolChange();
    await expect.poll(() => told).toBe(2);
    await client.close();
  });

  test('that keeps its list of tools reads it anew when it changed', async () => {
    const parts = testParts(undefined, [{ ...aDatabase, readonly: false }]);
    running = await listener({ settings: { auth: keys }, parts });
    const [alice] = keys.keys;
    const counts: (number | undefined)[] = [];
    const onChanged = (_error: Error | null, list: readonly unknown[] | null) => void counts.push(list?.length);
    const client = new ModernClient(
      { name: 'modern', version: '2' },
      { versionNegotiation: { mode: { pin: '2026-07-28' } }, listChanged: { tools: { onChanged, debounceMs: 0 } } },
    );
    const headers = { Authorization: 'Bearer key-of-alice' };
    await client.connect(new ModernTransport(running.url, { requestInit: { headers } }));
    const before = (await client.listTools()).tools.length;
    const auth = { mode: 'api_key', keys: [{ ...alice, roles: ['writer'] }] } as const;
    (await running.server.prepare({ auth }))();
    expect((await client.listTools()).tools).toHaveLength(before); // it may keep what it has until it hears
    running.server.announceToolChange();
    await expect.poll(() => counts).toEqual([before + 1]);
    await client.close();
  });

  test('that listens does not hold up a stop, is told of it, and what runs is still given its time', async () => {
    running = await listener({ parts: testParts(untilAborted) });
    const client = await modernClient(running.url);
    const subscription = await client.listen(tools);
    let stopped = false;
    const call = client.callTool({ name: 'run_query', arguments: { sql: 'SELECT 1' } }).catch(() => undefined);
    await expect.poll(() => running.recorded.signals.length).toBe(1);
    const closed = running.server.close().then(() => {
      stopped = true;
    });
    expect(await subscription.closed).toBe('graceful');
    expect([stopped, running.recorded.signals[0]?.aborted]).toEqual([false, false]);
    await client.close();
    await Promise.all([closed, call]);
  });

  test('hears nothing more once its key is revoked; its neighbour does', async () => {
    running = await listener({ settings: { auth: keys } });
    const [alice, bob] = await Promise.all(
      ['alice', 'bob'].map(async (name) => (await modernClient(running.url, `key-of-${name}`)).listen(tools)),
    );
    (await running.server.prepare({ auth: { ...keys, keys: [keys.keys[0]] } }))();
    expect(await bob?.closed).toBe('remote');
    await alice?.close();
    expect(await alice?.closed).toBe('local');
  });

  test('opens so many streams and no more, keeps nobody else from his, and gives back the place of one it closes', async () => {
    const sessionLimits = { perPrincipal: 1, total: 10, idle: 60_000 };
    running = await listener({ settings: { auth: keys }, sessionLimits });
    const alice = await modernClient(running.url, 'key-of-alice');
    const first = await alice.listen(tools);
    await expect(alice.listen(tools)).rejects.toThrow(/Too many/);
    await (await (await modernClient(running.url, 'key-of-bob')).listen(tools)).close();
    await first.close();
    await expect.poll(() => alice.listen(tools).then(Boolean, () => false)).toBe(true);
    await alice.close();
  });
});
