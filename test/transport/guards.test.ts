/** Which requests are turned away at the door, and that nothing behind it sees them. */

import { afterEach, describe, expect, test } from 'vitest';
import { createGuards } from '../../src/transport/guards.ts';
import { startHttp } from '../../src/transport/http-server.ts';
import { keys, type Listener, listener } from './listener.ts';
import { testParts } from './parts.ts';
import { initialize, raw, rpc } from './raw.ts';

let running: Listener | undefined;
afterEach(() => running?.server.close());

describe('Host and Origin on a loopback address', () => {
  const refusedHosts = [
    'evil.example',
    'evil.example:80',
    '10.0.0.7',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
  ];
  test.each(refusedHosts)('Host %s is refused', async (host) => {
    running = await listener();
    expect((await raw(running.url, { headers: { host }, body: initialize })).status).toBe(403);
    expect(running.server.sessionCount()).toBe(0);
  });

  test.each(['localhost', 'LOCALHOST:1', '127.0.0.1:99', '[::1]'])('Host %s passes', async (host) => {
    running = await listener();
    expect((await raw(running.url, { headers: { host }, body: initialize })).status).toBe(200);
  });

  const refusedOrigins = [
    'https://evil.example',
    'null',
    'file://',
    'http://localhost.evil.example',
    'https://app.example:444',
  ];
  test.each(refusedOrigins)('Origin %s is refused', async (origin) => {
    running = await listener({ settings: { allowedOrigins: ['https://app.example'] } });
    const answer = await raw(running.url, { headers: { origin }, body: initialize });
    expect(answer.status).toBe(403);
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });

  test.each(['https://app.example', 'http://localhost:5173', 'http://127.0.0.1'])(
    'Origin %s passes and is told so',
    async (origin) => {
      running = await listener({ settings: { allowedOrigins: ['https://app.example'] } });
      const answer = await raw(running.url, { headers: { origin }, body: initialize });
      expect(answer.status).toBe(200);
      expect(answer.headers['access-control-allow-origin']).toBe(origin);
    },
  );

  test('a preflight of an allowed origin is answered without authentication, of another refused', async () => {
    running = await listener({ settings: { auth: keys, allowedOrigins: ['https://app.example'] } });
    const allowed = await raw(running.url, { method: 'OPTIONS', headers: { origin: 'https://app.example' } });
    expect([allowed.status, allowed.headers['access-control-allow-methods']]).toEqual([204, 'GET, POST, DELETE']);
    expect((await raw(running.url, { method: 'OPTIONS', headers: { origin: 'https://evil.example' } })).status).toBe(
      403,
    );
  });
});

