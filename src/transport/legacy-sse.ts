/** `/sse` and `/messages`: the transport of the first protocol revision, for clients that know no other. Off by default. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Caller, callerBehind, introduce } from './caller.ts';
import { announceToolChange, createMcpServer, type McpServerOptions } from './mcp-server.ts';
import { HttpProblem } from './problem.ts';
import { createSessions, type SessionLimits } from './sessions.ts';

export interface LegacySseOptions extends McpServerOptions {
  readonly sessionLimits: SessionLimits;
  readonly onError: (error: Error) => void;
}

export interface LegacySse {
  readonly path: string;
  readonly messagesPath: string;
  /** GET /sse: opens the stream, and with it the session. */
  readonly open: (request: IncomingMessage, response: ServerResponse, caller: Caller) => Promise<void>;
  /** POST /messages?sessionId=…: one message of a session this caller opened. */
  readonly receive: (
    request: IncomingMessage,
    response: ServerResponse,
    caller: Caller,
    body: unknown,
  ) => Promise<void>;
  readonly announceToolChange: () => void;
  readonly sessionCount: () => number;
  /** Ends the sessions of principals that are no longer known. */
  readonly retain: (isKnown: (principalId: string) => boolean) => void;
  readonly close: () => Promise<void>;
}

const path = '/sse';
const messagesPath = '/messages';

/** Milliseconds between comments that keep proxies from closing a quiet stream. */
const keepAlive = 15_000;

type Transport = InstanceType<typeof import('@modelcontextprotocol/sdk/server/sse.js').SSEServerTransport>;
type Live = { readonly transport: Transport; readonly mcp: ReturnType<typeof createMcpServer> };

/** The transport class is loaded with the first stream: few servers ever need it. */
export function createLegacySse(options: LegacySseOptions): LegacySse {
  const sessions = createSessions<Live>({ ...options.sessionLimits, idle: Number.MAX_SAFE_INTEGER });

  async function open(_request: IncomingMessage, response: ServerResponse, caller: Caller) {
    const place = sessions.reserve(caller.principal);
    try {
      const { SSEServerTransport } = await import('@modelcontextprotocol/sdk/server/sse.js');
      if (response.closed) return; // nothing would ever tell that the session has ended
      const transport = new SSEServerTransport(messagesPath, response);
      const gone = new AbortController();
      const mcp = createMcpServer({ ...options, gone: gone.signal }, 'sse', (ctx) => callerBehind(ctx.http?.authInfo));
      const beat = setInterval(() => response.write(': keep-alive\n\n'), keepAlive);
      response.once('close', () => clearInterval(beat));
      response.setHeader('X-Accel-Buffering', 'no');
      place.add(transport.sessionId, { transport, mcp }, () => mcp.close());
      mcp.server.onclose = () => {
        sessions.remove(transport.sessionId);
        gone.abort();
      };
      mcp.server.onerror = options.onError;
      await mcp.connect(transport);
    } finally {
      place.cancel();
    }
  }

  async function receive(request: IncomingMessage, response: ServerResponse, caller: Caller, body: unknown) {
    const id = new URL(request.url ?? '/', 'http://localhost').searchParams.get('sessionId') ?? '';
    const session = sessions.find(id, caller.principal);
    if (session === undefined) throw new HttpProblem(404, 'There is no such session.', -32001);
    await session.handle.transport.handlePostMessage(
      Object.assign(request, { auth: introduce(caller) }),
      response,
      body,
    );
  }

  return {
    path,
    messagesPath,
    open,
    receive,
    announceToolChange() {
      for (const { mcp } of sessions.handles()) announceToolChange(mcp, options.onError);
    },
    sessionCount: sessions.size,
    retain: sessions.retain,
    close: sessions.closeAll,
  };
}
