/** The HTTP listener: guards, then authentication, then the body, then MCP. Nothing behind a guard sees what it refused. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Principal } from '../model/principal.ts';
import type { Toolbox } from '../tools/toolbox.ts';
import { type AuthSettings, createAuthenticator } from './authenticator.ts';
import { readJson } from './body.ts';
import type { Caller } from './caller.ts';
import { createCallsInFlight } from './calls-in-flight.ts';
import { allowOrigin, answerPreflight } from './cors.ts';
import { createGuards, type GuardSettings, isLoopback } from './guards.ts';
import { createLegacySse } from './legacy-sse.ts';
import { answerProblem, HttpProblem } from './problem.ts';
import { defaultSessionLimits, type SessionLimits } from './sessions.ts';
import { createStreamableHttp } from './streamable-http.ts';

export interface HttpSettings extends GuardSettings {
  readonly transport: 'stdio' | 'streamable-http' | 'sse';
  readonly listen: { readonly host: string; readonly port: number };
  readonly maxBodyBytes: number;
  readonly sessions: 'per_client' | 'stateless';
  readonly auth: AuthSettings;
}

/** What is known of a request that nobody vouched for. */
export interface AuthenticationFailure {
  readonly address: string;
  readonly path: string;
}

export interface HttpOptions {
  readonly toolbox: Toolbox;
  readonly version: string;
  readonly settings: HttpSettings;
  /** Whether calls can be served now: configuration and policy in force, audit log writable. */
  readonly ready: () => Promise<boolean>;
  /** Makes the record of a refused caller. The answer is 401 whether or not it could be made. */
  readonly onAuthenticationFailure: (failure: AuthenticationFailure) => Promise<void>;
  /** Told of trouble with requests, for the operational log. */
  readonly onError: (error: Error) => void;
  readonly sessionLimits?: SessionLimits;
  readonly timeouts?: Timeouts;
}

export interface HttpServer {
  /** The port that is bound, also when the settings said 0. */
  readonly port: number;
  /** `http://host:port/mcp` */
  readonly url: string;
  readonly announceToolChange: () => void;
  readonly sessionCount: () => number;
  /** Lets nothing new in, lets what runs finish within a deadline, then cancels it, waits until each call has left its last record, ends every connection. */
  readonly close: () => Promise<void>;
}

/** Milliseconds. A header or body that dribbles in slower than this is cut off (408); idle connections outlive a proxy's. */
export interface Timeouts {
  readonly headersTimeout: number;
  readonly requestTimeout: number;
  readonly keepAliveTimeout: number;
  /** How often the first two are looked at. */
  readonly connectionsCheckingInterval: number;
}

const defaultTimeouts: Timeouts = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 5_000,
};

/** Milliseconds that calls are given to record their end when the server stops. */
/** What runs when the stop is asked for may finish; supervisors commonly end a process that takes ten seconds. */
const drain = 5000;
const grace = 10_000;

