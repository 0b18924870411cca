/** `/mcp`: clients of the current revision are served per request, those of 2025 revisions in a session of their own. */

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type NodeIncomingMessageLike,
  NodeStreamableHTTPServerTransport,
  toNodeHandler,
} from '@modelcontextprotocol/node';
import { type AuthInfo, createMcpHandler, isLegacyRequest, type McpServer } from '@modelcontextprotocol/server';
import { type Caller, callerBehind, introduce } from './caller.ts';
import { createMcpServer, type McpServerOptions } from './mcp-server.ts';
import { HttpProblem } from './problem.ts';
import { createSessions, type SessionLimits } from './sessions.ts';

export interface StreamableHttpOptions extends McpServerOptions {
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
  readonly close: () => Promise<void>;
}

interface Live {
  readonly transport: NodeStreamableHTTPServerTransport;
  readonly mcp: McpServer;
}

export function createStreamableHttp(options: StreamableHttpOptions): StreamableHttp {
  const { onError } = options;
  const build = () => createMcpServer(options, 'streamable-http', (ctx) => callerBehind(ctx.http?.authInfo));
  const legacy = options.sessions === 'stateless' ? 'stateless' : 'reject';
  const modern = createMcpHandler(build, { legacy, onerror: onError });
  const serveModern = toNodeHandler(modern, { onerror: onError });
  const sessions = createSessions<Live>(options.sessionLimits);

  async function serve(request: IncomingMessage, response: ServerResponse, caller: Caller, body: unknown) {
    const introduced = Object.assign(request, { auth: introduce(caller) });
    const old = options.sessions === 'per_client' && (await isOld(request, body));
    if (!old) return serveModern(plain(introduced), response, body);
    const id = request.headers['mcp-session-id'];
    if (typeof id === 'string') return serveSession(id, introduced, response, caller, body);
    if (!isInitialize(body)) throw new HttpProblem(400, 'The header Mcp-Session-Id is required.');
    return openSession(introduced, response, caller, body);
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
    await session.handle.transport.handleRequest(request, response, body);
  }

  async function openSession(request: IncomingMessage, response: ServerResponse, caller: Caller, body: unknown) {
    const place = sessions.reserve(caller.principal);
    const mcp = build();
    const transport = new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => place.add(id, { transport, mcp }, () => mcp.close()),
    });
    try {
      await mcp.connect(transport);
      mcp.server.onclose = () => {
        if (transport.sessionId !== undefined) sessions.remove(transport.sessionId);
      };
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
      modern.notify.toolsChanged();
      for (const { mcp } of sessions.handles()) mcp.sendToolListChanged();
    },
    sessionCount: sessions.size,
    async close() {
      await Promise.allSettled([sessions.closeAll(), modern.close()]);
    },
  };
}

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
