/** The facts of one call for the record: gathered from the protocol, each cut to a length a log line can bear. */

import { createCallId } from '../model/call-id.ts';
import type { CallContext } from '../model/request.ts';
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

/** What the client says of itself: at `initialize`, or in the envelope of the very request. */
export interface ClientFacts {
  readonly client: { readonly name: string; readonly version: string } | undefined;
  /** The protocol revision spoken. */
  readonly protocol: string | undefined;
}

export function callContext(
  { client, protocol }: ClientFacts,
  request: RequestFacts,
  caller: Caller,
  tool: string,
  transport: TransportKind,
): CallContext {
  const parent = request.meta?.['traceparent'];
  const trace = parent === undefined ? null : traceparent.exec(String(parent));
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
