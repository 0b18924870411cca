/** Rows that leave in slices are the rows that leave at once; and no slice is made before it is asked for. */

import { expect, test } from 'vitest';
import { type JsonPiece, joined, lengthOf, slicesOf } from '../../src/tools/json-pieces.ts';

const rows = Array.from({ length: 997 }, (_, index) => ({ id: index, text: `"${index}"\\ ü😀\n`, none: null }));
const bytes = JSON.stringify(rows).length;
const pieces: readonly JsonPiece[] = [
  '{"rows":',
  { rows, bytes, quoted: false },
  ',"text":',
  { rows, bytes, quoted: true },
  '}',
];

test('what is joined is the rows, as structure and as text', () => {
  const message = JSON.parse(joined(pieces));
  expect(message.rows).toEqual(rows);
  expect(message.text).toBe(JSON.stringify(rows));
  expect(lengthOf(pieces)).toBe(2 * bytes + '{"rows":'.length + ',"text":'.length + 1);
});

test.each([1, 100, 5000, 10_000_000])('slices of about %d characters are the same bytes', (size) => {
  const slices = [...slicesOf(pieces, size)];
  expect(Buffer.concat(slices).toString()).toBe(joined(pieces));
  const longestRow = 200;
  for (const slice of slices) expect(slice.length).toBeLessThan(3 * size + longestRow);
});

test('no rows and one row are lists too', () => {
  for (const few of [[], [{ id: 1 }]])
    expect(Buffer.concat([...slicesOf([{ rows: few, bytes: 0, quoted: true }], 10)]).toString()).toBe(
      JSON.stringify(JSON.stringify(few)),
    );
});

test('a slow reader holds the rows, not their text', () => {
  let written = 0;
  const counted = Array.from({ length: 1000 }, (_, id) => ({
    toJSON() {
      written += 1;
      return { id };
    },
  }));
  const slices = slicesOf([{ rows: counted, bytes: 10_000, quoted: false }], 100);
  for (let asked = 0; asked < 3; asked++) slices.next(); // the bracket and two slices of ten rows
  expect(written).toBe(20);
});
