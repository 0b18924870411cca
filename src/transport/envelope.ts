/** A plain call of the current revision: it stands alone, and its headers and `_meta` say for whom. */

import type { IncomingHttpHeaders } from 'node:http';
import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  classifyInboundRequest,
  PROTOCOL_VERSION_META_KEY,
} from '@modelcontextprotocol/server';
import type { ClientFacts } from './call-context.ts';
import { isFields, isReserved, type PlainCall } from './plain-call.ts';

const revision = '2026-07-28';
const envelopeKeys = new Set([PROTOCOL_VERSION_META_KEY, CLIENT_INFO_META_KEY, CLIENT_CAPABILITIES_META_KEY]);

/** Texts of envelopes that the SDK found in order, with what they say; clients send the same one all day. */
const known = new Map<string, ClientFacts>();
const envelopesKept = 256;
const longestKept = 4096;

/**
 * What the client says of itself, when the headers agree with the call to the letter and its envelope is one the SDK
 * would serve; undefined leaves the request, and its refusal, to the SDK.
 */
export function readEnvelope({ name, meta }: PlainCall, headers: IncomingHttpHeaders): ClientFacts | undefined {
  if (meta?.[PROTOCOL_VERSION_META_KEY] !== revision || headers['mcp-protocol-version'] !== revision) return undefined;
  if (headers['mcp-method'] !== 'tools/call' || headers['mcp-name'] !== name) return undefined;
  for (const key in meta) if (isReserved(key) && !envelopeKeys.has(key)) return undefined;
  const text = JSON.stringify([meta[CLIENT_INFO_META_KEY], meta[CLIENT_CAPABILITIES_META_KEY]]);
  const facts = known.get(text) ?? factsOf(name, meta);
  if (facts !== undefined && known.size < envelopesKept && text.length <= longestKept) known.set(text, facts);
  return facts;
}

function factsOf(name: string, meta: Readonly<Record<string, unknown>>): ClientFacts | undefined {
  const body = { jsonrpc: '2.0', id: 0, method: 'tools/call', params: { name, _meta: meta } };
  const { kind } = classifyInboundRequest({ httpMethod: 'POST', body });
  const client = meta[CLIENT_INFO_META_KEY];
  if (kind !== 'modern' || !isFields(client)) return undefined;
  return { protocol: revision, client: { name: String(client['name']), version: String(client['version']) } };
}
