/** `subscriptions/listen`: the streams by which clients of the current revision hear of changes; bounded, and whose they are is known. */

import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { type NodeIncomingMessageLike, toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, type McpServer } from '@modelcontextprotocol/server';
import type { Principal } from '../model/principal.ts';
import { createSessions, type SessionLimits } from './sessions.ts';

export interface SubscriptionsOptions {
  readonly build: () => McpServer;
  /** A stream takes a place as a session does; it is never idle. */
  readonly limits: SessionLimits;
  readonly onError: (error: Error) => void;
}

export interface Subscriptions {
  /** Serves one request to listen: the answer ends when either side has had enough. Throws HttpProblem 503. */
  readonly serve: (
    request: NodeIncomingMessageLike,
    response: ServerResponse,
    principal: Principal,
    body: unknown,
  ) => Promise<void>;
  readonly announceToolChange: () => void;
  /** Ends the streams of principals that are no longer known. */
  readonly retain: (isKnown: (principalId: string) => boolean) => void;
  /** Tells every client that its stream ends here. */
  readonly end: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** A handler of their own, so that they can be ended while calls still run: they would hold up a stop for as long as it may take. */
export function createSubscriptions({ build, limits, onError }: SubscriptionsOptions): Subscriptions {
  const handler = createMcpHandler(build, { legacy: 'reject', maxSubscriptions: limits.total, onerror: onError });
  const serveStream = toNodeHandler(handler, { onerror: onError });
  const streams = createSessions<ServerResponse>({ ...limits, idle: Number.MAX_SAFE_INTEGER });
  return {
    async serve(request, response, principal, body) {
      const id = randomUUID();
      streams.reserve(principal).add(id, response, async () => void response.destroy());
      response.once('close', () => streams.remove(id));
      if (response.closed) streams.remove(id);
      await serveStream(request, response, body);
    },
    announceToolChange: handler.notify.toolsChanged,
    retain: streams.retain,
    end: handler.close,
    async close() {
      await handler.close();
      await streams.closeAll();
    },
  };
}

export function isListen(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'method' in body && body.method === 'subscriptions/listen';
}