describe('Host on other addresses', () => {
  const none = { allowedHosts: [], allowedOrigins: [] };
  test('a wildcard address takes literal addresses and listed names only', () => {
    const { host } = createGuards({ listen: { host: '0.0.0.0' }, ...none, allowedHosts: ['db.example'] });
    expect(['10.0.0.7:80', '[fd00::1]:80', 'db.example', 'DB.example:8000'].map(host)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(['evil.example', undefined, '', 'localhost'].map(host)).toEqual([false, false, false, false]);
  });

  test('a bound address takes itself, and the host of the public URL', () => {
    const { host, origin } = createGuards({
      listen: { host: '10.0.0.7' },
      ...none,
      publicUrl: 'https://mcp.example/mcp',
    });
    expect(['10.0.0.7:8000', 'mcp.example', '10.0.0.8'].map(host)).toEqual([true, true, false]);
    expect(['https://mcp.example', 'http://mcp.example', undefined].map(origin)).toEqual([true, false, true]);
  });
});

describe('authentication', () => {
  const wrong: Record<string, string>[] = [
    {},
    { authorization: 'Bearer wrong' },
    { authorization: 'Bearer' },
    { authorization: 'Basic a2V5IG9mIGFsaWNl' },
    { authorization: `Bearer ${keys.keys[0].sha256}` },
    { authorization: 'Bearer  key of alice extra' },
    { 'x-api-key': 'key-of-alice' },
  ];
  test.each(wrong)('%o is 401, is recorded, and tells nothing', async (headers) => {
    running = await listener({ settings: { auth: keys } });
    const answer = await raw(running.url, { headers, body: initialize });
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
    expect(JSON.parse(answer.body)).toEqual({
      jsonrpc: '2.0',
      id: null,
      error: { code: -32001, message: 'The caller is not authenticated.' },
    });
    expect(running.failures).toEqual(['/mcp']);
  });

  test('a failing record of the refusal does not let the caller in', async () => {
    const onAuthenticationFailure = () => Promise.reject(new Error('disk full'));
    running = await listener({ settings: { auth: keys }, onAuthenticationFailure });
    expect((await raw(running.url, { body: initialize })).status).toBe(401);
  });

  test('each key is its own principal', async () => {
    running = await listener({ settings: { auth: keys, sessions: 'stateless' } });
    for (const name of ['alice', 'bob']) {
      const body = rpc('tools/call', { name: 'run_query', arguments: { sql: 'select 1' } });
      await raw(running.url, { headers: { authorization: `Bearer key-of-${name}` }, body });
    }
    expect(running.recorded.requests.map((request) => request.call.principal.id)).toEqual(['alice', 'bob']);
  });

  test('none is refused on an address that other machines reach', async () => {
    const settings = {
      transport: 'streamable-http',
      listen: { host: '0.0.0.0', port: 0 },
      allowedHosts: [],
      allowedOrigins: [],
      maxBodyBytes: 1000,
      sessions: 'per_client',
      auth: { mode: 'none', principal: 'alice', roles: [] },
    } as const;
    const started = startHttp({
      toolbox: testParts().toolbox,
      version: '0',
      settings,
      ready: async () => true,
      onAuthenticationFailure: async () => undefined,
      onError: () => undefined,
    });
    await expect(started).rejects.toThrow(/auth.mode: none is refused/);
  });
});

describe('the body', () => {
  test('beyond the limit is 413, told by its length before it is sent', async () => {
    running = await listener({ settings: { maxBodyBytes: 1000 } });
    const answer = await raw(running.url, { body: JSON.stringify({ padding: 'x'.repeat(2000) }) });
    expect([answer.status, answer.headers['connection']]).toEqual([413, 'close']);
  });

  test('beyond the limit is 413 when it comes in chunks of unknown length', async () => {
    running = await listener({ settings: { maxBodyBytes: 1000 } });
    const body = JSON.stringify({ padding: 'x'.repeat(2000) });
    const answer = await raw(running.url, { headers: { 'transfer-encoding': 'chunked' }, body });
    expect(answer.status).toBe(413);
  });

  const malformed = [
    { what: 'no JSON', status: 400, body: '{"jsonrpc":' },
    { what: 'nothing', status: 400, body: '' },
    { what: 'plain text', status: 415, body: initialize, headers: { 'content-type': 'text/plain' } },
    { what: 'compressed', status: 415, body: initialize, headers: { 'content-encoding': 'gzip' } },
    { what: 'JSON, but no JSON-RPC', status: 400, body: '{"hello":1}' },
    { what: 'a huge header', status: 431, body: initialize, headers: { 'x-padding': 'x'.repeat(20_000) } },
  ];
  test.each(malformed)('$what is $status', async ({ status, body, headers }) => {
    running = await listener();
    expect((await raw(running.url, { body, ...(headers === undefined ? {} : { headers }) })).status).toBe(status);
  });
});

describe('paths and methods', () => {
  const asked = [
    { method: 'GET', path: '/', status: 404 },
    { method: 'POST', path: '/mcp/', status: 404 },
    { method: 'GET', path: '/sse', status: 404 },
    { method: 'PUT', path: '/mcp', status: 405 },
    { method: 'GET', path: '/mcp', status: 400 },
    { method: 'DELETE', path: '/mcp', status: 400 },
    { method: 'POST', path: '/healthz', status: 405 },
  ];
  test.each(asked)('$method $path is $status', async ({ method, path, status }) => {
    running = await listener();
    expect((await raw(new URL(path, running.url), { method, body: '' })).status).toBe(status);
  });

  test('health is answered to anyone, by any name; readiness says what the parts say', async () => {
    let ready = true;
    running = await listener({ settings: { auth: keys }, ready: async () => ready });
    const ask = (path: string) =>
      raw(new URL(path, running?.url), { method: 'GET', headers: { host: '10.1.2.3' } }).then(
        (answer) => answer.status,
      );
    expect([await ask('/healthz'), await ask('/readyz')]).toEqual([200, 200]);
    ready = false;
    expect([await ask('/healthz'), await ask('/readyz')]).toEqual([200, 503]);
  });
});
