/** Plain calls, answered here with the SDK's own body: what it builds for every call costs more than the call. */

import type { ServerResponse } from 'node:http';
import type { CallToolResult } from '@modelcontextprotocol/server';
import type { JsonPiece } from '../tools/json-pieces.ts';
import { replyPieces } from '../tools/reply.ts';
import type { Toolbox } from '../tools/toolbox.ts';
import { beginAnswer } from './answer-call.ts';
import { type ClientFacts, callContext } from './call-context.ts';
import type { Caller } from './caller.ts';
import type { CallsInFlight } from './calls-in-flight.ts';
import type { PlainCall } from './plain-call.ts';

export interface PlainCalls {
  /** Runs a call and answers it. The caller is verified, the tool is there. */
  readonly answer: (call: PlainCall, client: ClientFacts, response: ServerResponse, caller: Caller) => Promise<void>;
  /** Stops the calls with this request id, if any runs; no answer follows. */
  readonly cancel: (id: string | number) => void;
  /** The server ends what runs; whoever still waits is told so. */
  readonly end: () => void;
}

export interface PlainCallsOptions {
  readonly toolbox: Toolbox;
  readonly calls: CallsInFlight;
  /** The session they all belong to; undefined where each stands alone. */
  readonly session: string | undefined;
  /** Aborted when that session has ended. */
  readonly gone?: AbortSignal;
  /** What the revision spoken adds to a result. */
  readonly complete: (result: CallToolResult) => CallToolResult;
}

interface Running {
  readonly id: string | number;
  readonly stop: AbortController;
}

export function createPlainCalls({ toolbox, calls, session, gone, complete }: PlainCallsOptions): PlainCalls {
  const running = new Set<Running>();
  let ended = false;

  async function answer(plain: PlainCall, client: ClientFacts, response: ServerResponse, caller: Caller) {
    const { id, name, meta } = plain;
    const stop = new AbortController();
    const entry = { id, stop };
    running.add(entry);
    calls.enter();
    response.once('close', () => {
      if (!response.writableFinished) stop.abort();
    });
    const reply = beginAnswer(response, session);
    const facts = callContext(client, { id, session, meta }, caller, name, 'streamable-http');
    const call = gone === undefined ? facts : { ...facts, gone };
    const answered = await toolbox.answer(name, plain.arguments, { call, signal: stop.signal }); // never rejects
    running.delete(entry);
    calls.leave();
    if (stop.signal.aborted && !ended) reply.withdraw();
    else reply.send(responseOf(id, replyPieces(answered, complete)));
  }

  return {
    answer,
    cancel(id) {
      for (const call of running) if (call.id === id) call.stop.abort();
    },
    end() {
      ended = true;
      for (const { stop } of running) stop.abort();
    },
  };
}

function responseOf(id: string | number, result: readonly JsonPiece[]): readonly JsonPiece[] {
  return ['{"result":', ...result, `,"jsonrpc":"2.0","id":${JSON.stringify(id)}}`];
}
