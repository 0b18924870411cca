/** Which `tools/call` needs nothing of the SDK: one request that asks for no progress and carries nothing but a call. */

export interface PlainCall {
  readonly id: string | number;
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>> | undefined;
  readonly meta: Readonly<Record<string, unknown>> | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const envelope = new Set(['jsonrpc', 'id', 'method', 'params']);
const parameters = new Set(['name', 'arguments', '_meta']);

/** The call a body stands for; undefined where the SDK has to look at it, be it to refuse it. */
export function readPlainCall(body: unknown): PlainCall | undefined {
  if (!isFields(body) || body['jsonrpc'] !== '2.0' || body['method'] !== 'tools/call') return undefined;
  const { id, params } = body;
  if (typeof id !== 'string' && !Number.isSafeInteger(id)) return undefined;
  if (!isFields(params) || !hasOnly(body, envelope) || !hasOnly(params, parameters)) return undefined;
  const { name, arguments: args, _meta: meta } = params;
  if (typeof name !== 'string' || !(args === undefined || isFields(args))) return undefined;
  if (!(meta === undefined || isFields(meta)) || (meta !== undefined && 'progressToken' in meta)) return undefined;
  return { id: typeof id === 'string' ? id : Number(id), name, arguments: args, meta };
}

/** Keys of `_meta` that the protocol keeps for itself; everything else is carried. */
export const isReserved = (key: string) => key.startsWith('io.modelcontextprotocol/');

function hasOnly(fields: Fields, known: ReadonlySet<string>): boolean {
  for (const key in fields) if (!known.has(key)) return false; // parsed JSON has no inherited keys
  return true;
}

/** The id of the request that a body cancels; undefined when it is another message. */
export function cancelledRequest(body: unknown): string | number | undefined {
  if (!isFields(body) || body['method'] !== 'notifications/cancelled') return undefined;
  const id = isFields(body['params']) ? body['params']['requestId'] : undefined;
  return typeof id === 'string' || typeof id === 'number' ? id : undefined;
}
