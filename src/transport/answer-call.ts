/** Writes the answer of a plain call: one JSON body in one write, or a stream once the caller has waited long. */

import type { ServerResponse } from 'node:http';

/** Milliseconds after which, and in which, a waiting caller is sent a sign of life: proxies give up on silence. */
const patience = 15_000;

/** Characters of an answer that is long. */
const long = 16_384;

export interface CallAnswer {
  /** `message` is the serialised response. Does nothing when the caller is gone. */
  readonly send: (message: string) => void;
  /** The caller withdrew its request: no response follows. */
  readonly withdraw: () => void;
}

/** `session`, where the call belongs to one, is named beside the answer. */
export function beginAnswer(response: ServerResponse, session: string | undefined): CallAnswer {
  const belongs = session === undefined ? {} : { 'Mcp-Session-Id': session };
  let alive: NodeJS.Timeout | undefined;
  const waiting = setTimeout(() => {
    openStream();
    alive = setInterval(() => response.write(': waiting\n\n'), patience);
  }, patience);
  response.once('close', stop);

  function stop(): void {
    clearTimeout(waiting);
    clearInterval(alive);
  }

  function openStream(): void {
    response.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-cache, no-transform',
      'X-Accel-Buffering': 'no',
      ...belongs,
    });
    response.flushHeaders();
  }

  return {
    send(message) {
      stop();
      if (response.destroyed) return;
      if (response.headersSent) return void response.end(`event: message\ndata: ${message}\n\n`);
      // a short text leaves joined to its headers; a long one is encoded once, not also to be measured
      const body = message.length > long ? Buffer.from(message) : message;
      response.writeHead(200, {
        'Content-Type': 'application/json',
        'Content-Length': Buffer.byteLength(body),
        ...belongs,
      });
      response.end(body);
    },
    withdraw() {
      stop();
      if (response.destroyed) return;
      if (!response.headersSent) openStream();
      response.end();
    },
  };
}
