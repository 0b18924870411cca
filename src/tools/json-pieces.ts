/** JSON in pieces, in order: so that large rows that are sent twice, once as they are and once quoted, are never one text. */

import type { AnswerRows } from './answer-rows.ts';
import { rowObjects } from './rows.ts';

/** A text that is JSON, or rows that are still to be written as JSON, be it inside a JSON string with its quotes. */
export type JsonPiece = string | (AnswerRows & { readonly quoted: boolean });

/** About how many characters the pieces stand for. */
export function lengthOf(pieces: readonly JsonPiece[]): number {
  return pieces.reduce((sum, piece) => sum + (typeof piece === 'string' ? piece.length : piece.bytes), 0);
}

/** The whole text; rows that occur twice are written once. */
export function joined(pieces: readonly JsonPiece[]): string {
  const written = new Map<object, string>();
  let all = '';
  for (const piece of pieces) {
    if (typeof piece === 'string') {
      all += piece;
      continue;
    }
    const text = written.get(piece.rows) ?? `[${[...textsOf(piece, Number.POSITIVE_INFINITY, false)].join('')}]`;
    written.set(piece.rows, text);
    all += piece.quoted ? JSON.stringify(text) : text;
  }
  return all;
}

/** The bytes, made as they are asked for, from about `size` characters at a time; a row is made at once. */
export function* slicesOf(pieces: readonly JsonPiece[], size: number): Generator<Buffer, void> {
  for (const piece of pieces) {
    if (typeof piece === 'string') yield Buffer.from(piece);
    else yield* slicesOfRows(piece, piece.quoted, size);
  }
}

function* slicesOfRows(answer: AnswerRows, quoted: boolean, size: number): Generator<Buffer, void> {
  const quote = quoted ? '"' : '';
  yield Buffer.from(`${quote}[`);
  for (const text of textsOf(answer, size, quoted)) yield Buffer.from(text);
  yield Buffer.from(`]${quote}`);
}

/** What stands between the brackets. */
function textsOf(answer: AnswerRows, size: number, quoted: boolean): Iterable<string> {
  return answer.rows.json?.(answer.names, size, quoted) ?? textsOfValues(answer, size, quoted);
}

function* textsOfValues({ names, rows, bytes }: AnswerRows, size: number, quoted: boolean): Generator<string, void> {
  const objects = rowObjects(names, rows);
  const together = Math.max(1, Math.floor((objects.length * size) / Math.max(1, bytes)));
  for (let start = 0; start < objects.length; start += together) {
    const text = JSON.stringify(objects.slice(start, start + together)).slice(1, -1);
    const list = start === 0 ? text : `,${text}`;
    yield quoted ? JSON.stringify(list).slice(1, -1) : list;
  }
}
