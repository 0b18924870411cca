/** MCP over stdin and stdout for one local caller; over when either of them ends. */

import type { Readable, Writable } from 'node:stream';
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import type { Principal } from '../model/principal.ts';
import { createCallsInFlight } from './calls-in-flight.ts';
import type { Greeting } from './greeting.ts';
import { announceToolChange, createMcpServer, type ToolboxSource } from './mcp-server.ts';
import { createQuestions } from './questions.ts';

export interface StdioOptions {
  readonly toolbox: ToolboxSource;
  /** The product's version, told to clients. */
  readonly version: string;
  /** The local caller; its `auth` is `stdio`. */
  readonly principal: Principal;
  readonly stdin: Readable;
  readonly stdout: Writable;
  /** The client's `initialize` was answered before, and is still to be read. */
  readonly greeting?: Greeting | undefined;
  /** Told of trouble on the connection; never writes to stdout. */
  readonly onError: (error: Error) => void;
}

export interface StdioServer {
  /** Resolves when the client is gone and every call that ran has left its records; then the process may end. */
  readonly closed: Promise<void>;
  /** Tells the client that its list of tools may be another one. */
  readonly announceToolChange: () => void;
  readonly close: () => Promise<void>;
}

/** Milliseconds that calls are given to record their end once the client is gone. */
const grace = 10_000;

export function startStdio(options: StdioOptions): StdioServer {
  const { stdin, stdout } = options;
  const calls = createCallsInFlight();
  const questions = createQuestions();
  const gone = new AbortController();
  const caller = { principal: options.principal };
  let mcp: ReturnType<typeof createMcpServer> | undefined;
  const build = () => {
    mcp = createMcpServer({ ...options, calls, questions, gone: gone.signal }, 'stdio', () => caller);
    return mcp;
  };
  const handle = serveStdio(build, {
    transport: greetedBefore(new StdioServerTransport(stdin, stdout), options.greeting),
    onerror: options.onError,
  });
  const clientGone = new Promise<void>((resolve) => {
    stdin.once('end', resolve).once('close', resolve);
    stdout.once('error', () => resolve()).once('close', resolve);
    if (stdin.readableEnded || stdin.destroyed) resolve();
  });
  async function close(): Promise<void> {
    await handle.close();
    questions.close();
    gone.abort();
    await calls.idle(grace);
  }
  return {
    closed: clientGone.then(close),
    announceToolChange() {
      if (mcp !== undefined) announceToolChange(mcp, options.onError);
    },
    close,
  };
}

/** Drops the answer that the client has. */
function greetedBefore(transport: StdioServerTransport, greeting: Greeting | undefined): StdioServerTransport {
  if (greeting === undefined) return transport;
  const send = transport.send.bind(transport);
  let dropped = false;
  transport.send = async (message) => {
    if (dropped || !('id' in message) || message.id !== greeting.id) return send(message);
    dropped = true;
  };
  return transport;
}
