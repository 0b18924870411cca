/** An authorization server's keys over real HTTP: they can be rolled over and taken away, and every fetch is counted. */

import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

type PrivateKey = Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];

export interface TestIssuer {
  readonly url: string;
  readonly jwksUrl: string;
  /** A token with these claims over a valid set for `audience`; `null` takes a claim out. */
  readonly token: (claims?: Readonly<Record<string, unknown>>, header?: { readonly typ?: string }) => Promise<string>;
  /** Signs with a new key from now on and forgets the old one. */
  readonly rollOver: () => Promise<void>;
  /** The public key in force, as anyone can fetch it. */
  readonly publicKey: () => JWK;
  readonly fetches: () => number;
  /** Answers 500 from now on, or again what it should. */
  readonly fail: (failing: boolean) => void;
  readonly close: () => Promise<void>;
}

export const audience = 'https://pgwarden.example/mcp';

export async function startIssuer(): Promise<TestIssuer> {
  let number = 0;
  let current: { readonly kid: string; readonly jwk: JWK; readonly key: PrivateKey };
  const rollOver = async () => {
    const { publicKey, privateKey } = await generateKeyPair('RS256');
    const kid = `key-${++number}`;
    current = { kid, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' }, key: privateKey };
  };
  await rollOver();
  let fetches = 0;
  let failing = false;
  const server = createServer((request, response) => {
    if (failing) return void response.writeHead(500).end();
    if (request.url === '/keys') {
      fetches += 1;
      return void response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [current.jwk] }));
    }
    if (request.url === '/.well-known/oauth-authorization-server') {
      const document = { issuer: url, jwks_uri: `${url}/keys` };
      return void response.setHeader('content-type', 'application/json').end(JSON.stringify(document));
    }
    response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  return {
    url,
    jwksUrl: `${url}/keys`,
    async token(claims = {}, header = {}) {
      const now = Math.floor(Date.now() / 1000);
      const valid = { iss: url, aud: audience, sub: 'alice', roles: ['analyst'], iat: now, exp: now + 300 };
      const payload = Object.fromEntries(Object.entries({ ...valid, ...claims }).filter(([, value]) => value !== null));
      return new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid: current.kid, ...header }).sign(current.key);
    },
    rollOver,
    publicKey: () => current.jwk,
    fetches: () => fetches,
    fail: (now) => {
      failing = now;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