/** Binds the address and serves. Rejects when it cannot be bound, or when the settings would leave the door open. */
export async function startHttp(options: HttpOptions): Promise<HttpServer> {
  const { settings, onError } = options;
  if (settings.auth.mode === 'none' && !isLoopback(settings.listen.host)) {
    throw new Error('server.auth.mode: none is refused on an address that other machines can reach; use api_key.');
  }
  const calls = createCallsInFlight();
  /** POST requests until the last byte of their answer is out; GET streams have no end of their own. */
  const answering = createCallsInFlight();
  const sessionLimits = options.sessionLimits ?? defaultSessionLimits;
  const shared = { toolbox: options.toolbox, version: options.version, calls, sessionLimits, onError };
  const streamable = createStreamableHttp({ ...shared, sessions: settings.sessions });
  const sse = settings.transport === 'sse' ? createLegacySse(shared) : undefined;
  const door = createDoor(options);
  let closing = false;

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname === '/healthz') return answerHealth(request, response, true);
    if (pathname === '/readyz') return answerHealth(request, response, !closing && (await options.ready()));
    const isMessage = pathname === sse?.messagesPath;
    if (closing) throw new HttpProblem(503, 'The server is stopping.', -32000, { Connection: 'close' });
    if (pathname !== '/mcp' && pathname !== sse?.path && !isMessage) throw new HttpProblem(404, 'Not found.');
    if (door.guard(request, response) === 'answered') return;
    const caller = await door.authenticate(request, response, pathname);
    const body = await door.body(
      request,
      pathname === '/mcp' ? ['GET', 'POST', 'DELETE'] : [isMessage ? 'POST' : 'GET'],
    );
    if (sse && isMessage) return sse.receive(request, response, caller, body);
    if (sse && pathname === sse.path) return sse.open(request, response, caller);
    return streamable.serve(request, response, caller, body);
  }

  const server = createServer(
    { ...(options.timeouts ?? defaultTimeouts), maxHeaderSize: 16_384 },
    (request, response) => {
      if (request.method === 'POST') void answering.track(new Promise((resolve) => response.once('close', resolve)));
      route(request, response).catch((thrown: unknown) => {
        if (!(thrown instanceof HttpProblem)) onError(thrown instanceof Error ? thrown : new Error(String(thrown)));
        answerProblem(
          response,
          thrown instanceof HttpProblem ? thrown : new HttpProblem(500, 'Internal error.', -32603),
        );
      });
    },
  );
  const port = await listen(server, settings.listen);
  return {
    port,
    url: `http://${settings.listen.host.includes(':') ? `[${settings.listen.host}]` : settings.listen.host}:${port}/mcp`,
    announceToolChange() {
      streamable.announceToolChange();
      sse?.announceToolChange();
    },
    sessionCount: streamable.sessionCount,
    async close() {
      closing = true;
      const closed = new Promise((resolve) => server.close(resolve));
      await answering.idle(drain);
      await Promise.allSettled([streamable.close(), sse?.close()]);
      await calls.idle(grace);
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The checks every MCP request passes, in this order. */
function createDoor({ settings, onAuthenticationFailure, onError }: HttpOptions) {
  const guards = createGuards(settings);
  const authenticate = createAuthenticator(settings.auth);
  return {
    guard(request: IncomingMessage, response: ServerResponse): 'passed' | 'answered' {
      const { host, origin } = request.headers;
      if (!guards.host(host)) throw new HttpProblem(403, 'This Host header is not allowed here.');
      if (!guards.origin(origin)) throw new HttpProblem(403, 'This Origin is not allowed here.');
      if (origin !== undefined) allowOrigin(response, origin);
      return request.method === 'OPTIONS' && origin !== undefined ? answerPreflight(response) : 'passed';
    },
    async authenticate(request: IncomingMessage, response: ServerResponse, path: string): Promise<Caller> {
      const address = request.socket.remoteAddress ?? '';
      const principal: Principal | undefined = await authenticate(request.headers);
      if (principal !== undefined) return { principal, address, gone: goneSignal(response) };
      await onAuthenticationFailure({ address, path }).catch(onError);
      throw new HttpProblem(401, 'The caller is not authenticated.', -32001, { 'WWW-Authenticate': 'Bearer' });
    },
    async body(request: IncomingMessage, methods: readonly string[]): Promise<unknown> {
      const { method = 'GET' } = request;
      if (!methods.includes(method))
        throw new HttpProblem(405, 'Method not allowed.', -32000, { Allow: methods.join(', ') });
      return method === 'POST' ? readJson(request, settings.maxBodyBytes) : undefined;
    },
  };
}

/**
 * Aborts when the connection ends before the answer was written. 2025 revisions do not call that a cancellation; but
 * without an event store no answer could ever reach the caller, so what runs for it is stopped.
 */
function goneSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  return gone.signal;
}

function answerHealth(request: IncomingMessage, response: ServerResponse, ok: boolean): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') throw new HttpProblem(405, 'Method not allowed.');
  response.writeHead(ok ? 200 : 503, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(JSON.stringify({ status: ok ? 'ok' : 'unavailable' }));
}

function listen(server: Server, { host, port }: { readonly host: string; readonly port: number }): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
