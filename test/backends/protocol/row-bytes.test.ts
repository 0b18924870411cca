/** Rows are kept as they came, and read within their own bounds alone. */

import { expect, test } from 'vitest';
import { RowBytes } from '../../../src/backends/protocol/row-bytes.ts';

/** The body of a DataRow. */
function body(cells: readonly (string | null)[]): Buffer {
  const parts = cells.flatMap((cell) => {
    const length = Buffer.alloc(4);
    length.writeInt32BE(cell === null ? -1 : Buffer.byteLength(cell));
    return cell === null ? [length] : [length, Buffer.from(cell)];
  });
  return Buffer.concat([Buffer.from([0, cells.length]), ...parts]);
}

function message(content: Buffer): Buffer {
  const header = Buffer.from([0x44, 0, 0, 0, 0]);
  header.writeInt32BE(content.length + 4, 1);
  return Buffer.concat([header, content]);
}

function all(rows: RowBytes) {
  const read: (readonly (string | null)[])[] = [];
  for (const cursor = rows.cursor(); cursor.next(); ) read.push(cursor.cells());
  return read;
}

const cells = [['1', 'ä€😀', null], [], ['', 'x'.repeat(70_000)], ['2', '3', '4']];

test('rows that arrived side by side, and rows that did not, are read in order', () => {
  const messages = cells.map((row) => message(body(row)));
  const together = Buffer.concat(messages);
  const rows = new RowBytes();
  let at = 0;
  for (const { length } of messages) {
    rows.add(together, at + 5, at + length);
    at += length;
  }
  expect(rows.runs).toHaveLength(1);
  for (const bytes of messages) rows.add(bytes, 5, bytes.length);
  expect(rows.length).toBe(8);
  expect(all(rows)).toEqual([...cells, ...cells]);
  expect(rows.first()).toEqual(cells[0]);
});

test('rows between which something else was said are read in order', () => {
  const [one, two] = [message(body(['1'])), message(body(['2']))];
  const bytes = Buffer.concat([one, Buffer.from('N\0\0\0\x05!'), two]);
  const rows = new RowBytes();
  rows.add(bytes, 5, one.length);
  rows.add(bytes, bytes.length - two.length + 5, bytes.length);
  expect(all(rows)).toEqual([['1'], ['2']]);
});

test('a cell that claims more than its row has is refused, whatever stands behind the row', () => {
  const short = body(['secret']);
  short.writeInt32BE(7, 2);
  const rows = RowBytes.of([short, body(['next'])]);
  expect(() => all(rows)).toThrow(RangeError);
});

test('no rows are no rows', () => {
  expect(new RowBytes().first()).toBeUndefined();
  expect(all(RowBytes.of([]))).toEqual([]);
});
