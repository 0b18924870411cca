/** Which words of a client name a trace: those of the W3C standard, and no others. */

import { expect, test } from 'vitest';
import { readTraceParent } from '../../src/transport/trace-context.ts';

const id = '0af7651916cd43dd8448eb211c80319c';
const span = 'b7ad6b7169203331';
const traceparent = `00-${id}-${span}-01`;

test('a traceparent names trace and span, and says whether it is sampled', () => {
  expect(readTraceParent({ traceparent })).toEqual({ id, span, sampled: true });
  expect(readTraceParent({ traceparent: `00-${id}-${span}-02` })).toEqual({ id, span, sampled: false });
});

test('the tracestate is carried up to the length that the standard asks for', () => {
  expect(readTraceParent({ traceparent, tracestate: 'a=1' })).toEqual({ id, span, sampled: true, state: 'a=1' });
  expect(readTraceParent({ traceparent, tracestate: `a=${'1'.repeat(511)}` })).toEqual({ id, span, sampled: true });
  expect(readTraceParent({ tracestate: 'a=1' })).toBeUndefined();
});

test.each([
  undefined,
  1,
  null,
  [traceparent],
  '',
  `00-${'0'.repeat(32)}-${span}-01`,
  `00-${id}-${'0'.repeat(16)}-01`,
  `ff-${id}-${span}-01`,
  traceparent.toUpperCase(),
  `${traceparent}-more`,
  `${traceparent}\n`,
  `x${traceparent}`,
])('%j names no trace', (other) => {
  expect(readTraceParent({ traceparent: other })).toBeUndefined();
});
