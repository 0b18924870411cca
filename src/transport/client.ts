/** An MCP client of the kind most hosts have, for the tour of the demo: it sees this server as any stranger would. */

export interface ToolReply {
  readonly isError: boolean;
  readonly structured: Readonly<Record<string, unknown>>;
  readonly texts: readonly string[];
  readonly meta: Readonly<Record<string, unknown>>;
}

export interface ToolClient {
  readonly tools: () => Promise<readonly string[]>;
  readonly call: (tool: string, args: Readonly<Record<string, unknown>>) => Promise<ToolReply>;
  readonly close: () => Promise<void>;
}

/** Connects over streamable HTTP. Rejects when the server refuses the key. */
export async function connectClient(url: string, key: string, name: string): Promise<ToolClient> {
  const [{ Client }, { StreamableHTTPClientTransport }] = await Promise.all([
    import('@modelcontextprotocol/sdk/client/index.js'),
    import('@modelcontextprotocol/sdk/client/streamableHttp.js'),
  ]);
  const client = new Client({ name, version: '1' });
  const headers = { Authorization: `Bearer ${key}` };
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
  return {
    tools: async () => (await client.listTools()).tools.map((tool) => tool.name),
    async call(tool, args) {
      const reply = await client.callTool({ name: tool, arguments: { ...args } });
      return {
        isError: reply.isError === true,
        structured: recordOf(reply.structuredContent),
        texts: textsOf(reply.content),
        meta: recordOf(reply._meta),
      };
    },
    close: () => client.close(),
  };
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

function textsOf(content: unknown): readonly string[] {
  if (!Array.isArray(content)) return [];
  return content.flatMap((block: unknown) => {
    const { text } = recordOf(block);
    return typeof text === 'string' ? [text] : [];
  });
}
