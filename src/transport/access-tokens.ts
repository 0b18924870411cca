/** Access tokens of an authorization server (RFC 9068 JWTs): checked on every request, by keys fetched from it, and never passed on. */

import type { JWTPayload, JWTVerifyGetKey } from 'jose';
import type { TokenSettings } from '../model/authentication.ts';
import { isPrincipalId, type Principal } from '../model/principal.ts';

export interface TokenOptions {
  /** Roles accepted from tokens; others are left out. */
  readonly rolesAllowed: readonly string[];
  /** Milliseconds after fetching the keys during which an unknown key does not make them be fetched again. */
  readonly cooldown?: number;
}

/** `unverifiable`: the keys could not be fetched, so nothing can be said of the token. The reason is for the operator. */
export type TokenVerdict =
  | { readonly kind: 'valid'; readonly principal: Principal; readonly scopes: ReadonlySet<string> }
  | { readonly kind: 'invalid' }
  | { readonly kind: 'unverifiable'; readonly reason: Error };

/** Signatures only an authorization server can make: no secret shared with a client, and never `none`. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
/** Seconds by which clocks may differ. */
const clockTolerance = 30;
/** Milliseconds the authorization server has to answer. */
const patience = 3000;
const longestToken = 8192;

export function createTokenVerifier(
  settings: TokenSettings,
  { rolesAllowed, cooldown = 30_000 }: TokenOptions,
): (token: string) => Promise<TokenVerdict> {
  let keys: Promise<JWTVerifyGetKey> | undefined;

  async function fetchKeys(): Promise<JWTVerifyGetKey> {
    const { createRemoteJWKSet } = await import('jose');
    const url = new URL(settings.jwksUrl ?? (await discover(settings.issuer)));
    if (!isProtected(url)) throw new Error('the keys of the issuer must be fetched over https');
    return createRemoteJWKSet(url, { timeoutDuration: patience, cooldownDuration: cooldown });
  }

  /** A failed discovery is forgotten, so that the next call tries again. */
  function keySet(): Promise<JWTVerifyGetKey> {
    keys ??= fetchKeys();
    keys.catch(() => {
      keys = undefined;
    });
    return keys;
  }

  return async (token) => {
    if (token.length > longestToken) return { kind: 'invalid' };
    const { jwtVerify } = await import('jose');
    const { issuer, audience } = settings;
    try {
      const expected = { issuer, audience, algorithms, clockTolerance, requiredClaims: ['exp'] };
      const { payload } = await jwtVerify(token, await keySet(), expected);
      const principal = principalOf(payload, settings, rolesAllowed);
      return principal === undefined ? { kind: 'invalid' } : { kind: 'valid', principal, scopes: scopesIn(payload) };
    } catch (thrown) {
      if (isTokenFault(thrown)) return { kind: 'invalid' };
      return { kind: 'unverifiable', reason: thrown instanceof Error ? thrown : new Error(String(thrown)) };
    }
  };
}

/** jose's codes for what is wrong with a token; everything else is wrong with the way to its keys. */
const tokenFaults = new Set([
  'ERR_JWT_CLAIM_VALIDATION_FAILED',
  'ERR_JWT_EXPIRED',
  'ERR_JWT_INVALID',
  'ERR_JWS_INVALID',
  'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
  'ERR_JOSE_ALG_NOT_ALLOWED',
  'ERR_JOSE_NOT_SUPPORTED',
  'ERR_JWKS_NO_MATCHING_KEY',
  'ERR_JWKS_MULTIPLE_MATCHING_KEYS',
]);

function isTokenFault(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && tokenFaults.has(String(thrown.code));
}

/** Keys that anyone on the way could replace would let anyone in. */
function isProtected({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}

/** RFC 8414, then OpenID Connect Discovery; the document must speak of this very issuer. */
async function discover(issuer: string): Promise<string> {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  const places = [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
  ];
  for (const place of places) {
    if (!isProtected(new URL(place))) break;
    const found = await metadata(place, issuer);
    if (found !== undefined) return found;
  }
  throw new Error('the issuer says nowhere where its keys are; server.auth.jwks_url can say it');
}

async function metadata(url: string, issuer: string): Promise<string | undefined> {
  const answer = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(patience) });
  if (!answer.ok) return undefined;
  const document: unknown = await answer.json();
  if (typeof document !== 'object' || document === null) return undefined;
  if (!('issuer' in document) || document.issuer !== issuer) return undefined;
  return 'jwks_uri' in document && typeof document.jwks_uri === 'string' ? document.jwks_uri : undefined;
}

function claim(payload: JWTPayload, name: string): unknown {
  if (Object.hasOwn(payload, name)) return payload[name];
  return name.split('.').reduce<unknown>((value, key) => {
    const inside = typeof value === 'object' && value !== null && Object.hasOwn(value, key);
    return inside ? Object.entries(value).find(([own]) => own === key)?.[1] : undefined;
  }, payload);
}

/** RFC 9068 says `scope`, in words; some issuers say `scp`, as a list. */
function scopesIn(payload: JWTPayload): ReadonlySet<string> {
  return new Set([...rolesIn(payload['scope']), ...rolesIn(payload['scp'])]);
}

/** A list, or words with spaces between them as in `scope`. */
function rolesIn(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : typeof value === 'string' ? value.split(' ') : [];
  return list.filter((role) => typeof role === 'string');
}

/** Undefined when the token names nobody a policy could speak of: no id, or one that could be taken for a role. */
function principalOf(
  payload: JWTPayload,
  { issuer, principalClaim, rolesClaim, onBehalfOfClaim }: TokenSettings,
  rolesAllowed: readonly string[],
): Principal | undefined {
  const id = claim(payload, principalClaim);
  if (typeof id !== 'string' || !isPrincipalId(id) || rolesAllowed.includes(id)) return undefined;
  const behind = onBehalfOfClaim === undefined ? undefined : claim(payload, onBehalfOfClaim);
  if (behind !== undefined && !(typeof behind === 'string' && isPrincipalId(behind))) return undefined;
  const given = new Set(rolesIn(claim(payload, rolesClaim)));
  return Object.freeze({
    id,
    kind: isClient(payload) ? 'service' : 'human',
    auth: 'oauth',
    issuer,
    roles: rolesAllowed.filter((role) => given.has(role)),
    ...(behind === undefined ? {} : { onBehalfOf: behind }),
  });
}

/** In a token a client got for itself the subject is the client (RFC 9068, 2.2). */
function isClient({ sub, client_id: client, azp }: JWTPayload): boolean {
  return sub !== undefined && (sub === client || sub === azp);
}
