/** Who gets in with an access token, over real HTTP with keys fetched from a real issuer. */

import { generateKeyPairSync } from 'node:crypto';
import { exportSPKI, importJWK, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { audience, startIssuer, type TestIssuer } from '../support/issuer.ts';
import { type Listener, listener, modernClient } from './listener.ts';
import { initialize, openSession, raw, rpc } from './raw.ts';

let issuer: TestIssuer;
let running: Listener;

const settings = (changes: object = {}) => ({
  rolesAllowed: ['analyst', 'writer'],
  auth: {
    mode: 'oauth' as const,
    issuer: issuer.url,
    audience,
    jwksUrl: issuer.jwksUrl,
    principalClaim: 'sub',
    rolesClaim: 'roles',
    ...changes,
  },
});

beforeAll(async () => {
  issuer = await startIssuer();
});
beforeEach(async () => {
  running = await listener({ settings: settings(), keysCooldown: 0 });
});
afterEach(() => running.server.close());
afterAll(() => issuer.close());

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const post = (token: string | undefined, body = initialize, { url } = running) =>
  raw(url, { headers: token === undefined ? {} : bearer(token), body });
const seconds = () => Math.floor(Date.now() / 1000);

/** What the tool calls of a token are made as. */
async function principalOf(token: string, { url, recorded } = running) {
  const session = await openSession(url, bearer(token));
  const call = rpc('tools/call', { name: 'run_query', arguments: { sql: 'SELECT 1' } });
  await raw(url, { headers: { ...bearer(token), 'mcp-session-id': session }, body: call });
  return recorded.requests.at(-1)?.call.principal;
}

test('a valid token is its principal, with the roles that are accepted from tokens and no others', async () => {
  const token = await issuer.token({ roles: ['analyst', 'superuser', 7] });
  expect(await principalOf(token)).toEqual({
    id: 'alice',
    kind: 'human',
    auth: 'oauth',
    issuer: issuer.url,
    roles: ['analyst'],
  });
});

describe('a token that is not valid is answered 401 with the way to a better one, and nothing behind the door sees it', () => {
  const now = seconds();
  const claims: readonly (readonly [string, Record<string, unknown>])[] = [
    ['expired', { exp: now - 60 }],
    ['without expiry', { exp: null }],
    ['not valid yet', { nbf: now + 600 }],
    ['for another audience', { aud: 'https://elsewhere.example' }],
    ['for no audience', { aud: null }],
    ['of another issuer', { iss: 'https://evil.example' }],
    ['of no issuer', { iss: null }],
    ['without a subject', { sub: null }],
    ['whose subject is no text', { sub: 7 }],
    ['whose subject is anyone', { sub: '*' }],
    ['whose subject is a role', { sub: 'analyst' }],
    ['whose subject holds a line break', { sub: 'alice\nbob' }],
    ['whose subject holds a comma', { sub: 'alice, analyst' }],
  ];
  const made: readonly (readonly [string, () => string | Promise<string>])[] = [
    ...claims.map(([name, changes]) => [name, () => issuer.token(changes)] as const),
    ['that is garbage', () => 'garbage'],
    ['of three dots', () => '...'],
    ['longer than any', () => 'x'.repeat(9000)],
    ['signed by nobody', () => new UnsecuredJWT(valid()).encode()],
    ['signed with the public key as a secret', confused],
    ['signed by another key of the same name', stranger],
    ['whose payload was changed', tampered],
    ['that brings its own key', ownKey],
  ];

  test.each(made)('%s', async (_name, make) => {
    const answer = await post(await make());
    expect(answer.status).toBe(401);
    const { host } = running.url;
    expect(answer.headers['www-authenticate']).toBe(
      `Bearer error="invalid_token", resource_metadata="http://${host}/.well-known/oauth-protected-resource/mcp"`,
    );
    expect(JSON.parse(answer.body)).toEqual({
      jsonrpc: '2.0',
      id: null,
      error: { code: -32001, message: 'The caller is not authenticated.' },
    });
    expect([running.server.sessionCount(), running.failures]).toEqual([0, ['/mcp']]);
  });

  test('no token at all is told where to get one, without an error', async () => {
    const answer = await post(undefined);
    expect([answer.status, answer.headers['www-authenticate']]).toEqual([
      401,
      `Bearer resource_metadata="http://${running.url.host}/.well-known/oauth-protected-resource/mcp"`,
    ]);
  });

  const valid = () => ({ iss: issuer.url, aud: audience, sub: 'alice', roles: ['analyst'], exp: now + 300 });

  /** HS256 over the RSA public key: what a library falls for that lets the token choose. */
  async function confused(): Promise<string> {
    const jwk = issuer.publicKey();
    const key = await importJWK({ ...jwk, ext: true }, 'RS256');
    if (key instanceof Uint8Array) throw new TypeError('an RSA key is not bytes');
    const secret = new TextEncoder().encode(await exportSPKI(key));
    return new SignJWT(valid()).setProtectedHeader({ alg: 'HS256', kid: jwk.kid ?? '' }).sign(secret);
  }

  async function stranger(): Promise<string> {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const { kid = '' } = issuer.publicKey();
    return new SignJWT(valid()).setProtectedHeader({ alg: 'RS256', kid }).sign(privateKey);
  }

  async function ownKey(): Promise<string> {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const jwk = publicKey.export({ format: 'jwk' });
    const header = { alg: 'RS256', jwk: { kty: 'RSA', n: jwk.n ?? '', e: jwk.e ?? '' } };
    return new SignJWT(valid()).setProtectedHeader(header).sign(privateKey);
  }

  async function tampered(): Promise<string> {
    const [head = '', body = '', signature = ''] = (await issuer.token()).split('.');
    const payload = { ...JSON.parse(Buffer.from(body, 'base64url').toString()), sub: 'mallory' };
    return [head, Buffer.from(JSON.stringify(payload)).toString('base64url'), signature].join('.');
  }
});

test('clocks may differ by half a minute', async () => {
  expect((await post(await issuer.token({ exp: seconds() - 15 }))).status).toBe(200);
  expect((await post(await issuer.token({ nbf: seconds() + 15 }))).status).toBe(200);
});

test('one of several audiences is enough', async () => {
  expect((await post(await issuer.token({ aud: ['https://other.example', audience] }))).status).toBe(200);
});

test('after a key rollover new tokens are accepted and old ones are not', async () => {
  const old = await issuer.token();
  expect((await post(old)).status).toBe(200);
  await issuer.rollOver();
  expect((await post(await issuer.token())).status).toBe(200);
  expect((await post(old)).status).toBe(401);
});

test('unknown keys do not make the issuer be asked again and again', async () => {
  const calm = await listener({ settings: settings(), keysCooldown: 60_000 });
  await post(await issuer.token(), initialize, calm);
  const before = issuer.fetches();
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  for (let attempt = 0; attempt < 10; attempt++) {
    const header = { alg: 'RS256', kid: `unknown-${attempt}` };
    const token = await new SignJWT({}).setProtectedHeader(header).sign(privateKey);
    expect((await post(token, initialize, calm)).status).toBe(401);
  }
  expect(issuer.fetches() - before).toBeLessThanOrEqual(1);
  await calm.server.close();
});

test('when the issuer is down nobody new gets in, 503 says so and no more; known keys go on to work', async () => {
  const known = await issuer.token();
  expect((await post(known)).status).toBe(200);
  issuer.fail(true);
  const fresh = await listener({ settings: settings(), keysCooldown: 0 });
  const answer = await post(known, initialize, fresh);
  issuer.fail(false);
  expect([answer.status, answer.headers['retry-after']]).toEqual([503, '5']);
  expect(JSON.parse(answer.body).error.message).toBe('Callers cannot be verified now.');
  expect(fresh.errors).toHaveLength(1);
  expect((await post(known, initialize, fresh)).status).toBe(200);
  await fresh.server.close();
});

test('without jwks_url the issuer itself says where its keys are', async () => {
  const { jwksUrl: _, ...auth } = settings().auth;
  const found = await listener({ settings: { ...settings(), auth } });
  expect((await post(await issuer.token(), initialize, found)).status).toBe(200);
  await found.server.close();
});

test('claims are found where the configuration says, in objects too', async () => {
  const claims = { principalClaim: 'email', rolesClaim: 'realm_access.roles', onBehalfOfClaim: 'act.sub' };
  const other = await listener({ settings: settings(claims) });
  const token = await issuer.token({
    email: 'bot@example.com',
    client_id: 'alice',
    realm_access: { roles: ['writer'] },
    act: { sub: 'carol' },
  });
  expect(await principalOf(token, other)).toMatchObject({
    id: 'bot@example.com',
    kind: 'service',
    roles: ['writer'],
    onBehalfOf: 'carol',
  });
  await other.server.close();
});

test('whom a caller acts for is what its token says: claims of the client are claims', async () => {
  const other = await listener({ settings: settings({ onBehalfOfClaim: 'act.sub' }) });
  const token = await issuer.token();
  const headers = {
    ...bearer(token),
    'x-on-behalf-of': 'root',
    'mcp-session-id': await openSession(other.url, bearer(token)),
  };
  const _meta = { on_behalf_of: 'root', obo: 'root', principal: 'root', act: { sub: 'root' } };
  const params = { name: 'run_query', arguments: { sql: 'SELECT 1' }, _meta };
  await raw(other.url, { headers, body: rpc('tools/call', params) });
  const call = other.recorded.requests.at(-1)?.call;
  expect(call?.principal).toMatchObject({ id: 'alice' });
  expect(call?.principal).not.toHaveProperty('onBehalfOf');
  await raw(other.url, {
    headers,
    body: rpc('tools/call', { ...params, arguments: { sql: 'SELECT 1', on_behalf_of: 'root' } }),
  });
  expect(other.recorded.refusals).toEqual(['REQUEST_INVALID']);
  await other.server.close();
});

test('a session belongs to whoever opened it, and its token is looked at again with every request', async () => {
  const session = await openSession(running.url, bearer(await issuer.token()));
  const listing = (headers: Record<string, string>) =>
    raw(running.url, { headers: { ...headers, 'mcp-session-id': session }, body: rpc('tools/list') });
  expect((await listing(bearer(await issuer.token()))).status).toBe(200);
  expect((await listing(bearer(await issuer.token({ sub: 'bob' })))).status).toBe(404);
  expect((await listing(bearer(await issuer.token({ exp: seconds() - 60 })))).status).toBe(401);
  expect((await listing({})).status).toBe(401);
});

test('the metadata of the resource are at both places, for anyone with an allowed Host', async () => {
  const { url } = running;
  const document = {
    resource: url.href,
    authorization_servers: [issuer.url],
    bearer_methods_supported: ['header'],
    resource_name: 'pgwarden',
  };
  for (const path of ['/.well-known/oauth-protected-resource', '/.well-known/oauth-protected-resource/mcp']) {
    const answer = await raw(new URL(path, url), { method: 'GET' });
    expect([answer.status, JSON.parse(answer.body)]).toEqual([200, document]);
    const foreign = await raw(new URL(path, url), { method: 'GET', headers: { host: 'evil.example' } });
    expect(foreign.status).toBe(403);
  }
});

describe('scopes', () => {
  const scopes = { '*': ['read'], execute_statement: ['write', 'more'], list_tables: ['look'] };
  const place = ({ url } = running) =>
    `resource_metadata="http://${url.host}/.well-known/oauth-protected-resource/mcp"`;
  const call = (name: string) => rpc('tools/call', { name, arguments: { sql: 'SELECT 1' } });
  const scoped = () => listener({ settings: settings({ scopes }), keysCooldown: 0 });

  const lacking: readonly (readonly [string, string | null, string, string])[] = [
    ['no scope at all', null, initialize, 'read'],
    ['another scope', 'readonly', initialize, 'read'],
    ['the scope of a tool', 'read', call('execute_statement'), 'read write more'],
    ['one of two', 'read write', call('execute_statement'), 'read write more'],
    [
      'the scope of a tool among several messages',
      'read',
      `[${call('run_query')},${call('execute_statement')}]`,
      'read write more',
    ],
    [
      'the scope of the tool behind a resource',
      'read',
      rpc('resources/read', { uri: 'pgwarden://a/schema' }),
      'read look',
    ],
  ];
  test.each(lacking)('a token without %s is told what to ask for, on record', async (_what, scope, body, needed) => {
    const other = await scoped();
    const answer = await post(await issuer.token({ scope }), body, other);
    expect([answer.status, answer.headers['www-authenticate']]).toEqual([
      403,
      `Bearer error="insufficient_scope", scope="${needed}", ${place(other)}`,
    ]);
    expect([other.failures, other.recorded.requests]).toEqual([['/mcp'], []]);
    await other.server.close();
  });

  test('whose token lacks one is named in the record', async () => {
    const refused: unknown[] = [];
    const onAuthenticationFailure = async (failure: object) => void refused.push(failure);
    const other = await listener({ settings: settings({ scopes }), keysCooldown: 0, onAuthenticationFailure });
    await post(await issuer.token({ scope: 'readonly' }), initialize, other);
    await post('no token', initialize, other);
    const alice = { id: 'alice', auth: 'oauth', issuer: issuer.url };
    expect(refused).toMatchObject([{ principal: alice, address: '127.0.0.1' }, { address: '127.0.0.1' }]);
    expect(refused[1]).not.toHaveProperty('principal');
    await other.server.close();
  });

  test('a token with them passes, as words or as a list, in both eras', async () => {
    const other = await scoped();
    for (const claims of [{ scope: 'x read write more' }, { scp: ['read', 'write', 'more'] }]) {
      const token = await issuer.token(claims);
      const session = await openSession(other.url, bearer(token));
      const answer = await raw(other.url, {
        headers: { ...bearer(token), 'mcp-session-id': session },
        body: call('execute_statement'),
      });
      expect(answer.status).toBe(200);
    }
    const client = await modernClient(other.url, await issuer.token({ scope: 'read' }));
    await client.callTool({ name: 'run_query', arguments: { sql: 'SELECT 1' } });
    await expect(client.callTool({ name: 'execute_statement', arguments: { sql: 'SELECT 1' } })).rejects.toThrow();
    expect(other.recorded.requests.map((request) => request.call.tool)).toEqual([
      'execute_statement',
      'execute_statement',
      'run_query',
    ]);
    await client.close();
    await other.server.close();
  });

  test('are named where clients look before they have a token', async () => {
    const other = await scoped();
    const document = await raw(new URL('/.well-known/oauth-protected-resource', other.url), { method: 'GET' });
    expect(JSON.parse(document.body).scopes_supported).toEqual(['read', 'write', 'more', 'look']);
    const answer = await post(undefined, initialize, other);
    expect(answer.headers['www-authenticate']).toBe(`Bearer scope="read", ${place(other)}`);
    await other.server.close();
  });

  test('of a tool that does not exist keep the server from starting', async () => {
    await expect(listener({ settings: settings({ scopes: { execute_statment: ['write'] } }) })).rejects.toThrow(
      /execute_statment/,
    );
  });
});
