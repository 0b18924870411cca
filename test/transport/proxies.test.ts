/** Whose word on forwarded addresses is taken, over real connections from a loopback address. */

import { afterEach, describe, expect, test } from 'vitest';
import { type Listener, listener } from './listener.ts';
import { raw, rpc } from './raw.ts';

let running: Listener | undefined;
afterEach(() => running?.server.close());

const call = rpc('tools/call', { name: 'run_query', arguments: { sql: 'SELECT 1' } });

async function addressSeen(trustedProxies: readonly string[], headers: Record<string, string>) {
  running = await listener({ settings: { sessions: 'stateless', trustedProxies } });
  await raw(running.url, { headers, body: call });
  return running.recorded.requests[0]?.call.client.address;
}

describe('the address on record', () => {
  const local = '127.0.0.0/8';
  test.each([
    { proxies: [], forwarded: '203.0.113.7', seen: '127.0.0.1', why: 'nobody is trusted' },
    { proxies: ['10.0.0.0/8'], forwarded: '203.0.113.7', seen: '127.0.0.1', why: 'the peer is not trusted' },
    { proxies: [local], forwarded: '203.0.113.7', seen: '203.0.113.7', why: 'the peer is trusted' },
    {
      proxies: [local],
      forwarded: '6.6.6.6, 203.0.113.7',
      seen: '203.0.113.7',
      why: 'a client wrote the first itself',
    },
    {
      proxies: [local, '10.0.0.0/8'],
      forwarded: '6.6.6.6, 203.0.113.7, 10.1.2.3',
      seen: '203.0.113.7',
      why: 'two proxies are trusted',
    },
    { proxies: [local, '10.0.0.0/8'], forwarded: '10.9.9.9', seen: '10.9.9.9', why: 'a proxy calls for itself' },
    { proxies: [local], forwarded: '203.0.113.7:4711', seen: '203.0.113.7', why: 'the proxy adds the port' },
    { proxies: [local], forwarded: '[2001:db8::7]:4711', seen: '2001:db8::7', why: 'in brackets, with a port' },
    { proxies: [local], forwarded: '::ffff:203.0.113.7', seen: '203.0.113.7', why: 'IPv4 is written as IPv6' },
    { proxies: [local], forwarded: 'unknown', seen: '127.0.0.1', why: 'it is no address' },
    { proxies: [local], forwarded: "1.1.1.1' OR 1=1", seen: '127.0.0.1', why: 'it is an attack' },
    { proxies: ['::1/128'], forwarded: '203.0.113.7', seen: '127.0.0.1', why: 'the trusted range is another family' },
  ])('is $seen when $why ($forwarded)', async ({ proxies, forwarded, seen }) => {
    expect(await addressSeen(proxies, { 'x-forwarded-for': forwarded })).toBe(seen);
  });

  test('is the connection’s where the trusted proxy says nothing', async () => {
    expect(await addressSeen([local], {})).toBe('127.0.0.1');
  });
});

test('where clients are sent for a token speaks https only when a trusted proxy says they came so', async () => {
  const resource = async (trustedProxies: readonly string[]) => {
    running = await listener({
      settings: {
        trustedProxies,
        auth: { mode: 'oauth', issuer: 'https://i.example', audience: 'a', principalClaim: 'sub', rolesClaim: 'roles' },
      },
    });
    const { headers } = await raw(running.url, { headers: { 'x-forwarded-proto': 'https' }, body: call });
    await running.server.close();
    return headers['www-authenticate'];
  };
  expect(await resource([])).toContain('resource_metadata="http://127');
  expect(await resource(['127.0.0.0/8'])).toContain('resource_metadata="https://127');
});

test('proxies that become trusted, or no longer are, are believed or not with the next request', async () => {
  running = await listener({ settings: { sessions: 'stateless' } });
  const { url, server, recorded } = running;
  const auth = { mode: 'none', principal: 'alice', roles: [] } as const;
  const ask = () => raw(url, { headers: { 'x-forwarded-for': '203.0.113.7' }, body: call });
  await ask();
  (await server.prepare({ auth, trustedProxies: ['127.0.0.0/8'] }))();
  await ask();
  (await server.prepare({ auth }))();
  await ask();
  const seen = recorded.requests.map((request) => request.call.client.address);
  expect(seen).toEqual(['127.0.0.1', '203.0.113.7', '127.0.0.1']);
});
