/** One MCP server over the toolbox: the same for both protocol eras and every transport, cheap enough to make per request. */

import { McpServer, ProtocolError, ProtocolErrorCode, type ServerContext } from '@modelcontextprotocol/server';
import { identityOf } from '../model/principal.ts';
import type { Toolbox } from '../tools/toolbox.ts';
import { type ClientFacts, callContext, type TransportKind } from './call-context.ts';
import type { Caller } from './caller.ts';
import type { CallsInFlight } from './calls-in-flight.ts';
import { capabilities, implementationOf, instructions } from './introduction.ts';
import { askingOf } from './person.ts';
import { progressOf } from './progress.ts';
import type { Questions } from './questions.ts';
import { type AskTool, completeName, readResource, resourceTemplates } from './resources.ts';

/** The tools, or how to get them: over stdio they are made ready after `initialize` is answered. */
export type ToolboxSource = Toolbox | (() => Promise<Toolbox>);

export interface McpServerOptions {
  readonly toolbox: ToolboxSource;
  readonly version: string;
  readonly calls: CallsInFlight;
  /** What persons were asked and have not answered yet; one for all servers of a listener. */
  readonly questions: Questions;
  /** Aborted when the session or connection that this server is for has ended. */
  readonly gone?: AbortSignal;
}

/** Makes the MCP server of one request or session; `callerOf` tells who sent a message. The product's is `createMcpServer`. */
export type MakeMcpServer = (
  options: McpServerOptions,
  transport: TransportKind,
  callerOf: (ctx: ServerContext) => Caller | undefined,
) => McpServer;

/** How long a client of the current revision may keep its list of tools; a change of policy is also announced. */
const listKeptFor = 30_000;

/**
 * Handlers are set below McpServer's registry: its own would convert and validate every schema again for each server,
 * and would answer bad arguments before they can be recorded.
 */
export function createMcpServer(
  { toolbox, version, calls, questions, gone }: McpServerOptions,
  transport: TransportKind,
  callerOf: (ctx: ServerContext) => Caller | undefined,
): McpServer {
  const mcp = new McpServer(implementationOf(version), {
    capabilities,
    instructions,
    cacheHints: { 'tools/list': { ttlMs: listKeptFor, cacheScope: 'private' } },
  });
  const ready = async () => (typeof toolbox === 'function' ? toolbox().catch(notReady) : toolbox);
  mcp.server.setRequestHandler('tools/list', async (_request, ctx) => {
    const { principal } = known(callerOf(ctx));
    return { tools: [...(await ready()).list(principal)] };
  });
  const callTool = async (name: string, args: unknown, ctx: ServerContext) => {
    const caller = known(callerOf(ctx));
    const { id, _meta: meta } = ctx.mcpReq;
    const facts = callContext(factsOf(mcp.server), { id, session: ctx.sessionId, meta }, caller, name, transport);
    const call = { ...facts, ...progressOf(ctx), ...(gone && { gone }) };
    const signal = caller.gone ? AbortSignal.any([ctx.mcpReq.signal, caller.gone()]) : ctx.mcpReq.signal;
    const tools = await calls.track(ready());
    const { person, reply } = askingOf(mcp.server, ctx, questions, identityOf(caller.principal));
    const invocation = { call, signal, ...(person === undefined ? {} : { person }) };
    const result = await calls.track(tools.call(name, args, invocation));
    if (!tools.has(name)) throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'There is no such tool.');
    return { result, reply };
  };
  const asking =
    (ctx: ServerContext): AskTool =>
    async (name, args) =>
      (await callTool(name, args, ctx)).result;
  mcp.server.setRequestHandler('tools/call', async ({ params }, ctx) => {
    const { result, reply } = await callTool(params.name, params.arguments, ctx);
    return reply(result);
  });
  mcp.server.setRequestHandler('resources/templates/list', async () => ({ resourceTemplates: [...resourceTemplates] }));
  mcp.server.setRequestHandler('resources/read', ({ params }, ctx) => readResource(params.uri, asking(ctx)));
  mcp.server.setRequestHandler('completion/complete', ({ params }, ctx) => completeName(params, asking(ctx)));
  return mcp;
}

/** Tells the client of a connection; one that is going is not told, and that is no reason to fall. */
export function announceToolChange(mcp: McpServer, onError: (error: Error) => void): void {
  if (mcp.isConnected()) mcp.server.sendToolListChanged().catch(onError);
}

/** The server's accessors know the client in both protocol eras. */
export function factsOf(server: McpServer['server']): ClientFacts {
  return { client: server.getClientVersion(), protocol: server.getNegotiatedProtocolVersion() };
}

/** Why is the operator's to know, who reads it where the server was started. */
function notReady(): never {
  throw new ProtocolError(ProtocolErrorCode.InternalError, 'The server could not be made ready.');
}

/** Every message comes with a verified caller; one without is a fault of the wiring, and gets nothing. */
function known(caller: Caller | undefined): Caller {
  if (caller === undefined) throw new ProtocolError(ProtocolErrorCode.InvalidRequest, 'The caller is not known.');
  return caller;
}
