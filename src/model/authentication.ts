/** How callers of the HTTP listener are told apart: what the configuration says, and the door goes by. */

/** One API key: the key itself is nowhere, only its SHA-256 (64 lower-case hex digits). */
export interface ApiKey {
  readonly principal: string;
  readonly roles: readonly string[];
  readonly sha256: string;
}

/** The field of a client certificate that names the principal. */
export type CertificateName = 'common_name' | 'email' | 'uri' | 'dns';

/** Tool → scopes its calls need; `*` stands for every request. */
export type ScopeSettings = Readonly<Record<string, readonly string[]>>;

/** Access tokens of an authorization server. */
export interface TokenSettings {
  readonly issuer: string;
  /** What `aud` must hold. */
  readonly audience: string;
  /** Default: as the issuer's metadata say. */
  readonly jwksUrl?: string;
  /** Where the principal's id is; dots lead into objects where no claim has the whole name. */
  readonly principalClaim: string;
  readonly rolesClaim: string;
  /** The human for whom a service or agent calls. */
  readonly onBehalfOfClaim?: string;
  /** Scopes a token must hold. */
  readonly scopes?: ScopeSettings;
}

export type AuthSettings =
  | { readonly mode: 'none'; readonly principal: string; readonly roles: readonly string[] }
  | { readonly mode: 'api_key'; readonly keys: readonly ApiKey[] }
  | { readonly mode: 'client_certificate'; readonly principalFrom: CertificateName }
  | ({ readonly mode: 'oauth' } & TokenSettings);

export interface TlsFiles {
  readonly kind: 'files';
  /** PEM: the certificate and the chain to its root. */
  readonly cert: string;
  readonly key: string;
  /** PEM: those who sign client certificates. With it a client without one reaches no more than the health endpoints. */
  readonly clientCa?: string;
}

export type TlsSettings = { readonly kind: 'terminated_upstream' } | TlsFiles;
