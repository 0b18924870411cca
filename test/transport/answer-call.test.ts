/** An answer that cannot be written to its end breaks off for its caller alone. */

import { createServer, get } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import type { Rows } from '../../src/model/result.ts';
import { beginAnswer } from '../../src/transport/answer-call.ts';

/** Rows of which the last cannot be written. */
const rows: Rows = {
  length: 2,
  [Symbol.iterator]: () => [][Symbol.iterator](),
  *json() {
    yield `{"a":"${'x'.repeat(300_000)}"}`;
    throw new RangeError('a row is shorter than its cells');
  },
};

test('a row that cannot be written ends this answer, and the server goes on', async () => {
  const server = createServer((request, response) => {
    if (request.url === '/whole') return void response.end('whole');
    beginAnswer(response, undefined).send(['[', { names: ['a'], rows, bytes: 600_000, quoted: false }, ']']);
  });
  onTestFinished(() => void server.close());
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const ask = (path: string) =>
    new Promise<string>((resolve, reject) => {
      get({ port, host: '127.0.0.1', path, agent: false }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.once('end', () => resolve(text));
        response.once('error', reject);
      }).once('error', reject);
    });
  await expect(ask('/broken')).rejects.toThrow('aborted');
  expect(await ask('/whole')).toBe('whole');
});
