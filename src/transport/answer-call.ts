/**
 * Writes the answer of a plain call: one JSON body in one write; a large one as fast as the caller takes it; a stream of
 * events once the caller has waited long.
 */

import type { ServerResponse } from 'node:http';
import { type JsonPiece, joined, lengthOf, slicesOf } from '../tools/json-pieces.ts';

/** Milliseconds after which, and in which, a waiting caller is sent a sign of life: proxies give up on silence. */
const patience = 15_000;

/** Characters of an answer that is long. */
const long = 16_384;
/** Characters of an answer that is written piece by piece. */
const large = 262_144;
/** Characters of it written at a time. */
const slice = 65_536;

export interface CallAnswer {
  /** `message` is the response as JSON. Does nothing when the caller is gone. */
  readonly send: (message: readonly JsonPiece[]) => void;
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
      if (response.headersSent) return writeSlices(response, [event, ...message, endOfEvent]);
      if (lengthOf(message) < large) return sendWhole(response, joined(message), belongs);
      response.writeHead(200, { 'Content-Type': 'application/json', ...belongs });
      writeSlices(response, message);
    },
    withdraw() {
      stop();
      if (response.destroyed) return;
      if (!response.headersSent) openStream();
      response.end();
    },
  };
}

const event = 'event: message\ndata: ';
const endOfEvent = '\n\n';

function sendWhole(response: ServerResponse, message: string, headers: Readonly<Record<string, string>>): void {
  // a short text leaves joined to its headers; a long one is encoded once, not also to be measured
  const body = message.length > long ? Buffer.from(message) : message;
  const length = Buffer.byteLength(body);
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': length, ...headers });
  response.end(body);
}

/**
 * Nothing is encoded before the caller has taken what came before it: a slow reader holds the rows alone. One that takes
 * everything at once is not written to without a stop: others have their turn after each slice.
 */
function writeSlices(response: ServerResponse, message: readonly JsonPiece[]): void {
  const slices = slicesOf(message, slice);
  const later = () => void setImmediate(writeOn);
  const writeOn = () => {
    if (response.destroyed) return;
    try {
      const { value, done } = slices.next();
      if (done === true) response.end();
      else if (response.write(value)) later();
      else response.once('drain', later);
    } catch (thrown) {
      // what was begun can only be broken off: its caller sees that it is not whole, and other calls go on
      response.destroy(thrown instanceof Error ? thrown : new Error('the answer could not be written'));
    }
  };
  writeOn();
}
