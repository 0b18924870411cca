/** Rows that leave in slices are the rows that leave at once; and no slice is made before it is asked for. */

import { expect, test } from 'vitest';
import type { Rows } from '../../src/model/result.ts';
import { type JsonPiece, joined, lengthOf, slicesOf } from '../../src/tools/json-pieces.ts';

const names = ['id', 'text', 'none'];
const values = Array.from({ length: 997 }, (_, index) => [index, `"${index}"\\ ü😀\n`, null]);
const objects = values.map(([id, text, none]) => ({ id, text, none }));
const bytes = JSON.stringify(objects).length;

/** Writes itself, as rows from a database do; `onRow` hears of each. */
const writing = (onRow = () => {}): Rows => ({
  length: values.length,
  [Symbol.iterator]: () => values[Symbol.iterator](),
  *json(_names, size, quoted) {
    const within = (list: string) => (quoted ? JSON.stringify(list).slice(1, -1) : list);
    let text = '';
    for (const [index, object] of objects.entries()) {
      if (text.length >= size) {
        yield within(text);
        text = '';
      }
      onRow();
      text += `${index === 0 ? '' : ','}${JSON.stringify(object)}`;
    }
    yield within(text);
  },
});

const piecesOf = (rows: Rows): readonly JsonPiece[] => [
  '{"rows":',
  { names, rows, bytes, quoted: false },
  ',"text":',
  { names, rows, bytes, quoted: true },
  '}',
];

const kinds = [
  { kind: 'values', rows: values },
  { kind: 'rows that write themselves', rows: writing() },
];

test.each(kinds)('what is joined is the rows, as structure and as text ($kind)', ({ rows }) => {
  const pieces = piecesOf(rows);
  const message = JSON.parse(joined(pieces));
  expect(message.rows).toEqual(objects);
  expect(message.text).toBe(JSON.stringify(objects));
  expect(lengthOf(pieces)).toBe(2 * bytes + '{"rows":'.length + ',"text":'.length + 1);
});

test.each(kinds.flatMap((each) => [1, 100, 5000, 10_000_000].map((size) => ({ ...each, size }))))(
  'slices of about $size characters are the same bytes ($kind)',
  ({ rows, size }) => {
    const slices = [...slicesOf(piecesOf(rows), size)];
    expect(Buffer.concat(slices).toString()).toBe(joined(piecesOf(rows)));
    const longestRow = 200;
    for (const slice of slices) expect(slice.length).toBeLessThan(3 * size + longestRow);
  },
);

test('no rows and one row are lists too', () => {
  for (const few of [[], [[1]]])
    expect(Buffer.concat([...slicesOf([{ names: ['id'], rows: few, bytes: 0, quoted: true }], 10)]).toString()).toBe(
      JSON.stringify(JSON.stringify(few.map(([id]) => ({ id })))),
    );
});

test('a slow reader holds the rows, not their text', () => {
  let written = 0;
  const rows = writing(() => {
    written += 1;
  });
  const slices = slicesOf([{ names, rows, bytes, quoted: false }], 100);
  for (let asked = 0; asked < 3; asked++) slices.next(); // the bracket and two slices of a few rows
  expect(written).toBeLessThan(10);
});
