/** Asks whether a server is there at all, before anything is held for it: a dead host must cost its own callers alone. */

import { connect } from 'node:net';
import { Failure } from '../../model/errors.ts';
import { connectFailure } from '../query-error.ts';

export interface KnockTarget {
  readonly host: string;
  readonly port: number;
  /** Milliseconds until a silent host counts as dead. */
  readonly patience: number;
}

/**
 * GSSENCRequest: PostgreSQL 12 and later, and poolers, answer it with one byte before anybody has signed in; leaving after it
 * takes no connection slot and writes no line into the server's log, as an SSLRequest that is not followed by TLS would.
 */
const request = Buffer.from([0, 0, 0, 8, 4, 210, 22, 48]);

/**
 * Resolves when the host says anything, goodbye included: what it says is judged when a session is opened. Looks the name
 * up anew each time. Throws BACKEND_UNAVAILABLE, or BACKEND_CANCELLED when `signal` fires first.
 */
export function knock({ host, port, patience }: KnockTarget, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, host);
    // a process that was busy all the while looks at what has arrived before it calls the host silent
    const deadline = setTimeout(() => setImmediate(() => leave(connectFailure(timedOut))), patience);
    const onAbort = () => leave(new Failure('BACKEND_CANCELLED', 'The call was cancelled while it was connecting.'));
    function leave(failure?: Failure): void {
      clearTimeout(deadline);
      signal.removeEventListener('abort', onAbort);
      socket.destroy();
      if (failure === undefined) resolve();
      else reject(failure);
    }
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    socket.on('error', (cause) => leave(connectFailure(cause)));
    socket.once('connect', () => socket.write(request));
    socket.once('data', () => leave());
    socket.once('end', () => leave());
  });
}

const timedOut = Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' });
