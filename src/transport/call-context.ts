/** The facts of one call for the record: gathered from the protocol, each cut to a length a log line can bear. */

import { createCallId } from '../model/call-id.ts';
import type { CallContext } from '../model/request.ts';
import type { Caller } from './caller.ts';
import { readTraceParent } from './trace-context.ts';

export type TransportKind = CallContext['transport'];

const longest = 200;

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
  const trace = readTraceParent(request.meta) ?? caller.trace;
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
    ...(trace === undefined ? {} : { trace }),
  };
}

function cut(text: string): string {
  return text.length > longest ? text.slice(0, longest) : text;
}
