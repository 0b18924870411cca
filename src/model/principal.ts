/** Who is calling: an identity the transport has verified, never something a tool argument says. */

export type PrincipalKind = 'human' | 'service' | 'agent' | 'system';

export interface Principal {
  /** Stable id; never equal to a role or `*`, never with a comma or a line break. */
  readonly id: string;
  readonly kind: PrincipalKind;
  /** How the id was verified. */
  readonly auth: 'none' | 'stdio' | 'api_key' | 'oauth' | 'mtls' | 'system';
  /** Token issuer, where there is one. */
  readonly issuer?: string;
  /** Which API key it called with: the beginning of its SHA-256. */
  readonly key?: string;
  /** Roles given by the token or the configuration (roles of `g` rows are added by the decision point). */
  readonly roles: readonly string[];
  /** The human on whose verified behalf a service or agent calls. */
  readonly onBehalfOf?: string;
}

/** pgwarden itself: it reads catalogs through the corridor, admitted by the built-in rule `system:catalog`. */
export const systemPrincipal: Principal = Object.freeze({
  id: 'pgwarden',
  kind: 'system',
  auth: 'system',
  roles: Object.freeze([]),
});

const forbiddenInIds = /[,\r\n\u0000-\u001f\u007f]/;

/** Whether `id` may stand for a principal (surface: no comma, no line break, not `*`, not empty). */
export function isPrincipalId(id: string): boolean {
  return id.length > 0 && id.length <= 256 && id !== '*' && !forbiddenInIds.test(id);
}

const identities = new WeakMap<Principal, string>();

/** Equal for two requests of the same identity, whatever roles it has now: what sessions and allowances are bound to. */
export function identityOf(principal: Principal): string {
  const known = identities.get(principal);
  if (known !== undefined) return known;
  const { auth, issuer, id } = principal;
  const identity = JSON.stringify([auth, issuer ?? null, id]);
  identities.set(principal, identity);
  return identity;
}
