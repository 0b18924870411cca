/** The operators' listener, never on the clients' port: metrics and health for whoever reaches it, status and stopping a call for this machine alone. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { bracketed, createGuards, isLoopback } from './guards.ts';
import { pathnameOf } from './pathname.ts';
import { answerProblem, HttpProblem } from './problem.ts';

export interface AdminOptions {
  readonly listen: { readonly host: string; readonly port: number };
  readonly metrics: () => Promise<string>;
  readonly databases: () => unknown;
  readonly status: () => Promise<unknown>;
  /** Stops a running call; false when none of that id is running. */
  readonly cancel: (callId: string) => boolean;
  /** Applies the change that waits under this digest, on the word of `by`; resolves with what came of it. */
  readonly applyWaiting: (digest: string, by: string) => Promise<string>;
  /** Reads the configuration and the policies anew; resolves when they are in force, or with why they are not. */
  readonly reload: () => Promise<unknown>;
  readonly onError: (error: Error) => void;
}

export interface AdminServer {
  readonly url: string;
  readonly close: () => Promise<void>;
}

const applyPath = /^\/policies\/apply\/([0-9a-f]{64})$/;
const cancelPath = /^\/calls\/([0-9a-f-]{1,64})\/cancel$/;

/** Rejects when the address cannot be bound. */
export async function startAdmin(options: AdminOptions): Promise<AdminServer> {
  const guards = createGuards({ listen: options.listen, allowedHosts: [], allowedOrigins: [] });
  const server = createServer({ headersTimeout: 5000, requestTimeout: 5000 }, (request, response) => {
    answer(options, request, response, guards.host).catch((thrown: unknown) => {
      if (!(thrown instanceof HttpProblem))
        options.onError(thrown instanceof Error ? thrown : new Error(String(thrown)));
      answerProblem(response, thrown instanceof HttpProblem ? thrown : new HttpProblem(500, 'Internal error.', -32603));
    });
  });
  const { host } = options.listen;
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.listen.port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : options.listen.port);
    });
  });
  return {
    url: `http://${bracketed(host)}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A browser always says where a page that writes comes from; nothing here is for pages. */
async function answer(
  options: AdminOptions,
  request: IncomingMessage,
  response: ServerResponse,
  isOwnHost: (header: string | undefined) => boolean,
): Promise<void> {
  const { headers, method = 'GET', url } = request;
  if (!isOwnHost(headers.host)) throw new HttpProblem(403, 'This Host header is not allowed here.');
  if (headers.origin !== undefined) throw new HttpProblem(403, 'This is not for web pages.');
  const pathname = pathnameOf(url);
  const cancelled = cancelPath.exec(pathname)?.[1];
  if (cancelled !== undefined) return cancel(options, request, response, cancelled);
  const digest = applyPath.exec(pathname)?.[1];
  if (digest !== undefined) return applyWaiting(options, request, response, digest);
  if (pathname === '/reload') return reload(options, request, response);
  if (method !== 'GET' && method !== 'HEAD')
    throw new HttpProblem(405, 'Method not allowed.', -32000, { Allow: 'GET' });
  if (pathname === '/metrics')
    return send(response, 'text/plain; version=0.0.4; charset=utf-8', await options.metrics());
  if (pathname === '/healthz/databases')
    return send(response, json, JSON.stringify({ databases: options.databases() }));
  if (pathname !== '/status') throw new HttpProblem(404, 'Not found.');
  requireLocal(request);
  send(response, json, JSON.stringify(await options.status()));
}

function cancel(options: AdminOptions, request: IncomingMessage, response: ServerResponse, id: string): void {
  requireLocal(request);
  if (request.method !== 'POST') throw new HttpProblem(405, 'Method not allowed.', -32000, { Allow: 'POST' });
  if (!options.cancel(id)) throw new HttpProblem(404, 'No call of that id is running.');
  send(response, json, '{"cancelled":true}');
}

async function reload(options: AdminOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  requireLocal(request);
  if (request.method !== 'POST') throw new HttpProblem(405, 'Method not allowed.', -32000, { Allow: 'POST' });
  const result = await options.reload();
  if (result === undefined) throw new HttpProblem(409, 'There are no files to follow.');
  send(response, json, JSON.stringify(result));
}

/** Who says so is what the command on this machine tells, and recorded as that. */
async function applyWaiting(
  options: AdminOptions,
  request: IncomingMessage,
  response: ServerResponse,
  digest: string,
): Promise<void> {
  requireLocal(request);
  if (request.method !== 'POST') throw new HttpProblem(405, 'Method not allowed.', -32000, { Allow: 'POST' });
  const said = request.headers['x-operator'];
  const operator = typeof said === 'string' && /^[\w.@-]{1,64}$/.test(said) ? said : 'somebody';
  const result = await options.applyWaiting(digest, `policy apply on this machine, as ${operator}`);
  send(response, json, JSON.stringify({ result }));
}

const json = 'application/json';

function send(response: ServerResponse, type: string, body: string): void {
  response.writeHead(200, { 'Content-Type': type, 'Cache-Control': 'no-store' });
  response.end(body);
}

/** Who calls what, and stopping it, is not for everyone who may read metrics. */
function requireLocal({ socket }: IncomingMessage): void {
  const address = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  if (!isLoopback(address)) throw new HttpProblem(403, 'This is answered on the machine of the server alone.');
}
