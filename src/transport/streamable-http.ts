/** `/mcp`: clients of the current revision are served per request, those of 2025 revisions in a session of their own. */

import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import {
  type NodeIncomingMessageLike,
  NodeStreamableHTTPServerTransport,
  toNodeHandler,
} from '@modelcontextprotocol/node';
import {
  type AuthInfo,
  type CallToolResult,
  createMcpHandler,
  isLegacyRequest,
  type McpServer,
  SERVER_INFO_META_KEY,
  SUPPORTED_PROTOCOL_VERSIONS,
} from '@modelcontextprotocol/server';
import type { Toolbox } from '../tools/toolbox.ts';
import { type Caller, callerBehind, introduce } from './caller.ts';
import { readEnvelope } from './envelope.ts';
import { implementationOf } from './introduction.ts';
import { announceToolChange, factsOf, type MakeMcpServer, type McpServerOptions } from './mcp-server.ts';
import { cancelledRequest, isReserved, type PlainCall, readPlainCall } from './plain-call.ts';
import { createPlainCalls, type PlainCalls } from './plain-calls.ts';
import { HttpProblem } from './problem.ts';
import { createSessions, type SessionLimits } from './sessions.ts';
import { createSubscriptions, isListen } from './subscriptions.ts';

export interface StreamableHttpOptions extends McpServerOptions {
  readonly toolbox: Toolbox;
  readonly makeMcpServer: MakeMcpServer;
  readonly sessions: 'per_client' | 'stateless';
  readonly sessionLimits: SessionLimits;
  readonly onError: (error: Error) => void;
}

export interface StreamableHttp {
  /** Serves one guarded and authenticated request; `body` is the parsed body of a POST. Throws HttpProblem. */
  readonly serve: (request: IncomingMessage, response: ServerResponse, caller: Caller, body: unknown) => Promise<void>;
  /** Tells every client that its list of tools may be another one. */
  readonly announceToolChange: () => void;
  readonly sessionCount: () => number;
  /** Ends the sessions and subscriptions of principals that are no longer known. */
  readonly retain: (isKnown: (principalId: string) => boolean) => void;
  /** Ends what would never end by itself: comes before the wait for what runs. */
  readonly endSubscriptions: () => Promise<void>;
  readonly close: () => Promise<void>;
}

interface Live {
  readonly transport: NodeStreamableHTTPServerTransport;
  readonly mcp: McpServer;
  /** Of this session, those that the SDK does not see. */
  readonly calls: PlainCalls;
}

export function createStreamableHttp(options: StreamableHttpOptions): StreamableHttp {
  const { onError } = options;
  const buildFor = (gone?: AbortSignal) =>
    options.makeMcpServer({ ...options, ...(gone && { gone }) }, 'streamable-http', (ctx) =>
      callerBehind(ctx.http?.authInfo),
    );
  const build = () => buildFor();
  const legacy = options.sessions === 'stateless' ? 'stateless' : 'reject';
  const modern = createMcpHandler(build, { legacy, onerror: onError });
  const serveModern = toNodeHandler(modern, { onerror: onError });
  const sessions = createSessions<Live>(options.sessionLimits);
  const subscriptions = createSubscriptions({ build, limits: options.sessionLimits, onError });
  const standalone = createPlainCalls({ ...options, session: undefined, complete: completed(options.version) });
  const sessionless = createPlainCalls({ ...options, session: undefined, complete: (result) => result });

  async function serve(request: IncomingMessage, response: ServerResponse, caller: Caller, body: unknown) {
    const plainCall = readPlainCall(body);
    const answered = plainCall && answerPlainCall(plainCall, request, response, caller);
    if (answered !== undefined) return answered;
    const introduced = Object.assign(request, { auth: introduce(caller) });
    const old = options.sessions === 'per_client' && (await isOld(request, body));
    if (!old && isListen(body)) return subscriptions.serve(plain(introduced), response, caller.principal, body);
    if (!old) return serveModern(plain(introduced), response, body);
    const id = request.headers['mcp-session-id'];
    if (typeof id === 'string') return serveSession(id, introduced, response, caller, body);
    if (!isInitialize(body)) throw new HttpProblem(400, 'The header Mcp-Session-Id is required.');
    return openSession(introduced, response, caller, body);
  }

  /** Answers a call that the SDK would let pass as it is; undefined leaves the request, and its refusal, to the SDK. */
  function answerPlainCall(call: PlainCall, request: IncomingMessage, response: ServerResponse, caller: Caller) {
    if (!options.toolbox.has(call.name) || options.toolbox.mayAsk(call.name)) return undefined;
    const client = readEnvelope(call, request.headers);
    if (client !== undefined) return standalone.answer(call, client, response, caller);
    if (options.sessions === 'stateless')
      return isPlainlyOld(call, request.headers) ? sessionless.answer(call, untold, response, caller) : undefined;
    const session = sessionOfPlainCall(request, caller, call);
    if (session === undefined) return undefined;
    response.once('close', sessions.use(session.id));
    const { calls, mcp } = session.handle;
    return calls.answer(call, factsOf(mcp.server), response, caller);
  }

  function sessionOfPlainCall({ headers }: IncomingMessage, { principal }: Caller, { meta }: PlainCall) {
    const id = headers['mcp-session-id'];
    const revision = headers['mcp-protocol-version'];
    if (typeof id !== 'string' || Object.keys(meta ?? {}).some(isReserved) || !takesEither(headers)) return undefined;
    const session = sessions.find(id, principal);
    const negotiated = session?.handle.mcp.server.getNegotiatedProtocolVersion();
    return revision === undefined || revision === negotiated ? session : undefined;
  }

  async function serveSession(
    id: string,
    request: IncomingMessage,
    response: ServerResponse,
    caller: Caller,
    body: unknown,
  ) {
    const session = sessions.find(id, caller.principal);
    if (session === undefined) throw new HttpProblem(404, 'There is no such session.', -32001);
    response.once('close', sessions.use(id));
    const cancelled = cancelledRequest(body);
    if (cancelled !== undefined) session.handle.calls.cancel(cancelled);
    await session.handle.transport.handleRequest(request, response, body);
  }

  async function openSession(request: IncomingMessage, response: ServerResponse, caller: Caller, body: unknown) {
    const place = sessions.reserve(caller.principal);
    const gone = new AbortController();
    const mcp = buildFor(gone.signal);
    const transport = new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized(session) {
        const calls = createPlainCalls({ ...options, session, gone: gone.signal, complete: (result) => result });
        mcp.server.onclose = () => {
          sessions.remove(session);
          calls.end();
          gone.abort();
        };
        place.add(session, { transport, mcp, calls }, () => mcp.close());
      },
    });
    try {
      await mcp.connect(transport);
      mcp.server.onerror = onError;
      await transport.handleRequest(request, response, body);
    } finally {
      place.cancel();
      if (transport.sessionId === undefined) await mcp.close();
    }
  }

  return {
    serve,
    announceToolChange() {
      subscriptions.announceToolChange();
      for (const { mcp } of sessions.handles()) announceToolChange(mcp, onError);
    },
    sessionCount: sessions.size,
    retain(isKnown) {
      sessions.retain(isKnown);
      subscriptions.retain(isKnown);
    },
    endSubscriptions: subscriptions.end,
    async close() {
      standalone.end();
      sessionless.end();
      await Promise.allSettled([sessions.closeAll(), subscriptions.close(), modern.close()]);
    },
  };
}

