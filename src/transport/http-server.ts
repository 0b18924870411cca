/** The HTTP listener: guards, then authentication, then the body, then MCP. Nothing behind a guard sees what it refused. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AuthSettings, TlsSettings } from '../model/authentication.ts';
import type { Toolbox } from '../tools/toolbox.ts';
import { createCallsInFlight } from './calls-in-flight.ts';
import { createDoor, type Door, type DoorOptions } from './door.ts';
import { bracketed, type GuardSettings, isLoopback } from './guards.ts';
import { createLegacySse, type LegacySse } from './legacy-sse.ts';
import { createMcpServer, type MakeMcpServer } from './mcp-server.ts';
import { pathnameOf } from './pathname.ts';
import { answerProblem, HttpProblem } from './problem.ts';
import { createQuestions } from './questions.ts';
import { defaultSessionLimits, type SessionLimits } from './sessions.ts';
import { createStreamableHttp, type StreamableHttp } from './streamable-http.ts';
import { handshakeTimeout, readTlsMaterial, type TlsMaterial } from './tls.ts';

export interface HttpSettings extends GuardSettings {
  readonly transport: 'stdio' | 'streamable-http' | 'sse';
  readonly listen: { readonly host: string; readonly port: number };
  readonly maxBodyBytes: number;
  readonly sessions: 'per_client' | 'stateless';
  readonly auth: AuthSettings;
  /** CIDR ranges whose forwarding headers are believed; none by default. */
  readonly trustedProxies?: readonly string[];
  /** A listener that other machines can reach needs it. */
  readonly tls?: TlsSettings;
}

export interface HttpOptions extends DoorOptions {
  readonly toolbox: Toolbox;
  readonly version: string;
  readonly settings: HttpSettings;
  /** Whether calls can be served now: configuration and policy in force, audit log writable. */
  readonly ready: () => Promise<boolean>;
  /** What else `/readyz` says: words of ours, for operators who look there. */
  readonly remarks?: () => Readonly<Record<string, string>>;
  /** Told of trouble with requests, for the operational log. */
  readonly onError: (error: Error) => void;
  readonly sessionLimits?: SessionLimits;
  readonly timeouts?: Timeouts;
  /** Milliseconds a person has to confirm a write. */
  readonly patience?: number;
}

