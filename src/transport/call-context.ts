/** The facts of one call for the record: gathered from the protocol, each cut to a length a log line can bear. */

import type { McpServer } from '@modelcontextprotocol/server';
import type { CallContext } from '../model/request.ts';
import { createCallId } from './call-id.ts';
import type { Caller } from './caller.ts';

export type TransportKind = CallContext['transport'];

const longest = 200;

/** W3C trace context, as the `_meta` key of the same name carries it. */
const traceparent = /^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/;

/** What the message itself says. */
export interface RequestFacts {
  readonly id: string | number;
  readonly session: string | undefined;
  /** The request's `_meta`. */
  readonly meta: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Client name and version are what the client says of itself. The server's accessors know them in both protocol eras:
 * from `initialize`, or from the envelope of the very request.
 */
export function callContext(
  server: McpServer['server'],
  request: RequestFacts,
  caller: Caller,
  tool: string,
  transport: TransportKind,
): CallContext {
  const client = server.getClientVersion();
  const protocol = server.getNegotiatedProtocolVersion();
  const trace = traceparent.exec(String(request.meta?.['traceparent'] ?? ''));
  return {
    id: createCallId(),
    tool: cut(tool),
    principal: caller.principal,
    transport,
    client: {
      ...(client === undefined ? {} : { name: cut(client.name), version: cut(client.version) }),
      ...(caller.address === undefined ? {} : { address: caller.address }),
    },
    mcp: {
      request: cut(String(request.id)),
      ...(protocol === undefined ? {} : { protocol: cut(protocol) }),
      ...(request.session === undefined ? {} : { session: request.session }),
    },
    ...(trace?.[1] && trace[2] ? { trace: { id: trace[1], span: trace[2] } } : {}),
  };
}

function cut(text: string): string {
  return text.length > longest ? text.slice(0, longest) : text;
}
