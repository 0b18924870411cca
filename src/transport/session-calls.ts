/** The plain calls of one session, answered here with the SDK's own body: its stream for every call costs more than the call. */

import type { ServerResponse } from 'node:http';
import type { McpServer } from '@modelcontextprotocol/server';
import { resultAsJson } from '../tools/reply.ts';
import type { Toolbox } from '../tools/toolbox.ts';
import { beginAnswer } from './answer-call.ts';
import { callContext } from './call-context.ts';
import type { Caller } from './caller.ts';
import type { CallsInFlight } from './calls-in-flight.ts';
import type { PlainCall } from './plain-call.ts';

export interface SessionCalls {
  /** Runs a call and answers it. The caller is verified, and the session is its own. */
  readonly answer: (call: PlainCall, response: ServerResponse, caller: Caller) => Promise<void>;
  /** Stops the call with this request id, if one runs; no answer follows. */
  readonly cancel: (id: string | number) => void;
  /** The server ends the session: stops what runs in it; whoever still waits is told so. */
  readonly end: () => void;
}

export interface SessionCallsOptions {
  readonly toolbox: Toolbox;
  readonly calls: CallsInFlight;
  /** Knows the client and the revision of the session. */
  readonly server: McpServer['server'];
  readonly session: string;
}

export function createSessionCalls({ toolbox, calls, server, session }: SessionCallsOptions): SessionCalls {
  const running = new Map<string | number, AbortController>();
  let ended = false;

  async function answer(plain: PlainCall, response: ServerResponse, caller: Caller): Promise<void> {
    const { id, name, meta } = plain;
    const stop = new AbortController();
    running.set(id, stop);
    response.once('close', () => {
      if (!response.writableFinished) stop.abort();
    });
    const reply = beginAnswer(response, session);
    const call = callContext(server, { id, session, meta }, caller, name, 'streamable-http');
    const result = await calls.track(toolbox.call(name, plain.arguments, { call, signal: stop.signal }));
    if (running.get(id) === stop) running.delete(id);
    if (stop.signal.aborted && !ended) reply.withdraw();
    else reply.send(`{"result":${resultAsJson(result)},"jsonrpc":"2.0","id":${JSON.stringify(id)}}`);
  }

  return {
    answer,
    cancel: (id) => running.get(id)?.abort(),
    end() {
      ended = true;
      for (const stop of running.values()) stop.abort();
    },
  };
}
