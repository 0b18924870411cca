/** Rows of an answer, kept as the server sent them and read, or written as JSON, when somebody asks. */

import type { Json, Rows } from '../../model/result.ts';
import type { RowBytes, RowCursor } from '../protocol/row-bytes.ts';
import { type Decoder, decoderFor } from '../values/decode.ts';
import type { Type } from '../values/type.ts';
import { escaped, type Writer, writerFor, writing } from '../values/write.ts';

/** How one column is told: `masked` reads in place of its type. */
export interface ReleasedColumn {
  readonly type: Type;
  readonly masked: Decoder | undefined;
}

/** Bytes up to which it is worth looking whether a text needs more than ASCII. */
const short = 64;
const beyondAscii = /[^\0-\x7f]/;

function textOf(cursor: RowCursor, length: number, ascii: boolean): string {
  if (ascii) return cursor.ascii(length);
  if (length > short) return cursor.text(length);
  const text = cursor.ascii(length);
  return beyondAscii.test(text) ? cursor.text(length) : text;
}

export class ReleasedRows implements Rows {
  readonly length: number;
  readonly #rows: RowBytes;
  readonly #longest: number;
  readonly #readers: readonly Decoder[];
  readonly #writers: readonly Writer[];

  /** The first `length` of these rows, which were found to be whole, with no cell of more than `longest` bytes. */
  constructor(rows: RowBytes, length: number, longest: number, columns: readonly ReleasedColumn[]) {
    this.#rows = rows;
    this.length = length;
    this.#longest = longest;
    this.#readers = columns.map(({ type, masked }) => masked ?? decoderFor(type));
    this.#writers = columns.map(({ type, masked }) => (masked === undefined ? writerFor(type) : writing(masked)));
  }

  *[Symbol.iterator](): Generator<readonly Json[], void> {
    const cursor = this.#rows.cursor();
    for (let row = 0; row < this.length && cursor.next(); row++)
      yield this.#readers.map((read) => {
        const length = cursor.cell();
        return length < 0 ? null : read(cursor.text(length));
      });
  }

  *longCells(bytes: number): Generator<Json, void> {
    if (this.#longest < bytes) return;
    const cursor = this.#rows.cursor();
    for (let row = 0; row < this.length && cursor.next(); row++) {
      if (cursor.end - cursor.start < bytes) continue;
      for (const read of this.#readers) {
        const length = cursor.cell();
        if (length >= bytes) yield read(cursor.text(length));
      }
    }
  }

  *json(names: readonly string[], size: number, quoted: boolean): Generator<string, void> {
    const within = quoted ? escaped : (text: string) => text;
    const cursor = this.#rows.cursor();
    const writers = this.#writers;
    const openings = names.map((name, index) => within(`${index === 0 ? '{' : ','}${JSON.stringify(name)}:`));
    const end = names.length === 0 ? '{}' : '}';
    let text = '';
    for (let row = 0; row < this.length && cursor.next(); row++) {
      if (text.length >= size) {
        yield text;
        text = '';
      }
      if (row > 0) text += ',';
      for (let column = 0; column < writers.length; column++) {
        const writer = writers[column];
        const length = cursor.cell();
        if (writer === undefined) continue;
        const value = length < 0 ? 'null' : writer.write(textOf(cursor, length, writer.ascii));
        text += openings[column] + within(value);
      }
      text += end;
    }
    if (text !== '') yield text;
  }
}
