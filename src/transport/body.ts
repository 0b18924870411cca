/** The body of a POST, read once, never beyond the limit, and parsed. */

import type { IncomingMessage } from 'node:http';
import { isJsonContentType } from '@modelcontextprotocol/server';
import { HttpProblem } from './problem.ts';

/** Throws HttpProblem 413, 415 or 400. A sender that is too slow or goes away ends the request before this resolves. */
export async function readJson(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  if (!isJsonContentType(request.headers['content-type'] ?? null)) {
    throw new HttpProblem(415, 'The body must be application/json.');
  }
  if ((request.headers['content-encoding'] ?? 'identity') !== 'identity') {
    throw new HttpProblem(415, 'The body must not be compressed.');
  }
  const text = await readText(request, maxBytes);
  try {
    return JSON.parse(text);
  } catch {
    throw new HttpProblem(400, 'The body is not JSON.', -32700);
  }
}

async function readText(request: IncomingMessage, maxBytes: number): Promise<string> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const bytes = await readBytes(request, maxBytes);
  try {
    return utf8.decode(bytes);
  } catch {
    throw new HttpProblem(400, 'The body is not UTF-8.', -32700);
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function readBytes(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let received = 0;
    request.on('data', (chunk: Buffer) => {
      received += chunk.length;
      if (received <= maxBytes) return void chunks.push(chunk);
      request.pause();
      reject(tooLarge(maxBytes));
    });
    request.once('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    request.once('error', reject);
    request.once('close', () => {
      if (!request.complete) reject(new HttpProblem(400, 'The body ended early.'));
    });
  });
}

function tooLarge(maxBytes: number): HttpProblem {
  return new HttpProblem(413, `The body must not be larger than ${maxBytes} bytes.`);
}
