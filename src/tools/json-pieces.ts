/** JSON in pieces, in order: so that large rows that are sent twice, once as they are and once quoted, are never one text. */

import type { WrittenRows } from './rows-block.ts';

/** A text that is JSON, or rows that are still to be written as JSON, be it inside a JSON string with its quotes. */
export type JsonPiece = string | (WrittenRows & { readonly quoted: boolean });

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
    const text = written.get(piece.rows) ?? JSON.stringify(piece.rows);
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

function* slicesOfRows({ rows, bytes }: WrittenRows, quoted: boolean, size: number): Generator<Buffer, void> {
  const quote = quoted ? '"' : '';
  const together = Math.max(1, Math.floor((rows.length * size) / Math.max(1, bytes)));
  yield Buffer.from(`${quote}[`);
  for (let start = 0; start < rows.length; start += together) {
    const text = JSON.stringify(rows.slice(start, start + together)).slice(1, -1);
    const comma = start === 0 ? '' : ',';
    yield Buffer.from(comma + (quoted ? JSON.stringify(text).slice(1, -1) : text));
  }
  yield Buffer.from(`]${quote}`);
}
