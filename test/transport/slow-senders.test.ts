/** Senders that take their time are cut off, and take nothing from others. */

import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { type Listener, listener } from './listener.ts';
import { openSession } from './raw.ts';

let running: Listener | undefined;
afterEach(() => running?.server.close());

const timeouts = { headersTimeout: 400, requestTimeout: 800, keepAliveTimeout: 5000, connectionsCheckingInterval: 20 };

/** Writes the beginning of a request and gives everything the server answers until it ends the connection. */
async function begin(text: string): Promise<string> {
  const socket = connect(running?.server.port ?? 0, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk.toString();
  });
  socket.on('error', () => undefined);
  socket.write(text);
  await once(socket, 'close');
  return answer;
}

const head = 'POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';

test.each([
  { what: 'headers', text: head },
  { what: 'a body', text: `${head}Content-Length: 100\r\n\r\n{"json` },
  { what: 'a chunked body', text: `${head}Transfer-Encoding: chunked\r\n\r\n5\r\n{"jso\r\n` },
])('$what that never end', async ({ text }) => {
  running = await listener({ timeouts });
  expect(await begin(text)).toMatch(/^HTTP\/1\.1 408/);
  await openSession(running.url);
});

test('a sender that goes away in the middle of its body leaves nothing behind', async () => {
  running = await listener();
  const socket = connect(running.server.port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(`${head}Content-Length: 100\r\n\r\n{"json`);
  socket.destroy();
  await openSession(running.url);
  expect(running.recorded.requests).toEqual([]);
});

test('two requests in one packet are two requests', async () => {
  running = await listener();
  const one = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n';
  const answer = await begin(`${one}\r\n${one}Connection: close\r\n\r\n`);
  expect(answer.match(/HTTP\/1\.1 200/g)).toHaveLength(2);
});
