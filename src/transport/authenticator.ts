/** Who is calling over HTTP: an authenticator turns the request's headers into a principal, or says nothing at all. */

import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Principal } from '../model/principal.ts';

export type Authenticate = (headers: IncomingHttpHeaders) => Promise<Principal | undefined>;

export interface ApiKey {
  readonly principal: string;
  readonly roles: readonly string[];
  /** SHA-256 of the key, 64 lower-case hex digits; the key itself is nowhere. */
  readonly sha256: string;
}

export type AuthSettings =
  | { readonly mode: 'none'; readonly principal: string; readonly roles: readonly string[] }
  | { readonly mode: 'api_key'; readonly keys: readonly ApiKey[] }
  | { readonly mode: 'oauth' };

/** Throws when the mode is not served: better no start than an open door. */
export function createAuthenticator(settings: AuthSettings): Authenticate {
  if (settings.mode === 'none') return anyone(settings.principal, settings.roles);
  if (settings.mode === 'api_key') return byApiKey(settings.keys);
  throw new Error('server.auth.mode: oauth is not served by this version; use api_key.');
}

function anyone(id: string, roles: readonly string[]): Authenticate {
  const principal: Principal = Object.freeze({ id, kind: 'human', auth: 'none', roles });
  return async () => principal;
}

/**
 * `Authorization: Bearer KEY`. Keys are compared by digest, each in constant time and all of them every time, so that
 * the time taken tells neither a prefix nor whose key was near.
 */
function byApiKey(keys: readonly ApiKey[]): Authenticate {
  const known = keys.map(({ principal, roles, sha256 }) => ({
    digest: Buffer.from(sha256, 'hex'),
    principal: Object.freeze({ id: principal, kind: 'service', auth: 'api_key', roles } satisfies Principal),
  }));
  return async ({ authorization }) => {
    const presented = /^Bearer +([\x21-\x7e]{1,4096})$/i.exec(authorization ?? '')?.[1];
    if (presented === undefined) return undefined;
    const digest = createHash('sha256').update(presented).digest();
    let found: Principal | undefined;
    for (const key of known) {
      if (key.digest.length === digest.length && timingSafeEqual(key.digest, digest)) found = key.principal;
    }
    return found;
  };
}
