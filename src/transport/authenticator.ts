/** Who is calling over HTTP: an authenticator turns the request's headers into a principal, or says nothing at all. */

import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { ApiKey, AuthSettings, TokenSettings } from '../model/authentication.ts';
import type { Principal } from '../model/principal.ts';
import { createTokenVerifier, type TokenOptions } from './access-tokens.ts';
import { principalOfCertificate } from './client-certificate.ts';
import { HttpProblem } from './problem.ts';

export interface Authenticated {
  readonly principal: Principal;
  /** What the token was given for; absent where nothing has scopes. */
  readonly scopes?: ReadonlySet<string>;
}

export type Authenticate = (request: IncomingMessage) => Promise<Authenticated | undefined>;

export interface AuthenticatorOptions extends TokenOptions {
  /** Told why callers cannot be verified. */
  readonly onError: (error: Error) => void;
}

/** What is returned throws HttpProblem 503 where it cannot tell who calls. */
export function createAuthenticator(settings: AuthSettings, options: AuthenticatorOptions): Authenticate {
  if (settings.mode === 'none') return anyone(settings.principal, settings.roles);
  if (settings.mode === 'api_key') return byApiKey(settings.keys);
  if (settings.mode === 'client_certificate') {
    return async (request) => {
      const principal = principalOfCertificate(request, settings.principalFrom, options.rolesAllowed);
      return principal && { principal };
    };
  }
  return byToken(settings, options);
}

/** The one credential of the Authorization header; undefined where there is none of the kind. */
export function presentedToken({ authorization }: IncomingHttpHeaders): string | undefined {
  return /^Bearer +([\x21-\x7e]{1,16384})$/i.exec(authorization ?? '')?.[1];
}

function byToken(settings: TokenSettings, options: AuthenticatorOptions): Authenticate {
  const verify = createTokenVerifier(settings, options);
  return async ({ headers }) => {
    const token = presentedToken(headers);
    if (token === undefined) return undefined;
    const verdict = await verify(token);
    if (verdict.kind === 'valid') return { principal: verdict.principal, scopes: verdict.scopes };
    if (verdict.kind === 'invalid') return undefined;
    options.onError(verdict.reason);
    throw new HttpProblem(503, 'Callers cannot be verified now.', -32000, { 'Retry-After': '5' });
  };
}

function anyone(id: string, roles: readonly string[]): Authenticate {
  const principal: Principal = Object.freeze({ id, kind: 'human', auth: 'none', roles });
  return async () => ({ principal });
}

/** Hex digits that name a key in records: enough to tell keys apart, useless for finding one. */
const shownOfKey = 12;

/**
 * `Authorization: Bearer KEY`. Keys are compared by digest, each in constant time and all of them every time, so that
 * the time taken tells neither a prefix nor whose key was near.
 */
function byApiKey(keys: readonly ApiKey[]): Authenticate {
  const known = keys.map(({ principal, roles, sha256 }) => ({
    digest: Buffer.from(sha256, 'hex'),
    principal: Object.freeze({
      id: principal,
      kind: 'service',
      auth: 'api_key',
      key: sha256.slice(0, shownOfKey),
      roles,
    } satisfies Principal),
  }));
  return async ({ headers }) => {
    const presented = presentedToken(headers);
    if (presented === undefined) return undefined;
    const digest = createHash('sha256').update(presented).digest();
    let found: Principal | undefined;
    for (const key of known) {
      if (key.digest.length === digest.length && timingSafeEqual(key.digest, digest)) found = key.principal;
    }
    return found && { principal: found };
  };
}
