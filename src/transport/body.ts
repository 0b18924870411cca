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
  if (isTooDeep(text)) throw new HttpProblem(400, 'The body is nested too deeply.', -32600);
  try {
    return JSON.parse(text);
  } catch {
    throw new HttpProblem(400, 'The body is not JSON.', -32700);
  }
}

/** Brackets within brackets: the values of a call may have 32 of them, and whatever walks a message walks it by calling itself. */
export const maxBodyDepth = 100;

const quote = 0x22;
const backslash = 0x5c;

/** Of text that is no JSON it says nothing that matters: that is refused next. */
function isTooDeep(text: string): boolean {
  if (text.length <= maxBodyDepth) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) at = endOfText(text, at);
    else if (code === 0x5b || code === 0x7b) depth += 1;
    else if (code === 0x5d || code === 0x7d) depth -= 1;
    if (depth > maxBodyDepth) return true;
  }
  return false;
}

/** Where the text that begins at a quote ends; the end of all where it never does. */
function endOfText(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === backslash) slashes += 1;
    if (slashes % 2 === 0) return end;
  }
  return text.length;
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
