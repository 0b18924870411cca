/** Asks a server, over a connection of its own, to stop what a session is running. */

import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { encodeCancel } from '../protocol/encode.ts';
import type { TlsOptions } from './tls.ts';

export interface CancelTarget {
  readonly host: string;
  readonly port: number;
  readonly tls: TlsOptions;
  readonly processId: number;
  readonly secretKey: number;
}

/** Milliseconds after which the attempt is given up. */
const patience = 5000;
const sslRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

/**
 * Sends the request; the answer is what the session itself says. Never throws. The server closes the connection when it
 * is done: closing it first, before a pooler has passed the request on, has taken PgBouncer 1.18 down.
 */
export function sendCancel({ host, port, tls, processId, secretKey }: CancelTarget): void {
  const request = encodeCancel(processId, secretKey);
  const socket = connect(port, host);
  const giveUp = () => socket.destroy();
  socket.setTimeout(patience, giveUp).on('error', giveUp);
  socket.once('connect', () => {
    if (tls === undefined) socket.write(request);
    else {
      socket.write(sslRequest);
      socket.once('data', (answer) =>
        answer.toString('latin1') === 'S' ? overTls(socket, host, tls, request) : giveUp(),
      );
    }
  });
}

/** With the same verification as the session's own connection: the key in the request stops statements. */
function overTls(socket: Socket, host: string, tls: NonNullable<TlsOptions>, request: Buffer): void {
  const secure = connectTls({ ...tls, socket, host, ...(isIP(host) === 0 ? { servername: host } : {}) });
  secure.on('error', () => socket.destroy());
  secure.once('secureConnect', () => secure.write(request));
}