export interface HttpServer {
  /** The port that is bound, also when the settings said 0. */
  readonly port: number;
  /** `http://host:port/mcp` */
  readonly url: string;
  readonly announceToolChange: () => void;
  readonly sessionCount: () => number;
  /** Sessions open now, by the transport they came by. */
  readonly sessions: () => Readonly<Record<string, number>>;
  /**
   * Reads what changed settings need: certificates, API keys and trusted proxies can change while the server runs. What it resolves with
   * puts them in force: connections stay, sessions of principals without a key end. Rejects and changes nothing.
   */
  readonly prepare: (settings: Pick<HttpSettings, 'auth' | 'tls' | 'trustedProxies'>) => Promise<() => void>;
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

/** Milliseconds that what runs has to finish when a stop is asked for; supervisors commonly end a process after ten seconds. */
const drain = 5000;
/** Milliseconds that what was cancelled then has to record its end. */
const grace = 10_000;
/** Milliseconds for the answers of what was cancelled to leave. */
const lastWords = 500;
/** Bytes of a request's headers. */
const maxHeaderSize = 16_384;

/** Binds the address and serves. Rejects when it cannot be bound, or when the settings would leave the door open. */
export function startHttp(options: HttpOptions): Promise<HttpServer> {
  return mountHttp(options, createMcpServer);
}

/**
 * The same listener, door and sessions with other MCP servers behind them on `/mcp`: for the protocol's conformance suite,
 * which calls tools of its own. The product starts with `startHttp` alone, and `test/floor-plan.test.ts` holds it to that.
 */
export async function mountHttp(options: HttpOptions, makeMcpServer: MakeMcpServer): Promise<HttpServer> {
  const { settings, onError } = options;
  if (settings.auth.mode === 'none' && !isLoopback(settings.listen.host)) {
    throw new Error('server.auth.mode: none is refused on an address that other machines can reach; use api_key.');
  }
  if (settings.tls === undefined && !isLoopback(settings.listen.host)) {
    throw new Error('server.tls must be set for an address that other machines can reach.');
  }
  const scoped = settings.auth.mode === 'oauth' ? Object.keys(settings.auth.scopes ?? {}) : [];
  const stranger = scoped.find((name) => name !== '*' && !options.toolbox.has(name));
  if (stranger !== undefined) throw new Error(`server.auth.scopes names ${stranger}, and there is no such tool.`);
  const calls = createCallsInFlight();
  /** POST requests until the last byte of their answer is out; GET streams have no end of their own. */
  const answering = createCallsInFlight();
  const sessionLimits = options.sessionLimits ?? defaultSessionLimits;
  const questions = createQuestions(options.patience);
  const shared = { toolbox: options.toolbox, version: options.version, calls, questions, sessionLimits, onError };
  const streamable = createStreamableHttp({ ...shared, makeMcpServer, sessions: settings.sessions });
  const sse = settings.transport === 'sse' ? createLegacySse(shared) : undefined;
  let closing = false;
  const door = createDoor(options);
  const route = createRouter({ ...options, door, streamable, sse, isClosing: () => closing });
  const { server, adopt: adoptCertificate } = await createListener(options, (request, response) => {
    if (request.method === 'POST') {
      answering.enter();
      response.once('close', answering.leave);
    }
    route(request, response).catch((thrown: unknown) => {
      if (!(thrown instanceof HttpProblem)) onError(thrown instanceof Error ? thrown : new Error(String(thrown)));
      answerProblem(response, thrown instanceof HttpProblem ? thrown : new HttpProblem(500, 'Internal error.', -32603));
    });
  });
  const port = await listen(server, settings.listen);
  return {
    port,
    url: `${settings.tls?.kind === 'files' ? 'https' : 'http'}://${bracketed(settings.listen.host)}:${port}/mcp`,
    announceToolChange() {
      streamable.announceToolChange();
      sse?.announceToolChange();
    },
    sessionCount: streamable.sessionCount,
    sessions: () => ({ 'streamable-http': streamable.sessionCount(), ...(sse && { sse: sse.sessionCount() }) }),
    async prepare({ tls, ...changed }) {
      const material = tls?.kind === 'files' ? await readTlsMaterial(tls) : undefined;
      return () => {
        if (material !== undefined) adoptCertificate(material); // for handshakes to come
        const isKnown = door.adopt(changed);
        streamable.retain(isKnown);
        sse?.retain(isKnown);
      };
    },
    async close() {
      closing = true;
      const closed = new Promise((resolve) => server.close(resolve));
      await streamable.endSubscriptions();
      await answering.idle(drain);
      questions.close();
      await Promise.allSettled([streamable.close(), sse?.close()]);
      await Promise.all([calls.idle(grace), door.close()]);
      await answering.idle(lastWords);
      server.closeAllConnections();
      await closed;
    },
  };
}

type Listen = (request: IncomingMessage, response: ServerResponse) => void;

/** HTTP, or HTTPS where certificate files are configured; `adopt` changes the certificate for connections to come. */
async function createListener({ settings, timeouts = defaultTimeouts }: HttpOptions, answer: Listen) {
  const limits = { ...timeouts, maxHeaderSize };
  if (settings.tls?.kind !== 'files') return { server: createServer(limits, answer), adopt: () => undefined };
  const material = await readTlsMaterial(settings.tls);
  // without a valid certificate the client is refused by the door, on record; health is for anyone
  const clients = settings.tls.clientCa === undefined ? {} : { requestCert: true, rejectUnauthorized: false };
  const server = createTlsServer({ ...limits, ...material, ...clients, handshakeTimeout }, answer);
  return { server, adopt: (next: TlsMaterial) => server.setSecureContext(next) };
}

interface RouterParts extends Pick<HttpOptions, 'ready' | 'remarks'> {
  readonly door: Door;
  readonly streamable: StreamableHttp;
  readonly sse: LegacySse | undefined;
  readonly isClosing: () => boolean;
}

/** Health first, for anyone; everything else passes the door. Throws HttpProblem. */
function createRouter({ door, streamable, sse, ready, remarks, isClosing }: RouterParts) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const pathname = request.url === '/mcp' ? '/mcp' : pathnameOf(request.url);
    if (pathname === '/healthz') return answerHealth(request, response, true);
    if (pathname === '/readyz') {
      return answerHealth(request, response, !isClosing() && (await ready()), remarks?.());
    }
    if (isClosing()) throw new HttpProblem(503, 'The server is stopping.', -32000, { Connection: 'close' });
    if (door.resource?.isAt(pathname)) {
      if (door.guard(request, response) === 'passed') door.resource.answer(request, response);
      return;
    }
    const methods = methodsOf(pathname, sse);
    if (methods === undefined) throw new HttpProblem(404, 'Not found.');
    if (door.guard(request, response) === 'answered') return;
    const caller = await door.authenticate(request, response, pathname);
    const body = await door.body(request, methods);
    await door.allow(request, caller, body);
    if (pathname === sse?.messagesPath) return sse.receive(request, response, caller, body);
    if (pathname === sse?.path) return sse.open(request, response, caller);
    return streamable.serve(request, response, caller, body);
  };
}

function methodsOf(pathname: string, sse: LegacySse | undefined): readonly string[] | undefined {
  if (pathname === '/mcp') return ['GET', 'POST', 'DELETE'];
  if (pathname === sse?.path) return ['GET'];
  return pathname === sse?.messagesPath ? ['POST'] : undefined;
}

function answerHealth(request: IncomingMessage, response: ServerResponse, ok: boolean, remarks: object = {}): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') throw new HttpProblem(405, 'Method not allowed.');
  response.writeHead(ok ? 200 : 503, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(JSON.stringify({ status: ok ? 'ok' : 'unavailable', ...remarks }));
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
