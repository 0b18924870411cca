/** A relay between a client and a real server: it counts, listens, holds back and cuts, as networks do. */

import { connect, createServer, type Socket } from 'node:net';

export interface TcpRelay {
  readonly port: number;
  /** Everything clients have sent, connection after connection. */
  readonly sent: () => Buffer;
  /** Cuts every connection. */
  readonly cut: () => void;
  /** From now on nothing passes in either direction; connections stay open. */
  readonly freeze: () => void;
  /** Calls `seen` once, when a client sends these bytes: after what they are part of was passed on, or instead of that. */
  readonly when: (bytes: string, seen: () => void, how?: 'passed' | 'withheld') => void;
  readonly close: () => Promise<void>;
}

export async function tcpRelay(target: { readonly host: string; readonly port: number }): Promise<TcpRelay> {
  const sockets = new Set<Socket>();
  const sent: Buffer[] = [];
  let frozen = false;
  let trap: { readonly bytes: string; readonly seen: () => void; readonly how: 'passed' | 'withheld' } | undefined;
  const server = createServer((client) => {
    const upstream = connect(target.port, target.host);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (chunk: Buffer) => {
      sent.push(chunk);
      const sprung = trap !== undefined && chunk.includes(trap.bytes) ? trap : undefined;
      if (!frozen && sprung?.how !== 'withheld') upstream.write(chunk);
      if (sprung === undefined) return;
      trap = undefined;
      sprung.seen();
    });
    upstream.on('data', (chunk: Buffer) => {
      if (!frozen) client.write(chunk);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    sent: () => Buffer.concat(sent),
    cut,
    freeze: () => {
      frozen = true;
    },
    when: (bytes, seen, how = 'passed') => {
      trap = { bytes, seen, how };
    },
    close: async () => {
      cut();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
