/** A lean MCP client for load: one 2025-era session a caller, over a keep-alive connection of its own. */

import { Agent, request } from 'node:http';

export interface McpSession {
  /** Calls a tool and gives the raw body of the answer; throws when the tool reports an error. */
  readonly call: (name: string, args: Readonly<Record<string, unknown>>) => Promise<string>;
  readonly close: () => void;
}

export async function openSession(port: number, token?: string): Promise<McpSession> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let session: string | undefined;
  let id = 0;
  const post = (message: object) =>
    new Promise<string>((resolve, reject) => {
      const body = JSON.stringify(message);
      const sent = request(
        {
          agent,
          host: '127.0.0.1',
          port,
          path: '/mcp',
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            accept: 'application/json, text/event-stream',
            'content-length': Buffer.byteLength(body),
            'mcp-protocol-version': '2025-06-18',
            ...(session === undefined ? {} : { 'mcp-session-id': session }),
            ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          },
        },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('error', reject);
          answer.on('end', () => {
            const given = answer.headers['mcp-session-id'];
            if (typeof given === 'string') session = given;
            const text = Buffer.concat(chunks).toString();
            if ((answer.statusCode ?? 500) >= 300) reject(new Error(`HTTP ${answer.statusCode}: ${text}`));
            else resolve(text);
          });
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
  const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'bench', version: '1' } };
  await post({ jsonrpc: '2.0', id: id++, method: 'initialize', params });
  await post({ jsonrpc: '2.0', method: 'notifications/initialized' });
  return {
    async call(name, args) {
      const text = await post({ jsonrpc: '2.0', id: id++, method: 'tools/call', params: { name, arguments: args } });
      if (text.includes('"isError":true') || text.includes('"error":{"code"')) throw new Error(text.slice(0, 500));
      return text;
    },
    close: () => agent.destroy(),
  };
}
