import { expect, test } from 'vitest';
import { encodeCancel, encodeSteps } from '../../../src/backends/protocol/encode.ts';

const step = { text: 'SELECT $1', types: [25], values: ['é'], maxRows: 3, describe: true };

test('one step is Parse, Bind, Describe, Execute and a Sync', () => {
  expect(encodeSteps([step]).toString('latin1')).toBe(
    'P\0\0\0\x15\0SELECT $1\0\0\x01\0\0\0\x19' +
      'B\0\0\0\x12\0\0\0\0\0\x01\0\0\0\x02\xc3\xa9\0\0' +
      'D\0\0\0\x06P\0' +
      'E\0\0\0\x09\0\0\0\0\x03' +
      'S\0\0\0\x04',
  );
});

test('a large value and an OID above two to the thirty-first survive', () => {
  const value = 'é'.repeat(100_000);
  const bytes = encodeSteps([{ ...step, types: [4_294_967_295], values: [value, null] }]);
  expect(bytes.includes(Buffer.from(value))).toBe(true);
  expect(bytes.includes(Buffer.from([0, 1, 0xff, 0xff, 0xff, 0xff]))).toBe(true);
});

test('a NUL in a text is refused: what stands behind it would be read as something else', () => {
  expect(() => encodeSteps([{ ...step, text: 'SELECT 1\0; DROP' }])).toThrow(RangeError);
});

test('a cancel names the session and its key, negative keys too', () => {
  expect(encodeCancel(7, -2).toString('hex')).toBe('0000001004d2162e00000007fffffffe');
});
