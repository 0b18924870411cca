/** W3C trace context: the trace a client says its call belongs to, in the message's `_meta` or in the headers of HTTP. */

import type { TraceParent } from '../model/request.ts';

const traceparent = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;

/** Characters of `tracestate`: what the standard asks everybody to carry at least. */
const longestState = 512;

/** Undefined where there is none, or none that the standard calls valid. */
export function readTraceParent(carrier: Readonly<Record<string, unknown>> | undefined): TraceParent | undefined {
  const parent = carrier?.['traceparent'];
  if (typeof parent !== 'string') return undefined;
  const [, id, span, flags] = traceparent.exec(parent) ?? [];
  if (id === undefined || span === undefined || flags === undefined) return undefined;
  const state = carrier?.['tracestate'];
  const sampled = (Number.parseInt(flags, 16) & 1) === 1;
  return { id, span, sampled, ...(typeof state === 'string' && state.length <= longestState ? { state } : {}) };
}
