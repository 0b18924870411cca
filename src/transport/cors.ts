/** What a browser must be told before it lets a page of an allowed origin talk to this server. */

import type { ServerResponse } from 'node:http';

/** Call only for an origin the guard has let in. Credentials stay off: keys travel in a header a page sets itself. */
export function allowOrigin(response: ServerResponse, origin: string): void {
  response.setHeader('Access-Control-Allow-Origin', origin);
  response.setHeader('Access-Control-Expose-Headers', 'Mcp-Session-Id, Mcp-Protocol-Version, WWW-Authenticate');
  response.setHeader('Vary', 'Origin');
}

export function answerPreflight(response: ServerResponse): 'answered' {
  response.writeHead(204, {
    'Access-Control-Allow-Methods': 'GET, POST, DELETE',
    'Access-Control-Allow-Headers':
      'Authorization, Content-Type, Accept, Last-Event-ID, Mcp-Session-Id, Mcp-Protocol-Version, Mcp-Method, Mcp-Name',
    'Access-Control-Max-Age': '600',
  });
  response.end();
  return 'answered';
}
