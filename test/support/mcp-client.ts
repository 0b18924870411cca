/** A real 2025-era MCP client on the running product, with the answers narrowed to what tests look at. */

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

export interface ToolAnswer {
  readonly isError: boolean;
  readonly structured: Readonly<Record<string, unknown>>;
  /** The error's code where there is one. */
  readonly code: string | undefined;
  readonly texts: readonly string[];
  readonly meta: Readonly<Record<string, unknown>>;
}

export interface TestClient {
  readonly client: Client;
  readonly call: (name: string, args: Record<string, unknown>, signal?: AbortSignal) => Promise<ToolAnswer>;
  readonly close: () => Promise<void>;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export async function connectClient(url: string, token?: string): Promise<TestClient> {
  const client = new Client({ name: 'test', version: '1' });
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } });
  await client.connect(transport);
  return {
    client,
    async call(name, args, signal) {
      const answer = await client.callTool({ name, arguments: args }, undefined, {
        timeout: 60_000,
        ...(signal === undefined ? {} : { signal }),
      });
      const structured = isRecord(answer.structuredContent) ? answer.structuredContent : {};
      const error = isRecord(structured['error']) ? structured['error'] : {};
      const content = Array.isArray(answer.content) ? answer.content : [];
      return {
        isError: answer.isError === true,
        structured,
        code: typeof error['code'] === 'string' ? error['code'] : undefined,
        texts: content.flatMap((block) =>
          isRecord(block) && typeof block['text'] === 'string' ? [block['text']] : [],
        ),
        meta: isRecord(answer._meta) ? answer._meta : {},
      };
    },
    close: () => client.close(),
  };
}
