/** A request that is answered at the door: an HTTP status with a JSON-RPC error, as MCP clients expect it. */

import type { ServerResponse } from 'node:http';

export class HttpProblem extends Error {
  constructor(
    readonly status: number,
    message: string,
    /** JSON-RPC error code. */
    readonly code = -32000,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = 'HttpProblem';
  }
}

/**
 * Answers and, where the request's body was not read to its end, has the connection closed: the rest of it must not be
 * taken for the next request.
 */
export function answerProblem(response: ServerResponse, problem: HttpProblem): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const unread = !response.req.complete;
  response.writeHead(problem.status, {
    'Content-Type': 'application/json',
    ...problem.headers,
    ...(unread ? { Connection: 'close' } : {}),
  });
  const error = { code: problem.code, message: problem.message };
  response.end(JSON.stringify({ jsonrpc: '2.0', id: null, error }));
}
