/** Sessions of 2025 clients: whose they are, how many, how long. */

import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Principal } from '../../src/model/principal.ts';
import { createSessions, type SessionLimits } from '../../src/transport/sessions.ts';
import { keys, type Listener, listener } from './listener.ts';
import { initialize, openSession, raw, rpc } from './raw.ts';

let running: Listener | undefined;
afterEach(() => running?.server.close());

const as = (name: string) => ({ authorization: `Bearer key-of-${name}` });
const list = rpc('tools/list');

describe('over HTTP', () => {
  test('a session answers the principal that opened it', async () => {
    running = await listener({ settings: { auth: keys } });
    const session = await openSession(running.url, as('alice'));
    const answer = await raw(running.url, { headers: { ...as('alice'), 'mcp-session-id': session }, body: list });
    expect([answer.status, answer.body.includes('run_query')]).toEqual([200, true]);
  });

  test.each(['POST', 'GET', 'DELETE'])('a stolen session id is as unknown as any other: %s', async (method) => {
    running = await listener({ settings: { auth: keys } });
    const session = await openSession(running.url, as('alice'));
    const ask = (id: string) =>
      raw(running?.url ?? new URL('http://x'), {
        method,
        headers: { ...as('bob'), 'mcp-session-id': id },
        ...(method === 'POST' ? { body: list } : {}),
      });
    const stolen = await ask(session);
    const invented = await ask('00000000-0000-4000-8000-000000000000');
    expect(stolen.status).toBe(404);
    expect(stolen.body).toBe(invented.body);
    expect(running.server.sessionCount()).toBe(1);
  });

  test('a session id without a key is not let in', async () => {
    running = await listener({ settings: { auth: keys } });
    const session = await openSession(running.url, as('alice'));
    expect((await raw(running.url, { headers: { 'mcp-session-id': session }, body: list })).status).toBe(401);
  });

  test('a deleted session is gone', async () => {
    running = await listener();
    const session = await openSession(running.url);
    const headers = { 'mcp-session-id': session };
    expect((await raw(running.url, { method: 'DELETE', headers })).status).toBe(200);
    expect((await raw(running.url, { headers, body: list })).status).toBe(404);
    expect(running.server.sessionCount()).toBe(0);
  });

  test('one principal over its cap is told to come back, another is served', async () => {
    const sessionLimits = { perPrincipal: 2, total: 10, idle: 60_000 };
    running = await listener({ settings: { auth: keys }, sessionLimits });
    await openSession(running.url, as('alice'));
    await openSession(running.url, as('alice'));
    const third = await raw(running.url, { headers: as('alice'), body: initialize });
    expect([third.status, third.headers['retry-after']]).toEqual([503, '30']);
    await openSession(running.url, as('bob'));
    expect(running.server.sessionCount()).toBe(3);
  });

  test('a refused initialize takes no place', async () => {
    const sessionLimits = { perPrincipal: 1, total: 1, idle: 60_000 };
    running = await listener({ sessionLimits });
    const refused = await raw(running.url, { headers: { accept: 'text/html' }, body: initialize });
    expect(refused.status).toBe(406);
    await openSession(running.url);
  });
});

describe('the session map', () => {
  const alice: Principal = { id: 'alice', kind: 'human', auth: 'api_key', roles: [] };
  const limits: SessionLimits = { perPrincipal: 2, total: 3, idle: 1000 };

  test('a principal of the same name from another way of signing in is another one', () => {
    const sessions = createSessions<string>(limits);
    sessions.reserve(alice).add('1', 'handle', async () => undefined);
    expect(sessions.find('1', alice)?.handle).toBe('handle');
    expect(sessions.find('1', { ...alice, auth: 'oauth', issuer: 'https://issuer' })).toBeUndefined();
    expect(sessions.find('1', { ...alice, roles: ['more'] })?.handle).toBe('handle');
  });

  test('an idle session is closed after its time; one in use, or with a stream open, is not', () => {
    vi.useFakeTimers();
    const sessions = createSessions<string>(limits, () => Date.now());
    const closed: string[] = [];
    const add = (id: string) =>
      sessions.reserve(alice).add(id, id, async () => {
        closed.push(id);
      });
    add('idle');
    add('used');
    const done = sessions.use('used');
    vi.advanceTimersByTime(1500);
    expect([closed, sessions.size()]).toEqual([['idle'], 1]);
    done();
    vi.advanceTimersByTime(900);
    expect(sessions.size()).toBe(1);
    vi.advanceTimersByTime(500);
    expect([closed, sessions.size()]).toEqual([['idle', 'used'], 0]);
    vi.useRealTimers();
  });

  test('places given up or taken by sessions that end are free again', () => {
    const sessions = createSessions<string>({ ...limits, perPrincipal: 1 });
    const first = sessions.reserve(alice);
    expect(() => sessions.reserve(alice)).toThrow(/Too many sessions/);
    first.cancel();
    first.cancel();
    const second = sessions.reserve(alice);
    second.add('1', 'x', async () => undefined);
    second.cancel();
    expect(() => sessions.reserve(alice)).toThrow(/Too many sessions/);
    sessions.remove('1');
    sessions.remove('1');
    sessions.reserve(alice).cancel();
  });
});