/** What the current revision has beside the result: that it is whole, and whose it is. */
function completed(version: string) {
  const server = { [SERVER_INFO_META_KEY]: implementationOf(version) };
  return (result: CallToolResult): CallToolResult => ({
    ...result,
    _meta: { ...result._meta, ...server },
    resultType: 'complete',
  });
}

/** Answers of 2025 revisions come as one body or as a stream of events, and their clients must take both. */
function takesEither({ accept = '' }: IncomingHttpHeaders): boolean {
  return accept.includes('application/json') && accept.includes('text/event-stream');
}

/** Whether the SDK would serve the call for a client of a 2025 revision that has no session. */
function isPlainlyOld({ meta }: PlainCall, headers: IncomingHttpHeaders): boolean {
  const revision = headers['mcp-protocol-version'];
  const spoken = revision === undefined || (typeof revision === 'string' && oldRevisions.has(revision));
  return spoken && takesEither(headers) && !Object.keys(meta ?? {}).some(isReserved);
}

const oldRevisions: ReadonlySet<string> = new Set(SUPPORTED_PROTOCOL_VERSIONS.filter((one) => one < '2026'));

/** Where nothing is kept of `initialize`, a call does not say who its client is. */
const untold = { client: undefined, protocol: undefined };

const eraHeaders = ['content-type', 'mcp-protocol-version', 'mcp-method', 'mcp-name'] as const;

/** Which era a request belongs to, by the SDK's own rule. It looks at headers and the parsed body only. */
async function isOld({ method, headers }: IncomingMessage, body: unknown): Promise<boolean> {
  return method !== 'POST' || isLegacyRequest(probe(eraHeaders.map((name) => headers[name])), body);
}

/** Making a Request costs more than asking about it; clients send the same few headers all day. */
const probes = new Map<string, Request>();
const probesKept = 64;

function probe(values: readonly (string | string[] | undefined)[]): Request {
  const key = JSON.stringify(values);
  const known = probes.get(key);
  if (known !== undefined) return known;
  const headers = eraHeaders.flatMap((name, index) => {
    const value = values[index];
    return typeof value === 'string' ? [{ name, value }] : [];
  });
  const init = { method: 'POST', headers: Object.fromEntries(headers.map(({ name, value }) => [name, value])) };
  const made = new Request('http://localhost/mcp', init);
  if (probes.size < probesKept) probes.set(key, made);
  return made;
}

/** The shape the SDK's adapter takes; it reads no body, which was read before. */
function plain(request: IncomingMessage & { readonly auth: AuthInfo }): NodeIncomingMessageLike {
  const { method = 'GET', url = '/', headers, auth } = request;
  return { method, url, headers, auth, [Symbol.asyncIterator]: () => request[Symbol.asyncIterator]() };
}

function isInitialize(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'method' in body && body.method === 'initialize';
}
