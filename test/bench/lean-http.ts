/** One keep-alive connection that posts and reads whole answers: a client of a few microseconds, so that the load generator is not what is measured. */

import { connect, type Socket } from 'node:net';

export interface LeanConnection {
  /** Posts a JSON text to the path and gives the answer's status, headers (as sent) and body. One at a time. */
  readonly post: (path: string, headers: string, body: string) => Promise<LeanAnswer>;
  readonly close: () => void;
}

export interface LeanAnswer {
  readonly status: number;
  /** The header block, as sent. */
  readonly head: string;
  readonly body: Buffer;
}

interface Waiting {
  readonly resolve: (answer: LeanAnswer) => void;
  readonly reject: (error: Error) => void;
}

const headEnd = Buffer.from('\r\n\r\n');

/** Servers close connections that were idle while others had their turn: the next request opens another one. */
export async function leanConnection(port: number): Promise<LeanConnection> {
  let waiting: Waiting | undefined;
  let socket = await open();

  async function open(): Promise<Socket> {
    const opened = connect({ host: '127.0.0.1', port, noDelay: true });
    await new Promise((resolve, reject) => opened.once('connect', resolve).once('error', reject));
    const settle = () => {
      const settled = waiting;
      waiting = undefined;
      return settled;
    };
    opened.on(
      'data',
      answerReader((answer) => settle()?.resolve(answer)),
    );
    opened.on('error', (error) => settle()?.reject(error));
    opened.on('close', () => settle()?.reject(new Error('the connection was closed')));
    return opened;
  }

  return {
    async post(path, headers, body) {
      if (socket.destroyed || socket.readableEnded) socket = await open();
      return new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        socket.write(
          `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${headers}\r\n${body}`,
        );
      });
    },
    close: () => socket.destroy(),
  };
}

/** Joins what arrives to answers: by Content-Length, or by chunks, which are set aside as they come. */
function answerReader(deliver: (answer: LeanAnswer) => void): (chunk: Buffer) => void {
  let parts: Buffer[] = [];
  let received = 0;
  let wanted = 0;
  let begun: Pick<LeanAnswer, 'status' | 'head'> | undefined;
  let chunks: Buffer[] = [];

  function keep(rest: Buffer, needed: number): void {
    parts = rest.length === 0 ? [] : [rest];
    received = rest.length;
    wanted = needed;
  }

  function end(answer: LeanAnswer): void {
    begun = undefined;
    chunks = [];
    keep(Buffer.alloc(0), 0);
    deliver(answer);
  }

  return (chunk) => {
    parts.push(chunk);
    received += chunk.length;
    if (received < wanted) return;
    let bytes = parts.length === 1 ? chunk : Buffer.concat(parts);
    if (begun === undefined) {
      const start = bytes.indexOf(headEnd) + headEnd.length;
      if (start < headEnd.length) return keep(bytes, bytes.length + 1);
      const head = bytes.toString('latin1', 0, start - headEnd.length);
      const status = Number(head.slice(9, 12));
      const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
      if (length !== undefined) {
        const total = start + Number(length);
        if (bytes.length < total) return keep(bytes, total);
        return end({ status, head, body: bytes.subarray(start, total) });
      }
      if (!/\r\ntransfer-encoding: chunked/i.test(head)) return end({ status, head, body: Buffer.alloc(0) });
      begun = { status, head };
      bytes = bytes.subarray(start);
    }
    const { at, needed } = takeChunks(bytes, chunks);
    if (needed === 0) end({ ...begun, body: Buffer.concat(chunks) });
    else keep(bytes.subarray(at), needed - at);
  };
}

/** Sets whole chunks aside; answers where the rest begins, and up to where bytes are needed: 0 when the last chunk was there. */
function takeChunks(bytes: Buffer, chunks: Buffer[]): { readonly at: number; readonly needed: number } {
  for (let at = 0; ; ) {
    const line = bytes.indexOf('\r\n', at);
    if (line < 0) return { at, needed: bytes.length + 1 };
    const size = Number.parseInt(bytes.toString('latin1', at, line), 16);
    const next = line + 2 + size + 2;
    if (bytes.length < next) return { at, needed: next };
    if (size === 0) return { at: next, needed: 0 };
    chunks.push(bytes.subarray(line + 2, line + 2 + size));
    at = next;
  }
}
