import { expect, test } from 'vitest';
import { FrameReader } from '../../../src/backends/protocol/frame-reader.ts';

function frame(type: string, body: string): Buffer {
  const bytes = Buffer.alloc(5 + Buffer.byteLength(body));
  bytes.write(type, 0);
  bytes.writeInt32BE(bytes.length - 1, 1);
  bytes.write(body, 5);
  return bytes;
}

function read(chunks: readonly Buffer[], budget = 1_000_000) {
  const seen: string[] = [];
  const reader = new FrameReader(
    {
      frame: (type, bytes, start, end) => seen.push(String.fromCharCode(type) + bytes.toString('utf8', start, end)),
      overflow: () => seen.push('overflow'),
    },
    budget,
  );
  for (const chunk of chunks) reader.push(chunk);
  return seen;
}

const stream = Buffer.concat([frame('D', 'first'), frame('Z', ''), frame('C', 'x'.repeat(300)), frame('D', 'last')]);
const expected = ['Dfirst', 'Z', `C${'x'.repeat(300)}`, 'Dlast'];

test('messages are the same however the stream is cut', () => {
  for (let size = 1; size <= stream.length; size++) {
    const chunks = Array.from({ length: Math.ceil(stream.length / size) }, (_, index) =>
      stream.subarray(index * size, (index + 1) * size),
    );
    expect(read(chunks)).toEqual(expected);
  }
});

test('the budget counts every byte, headers too', () => {
  expect(read([stream], stream.length)).toEqual(expected);
  expect(read([stream], stream.length - 1)).toEqual([...expected.slice(0, 3), 'overflow']);
});

test('a message announced beyond the budget is refused by its header alone, and nothing follows', () => {
  const header = Buffer.from([0x44, 0x7f, 0xff, 0xff, 0xff]);
  expect(read([header, stream])).toEqual(['overflow']);
});

test('a length that cannot be is the end of the stream', () => {
  for (const length of [0, 3, -1]) {
    const header = Buffer.from([0x44, 0, 0, 0, 0]);
    header.writeInt32BE(length, 1);
    expect(read([header, stream])).toEqual(['overflow']);
  }
});
