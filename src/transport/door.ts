/** The checks every MCP request passes, in this order: Host, Origin, who is calling, method, body. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AuthSettings, TlsSettings } from '../model/authentication.ts';
import { type Authenticated, createAuthenticator, presentedToken } from './authenticator.ts';
import { readJson } from './body.ts';
import type { Caller } from './caller.ts';
import { showsCertificate } from './client-certificate.ts';
import { allowOrigin, answerPreflight } from './cors.ts';
import { type AuthenticationFailure, createFailureLedger } from './failure-ledger.ts';
import { createGuards, type GuardSettings } from './guards.ts';
import { HttpProblem } from './problem.ts';
import { createProxies, type Proxies } from './proxies.ts';
import { createResourceMetadata, type ResourceMetadata } from './resource-metadata.ts';
import { neededScopes } from './scopes.ts';
import { readTraceParent } from './trace-context.ts';

export interface DoorOptions {
  readonly settings: GuardSettings & {
    readonly maxBodyBytes: number;
    readonly auth: AuthSettings;
    /** Roles accepted from tokens; none by default. */
    readonly rolesAllowed?: readonly string[];
    readonly tls?: TlsSettings;
    /** CIDR ranges whose forwarding headers are believed; none by default. */
    readonly trustedProxies?: readonly string[];
  };
  /** Milliseconds after fetching an issuer's keys during which an unknown key does not make them be fetched again. */
  readonly keysCooldown?: number;
  /** Makes the record of a refused caller. The answer is 401 whether or not it could be made. */
  readonly onAuthenticationFailure: (failure: AuthenticationFailure) => Promise<void>;
  readonly onError: (error: Error) => void;
}

export interface Door {
  /** Host and Origin, and the answer to a browser's preflight. Throws HttpProblem 403. */
  readonly guard: (request: IncomingMessage, response: ServerResponse) => 'passed' | 'answered';
  /** What OAuth clients are told of this server, before they can authenticate; only where tokens are taken. */
  readonly resource: ResourceMetadata | undefined;
  /** Throws HttpProblem 401, after the refusal is on record. */
  readonly authenticate: (request: IncomingMessage, response: ServerResponse, path: string) => Promise<Caller>;
  /** The parsed body of a POST. Throws HttpProblem 405, 413, 415 or 400. */
  readonly body: (request: IncomingMessage, methods: readonly string[]) => Promise<unknown>;
  /** Whether the token was given for what the message asks. Throws HttpProblem 403 with the scopes to ask for, after the refusal is on record. */
  readonly allow: (request: IncomingMessage, caller: Caller, body: unknown) => Promise<void>;
  /**
   * Takes these API keys, where keys are what is taken, and believes these proxies, from the next request on; other
   * settings stay as they were when the server started. Returns who is still known.
   */
  readonly adopt: (
    changed: Pick<DoorOptions['settings'], 'auth' | 'trustedProxies'>,
  ) => (principalId: string) => boolean;
  /** Puts on record what is still only counted. */
  readonly close: () => Promise<void>;
}

function resourceOf(
  { auth, publicUrl, tls }: DoorOptions['settings'],
  schemeOf: Proxies['schemeOf'],
): ResourceMetadata | undefined {
  if (auth.mode !== 'oauth') return undefined;
  const own = tls === undefined ? 'http' : 'https';
  return createResourceMetadata({
    issuer: auth.issuer,
    scopes: auth.scopes ?? {},
    publicUrl,
    schemeOf: (request) => schemeOf(request) ?? own,
  });
}

export function createDoor({ settings, onAuthenticationFailure, onError, keysCooldown }: DoorOptions): Door {
  const guards = createGuards(settings);
  const authenticatorOptions = {
    rolesAllowed: settings.rolesAllowed ?? [],
    onError,
    ...(keysCooldown === undefined ? {} : { cooldown: keysCooldown }),
  };
  let authenticate = createAuthenticator(settings.auth, authenticatorOptions);
  let proxies = createProxies(settings.trustedProxies ?? []);
  const resource = resourceOf(settings, (request) => proxies.schemeOf(request));
  const certified = settings.tls?.kind === 'files' && settings.tls.clientCa !== undefined;
  const failures = createFailureLedger(onAuthenticationFailure);
  return {
    resource,
    guard(request: IncomingMessage, response: ServerResponse): 'passed' | 'answered' {
      const { host, origin } = request.headers;
      if (!guards.host(host)) throw new HttpProblem(403, 'This Host header is not allowed here.');
      if (!guards.origin(origin)) throw new HttpProblem(403, 'This Origin is not allowed here.');
      if (origin !== undefined) allowOrigin(response, origin);
      return request.method === 'OPTIONS' && origin !== undefined ? answerPreflight(response) : 'passed';
    },
    async authenticate(request: IncomingMessage, response: ServerResponse, path: string): Promise<Caller> {
      const address = proxies.addressOf(request);
      const admitted = !certified || showsCertificate(request);
      const known = admitted ? await authenticate(request) : undefined;
      if (known !== undefined) return callerAt(known, address, request, response);
      await failures.note({ address, path }).catch(onError);
      if (!admitted || settings.auth.mode === 'client_certificate') throw new HttpProblem(403, uncertified, -32001);
      const challenge = resource?.challenge(request, presentedToken(request.headers) !== undefined) ?? 'Bearer';
      throw new HttpProblem(401, 'The caller is not authenticated.', -32001, { 'WWW-Authenticate': challenge });
    },
    async body(request: IncomingMessage, methods: readonly string[]): Promise<unknown> {
      const { method = 'GET' } = request;
      if (!methods.includes(method))
        throw new HttpProblem(405, 'Method not allowed.', -32000, { Allow: methods.join(', ') });
      return method === 'POST' ? readJson(request, settings.maxBodyBytes) : undefined;
    },
    async allow(request, { principal, scopes = none, address = '' }, body) {
      if (resource === undefined || settings.auth.mode !== 'oauth') return;
      const needed = neededScopes(settings.auth.scopes ?? {}, body);
      if (needed.every((scope) => scopes.has(scope))) return;
      await failures.note({ address, path: request.url ?? '', principal }).catch(onError);
      const challenge = resource.stepUp(request, needed);
      throw new HttpProblem(403, 'The token lacks a scope.', -32001, { 'WWW-Authenticate': challenge });
    },
    adopt({ auth, trustedProxies = [] }) {
      proxies = createProxies(trustedProxies);
      if (auth.mode !== 'api_key' || settings.auth.mode !== 'api_key') return () => true;
      authenticate = createAuthenticator(auth, authenticatorOptions);
      const left = new Set(auth.keys.map(({ principal }) => principal));
      return (id) => left.has(id);
    },
    close: () => failures.close().catch(onError),
  };
}

const none: ReadonlySet<string> = new Set();

/** There is no challenge for what a connection begins with, so this is no 401. */
const uncertified = 'A client certificate that is valid here is required.';

function callerAt(
  known: Authenticated,
  address: string,
  { headers }: IncomingMessage,
  response: ServerResponse,
): Caller {
  const trace = readTraceParent(headers);
  const gone = () => goneSignal(response); // most calls are answered without one
  return trace === undefined ? { ...known, address, gone } : { ...known, address, trace, gone };
}

/**
 * Aborts when the connection ends before the answer was written. 2025 revisions do not call that a cancellation; but
 * without an event store no answer could ever reach the caller, so what runs for it is stopped.
 */
function goneSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  const look = () => {
    if (!response.writableFinished) gone.abort();
  };
  if (response.closed) look();
  else response.once('close', look);
  return gone.signal;
}
