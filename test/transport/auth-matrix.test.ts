/** Who gets in, over real HTTP: one table of requests against every way of authenticating, with the status and challenge of each. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { audience, startIssuer, type TestIssuer } from '../support/issuer.ts';
import { keys, type Listener, listener } from './listener.ts';
import { initialize, openSession, type RawRequest, raw, rpc } from './raw.ts';

type Mode = 'none' | 'api_key' | 'oauth';
const modes: readonly Mode[] = ['none', 'api_key', 'oauth'];

let issuer: TestIssuer;
const listeners = new Map<Mode, Listener>();
/** A credential of alice, and one of bob, for each mode. */
const credentials = new Map<Mode, readonly [string, string]>();

beforeAll(async () => {
  issuer = await startIssuer();
  const tokens = { issuer: issuer.url, audience, jwksUrl: issuer.jwksUrl, principalClaim: 'sub', rolesClaim: 'roles' };
  const settings = {
    none: { auth: { mode: 'none', principal: 'alice', roles: [] } },
    api_key: { auth: keys },
    oauth: { auth: { mode: 'oauth', ...tokens }, rolesAllowed: ['analyst'] },
  } as const;
  for (const mode of modes)
    listeners.set(mode, await listener({ settings: { ...settings[mode], maxBodyBytes: 1000 } }));
  credentials.set('none', ['ignored', 'ignored']);
  credentials.set('api_key', ['key-of-alice', 'key-of-bob']);
  credentials.set('oauth', [await issuer.token(), await issuer.token({ sub: 'bob' })]);
});
afterAll(async () => {
  for (const { server } of listeners.values()) await server.close();
  await issuer?.close();
});

interface Row {
  readonly what: string;
  readonly request: (own: string, other: string, url: URL) => RawRequest | Promise<RawRequest>;
  readonly path?: string;
  /** With no authentication, with keys, with tokens. */
  readonly status: readonly [number, number, number];
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const many = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`x-${n}`, 'y'.repeat(100)]));

const rows: readonly Row[] = [
  { what: 'its own credential', status: [200, 200, 200], request: (own) => ({ headers: bearer(own) }) },
  {
    what: 'the scheme in lower case',
    status: [200, 200, 200],
    request: (own) => ({ headers: { authorization: `bearer ${own}` } }),
  },
  { what: 'nothing', status: [200, 401, 401], request: () => ({}) },
  { what: 'garbage', status: [200, 401, 401], request: () => ({ headers: bearer('garbage') }) },
  { what: 'an empty credential', status: [200, 401, 401], request: () => ({ headers: { authorization: 'Bearer ' } }) },
  {
    what: 'another scheme',
    status: [200, 401, 401],
    request: (own) => ({ headers: { authorization: `Basic ${own}` } }),
  },
  {
    what: 'two credentials in one',
    status: [200, 401, 401],
    request: (own, other) => ({ headers: bearer(`${other}, Bearer ${own}`) }),
  },
  { what: 'a credential and more', status: [200, 401, 401], request: (own) => ({ headers: bearer(`${own}x`) }) },
  {
    what: 'a credential cut short',
    status: [200, 401, 401],
    request: (own) => ({ headers: bearer(own.slice(0, -1)) }),
  },
  { what: 'its credential in the address', status: [200, 401, 401], path: '/mcp?access_token=', request: () => ({}) },
  {
    what: 'its credential in a cookie',
    status: [200, 401, 401],
    request: (own) => ({ headers: { cookie: `access_token=${own}` } }),
  },
  {
    what: 'a word that it is somebody',
    status: [200, 401, 401],
    request: () => ({ headers: { 'x-forwarded-user': 'alice', 'x-remote-user': 'alice' } }),
  },
  {
    what: 'its credential to a foreign name',
    status: [403, 403, 403],
    request: (own) => ({ headers: { ...bearer(own), host: 'evil.example' } }),
  },
  {
    what: 'its credential from a foreign page',
    status: [403, 403, 403],
    request: (own) => ({ headers: { ...bearer(own), origin: 'https://evil.example' } }),
  },
  {
    what: 'a flood of headers',
    status: [431, 431, 431],
    request: (own) => ({ headers: { ...bearer(own), ...many(300) } }),
  },
  {
    what: 'a body too large, and its credential',
    status: [413, 413, 413],
    request: (own) => ({ headers: bearer(own), body: 'x'.repeat(2000) }),
  },
  { what: 'a body too large, and nothing', status: [413, 401, 401], request: () => ({ body: 'x'.repeat(2000) }) },
  {
    what: 'a session that was made up',
    status: [404, 404, 404],
    request: (own) => ({ headers: { ...bearer(own), 'mcp-session-id': 'made-up' }, body: rpc('tools/list') }),
  },
  {
    what: 'the session of another',
    status: [200, 404, 404],
    request: async (own, other, url) => ({
      headers: { ...bearer(own), 'mcp-session-id': await openSession(url, bearer(other)) },
      body: rpc('tools/list'),
    }),
  },
  {
    what: 'an end to the session of another',
    status: [200, 404, 404],
    request: async (own, other, url) => ({
      method: 'DELETE',
      body: '',
      headers: { ...bearer(own), 'mcp-session-id': await openSession(url, bearer(other)) },
    }),
  },
];

/** All that a refused caller is ever told. */
const told = [
  'The caller is not authenticated.',
  'This Host header is not allowed here.',
  'This Origin is not allowed here.',
  'The body must not be larger than 1000 bytes.',
  'There is no such session.',
];

describe.each(modes.map((mode, column) => ({ mode, column })))('with $mode', ({ mode, column }) => {
  test.each(rows)('$what', async ({ request, path = '/mcp', status }) => {
    const running = listeners.get(mode);
    const [own, other] = credentials.get(mode) ?? [];
    if (running === undefined || own === undefined || other === undefined) throw new Error('not set up');
    const before = running.failures.length;
    const sent = await request(own, other, running.url);
    const url = new URL(path === '/mcp' ? path : `${path}${own}`, running.url);
    const answer = await raw(url, { body: initialize, ...sent });
    expect(answer.status).toBe(status[column]);
    const challenge = answer.headers['www-authenticate'];
    expect(challenge === undefined).toBe(answer.status !== 401);
    if (answer.status === 401)
      expect(challenge).toMatch(mode === 'oauth' ? /^Bearer .*resource_metadata="http:/ : /^Bearer$/);
    expect(running.failures.length - before).toBe(answer.status === 401 ? 1 : 0);
    if (answer.status === 200 || answer.status === 431) return;
    const { error, ...rest } = JSON.parse(answer.body);
    expect(rest).toEqual({ jsonrpc: '2.0', id: null });
    expect(told).toContain(error.message);
    expect(running.recorded.requests).toEqual([]);
  });
});
