/** An MCP client of a few microseconds for each caller: one keep-alive connection, one 2025 session or requests that stand alone. */

import { type LeanAnswer, leanConnection } from './lean-http.ts';

export interface McpCaller {
  /** Calls a tool and gives the answer's bytes. Throws when the tool or the server reports an error. */
  readonly call: (name: string, args: Readonly<Record<string, unknown>>) => Promise<Buffer>;
  readonly close: () => void;
}

export type Era = '2025-06-18' | '2026-07-28';

export interface CallerOptions {
  readonly port: number;
  readonly path?: string;
  readonly token?: string;
  readonly era?: Era;
}

const client = { name: 'bench', version: '1' };
const accept = 'Accept: application/json, text/event-stream\r\n';
const failures = [Buffer.from('"isError":true'), Buffer.from('"error":{"code"')];

function checked({ status, body }: LeanAnswer): Buffer {
  const start = body.subarray(0, 2048);
  const end = body.subarray(-2048);
  if (status >= 300 || failures.some((failure) => start.includes(failure) || end.includes(failure)))
    throw new Error(`${status}: ${start.toString().slice(0, 500)}`);
  return body;
}

export async function mcpCaller({ port, path = '/mcp', token, era = '2025-06-18' }: CallerOptions): Promise<McpCaller> {
  const connection = await leanConnection(port);
  const authorization = token === undefined ? '' : `Authorization: Bearer ${token}\r\n`;
  const common = `${accept}${authorization}MCP-Protocol-Version: ${era}\r\n`;
  let id = 0;
  if (era === '2026-07-28') {
    const _meta = {
      'io.modelcontextprotocol/protocolVersion': era,
      'io.modelcontextprotocol/clientInfo': client,
      'io.modelcontextprotocol/clientCapabilities': {},
    };
    return {
      async call(name, args) {
        const params = { name, arguments: args, _meta };
        const body = JSON.stringify({ jsonrpc: '2.0', id: id++, method: 'tools/call', params });
        return checked(await connection.post(path, `${common}Mcp-Method: tools/call\r\nMcp-Name: ${name}\r\n`, body));
      },
      close: connection.close,
    };
  }
  const hello = { protocolVersion: era, capabilities: {}, clientInfo: client };
  const opened = await connection.post(
    path,
    `${accept}${authorization}`,
    JSON.stringify({ jsonrpc: '2.0', id: id++, method: 'initialize', params: hello }),
  );
  checked(opened);
  const session = /\r\nmcp-session-id: ([^\r\n]+)/i.exec(opened.head)?.[1];
  const headers = session === undefined ? common : `${common}Mcp-Session-Id: ${session}\r\n`;
  await connection.post(path, headers, JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }));
  return {
    async call(name, args) {
      const message = { jsonrpc: '2.0', id: id++, method: 'tools/call', params: { name, arguments: args } };
      return checked(await connection.post(path, headers, JSON.stringify(message)));
    },
    close: connection.close,
  };
}
