/** Tables for spreadsheets: what a cell holds is shown, and nothing of it is computed. */

import { expect, test } from 'vitest';
import { csvLine } from '../../src/audit/csv.ts';

test.each(['=1+1', '+1', '-1', '@A1', '\t=1', '\r=1', '\n=1', '＝1+1', '＋1', '－1', '＠A1'])(
  'a text that begins as a formula does is told from one: %j',
  (text) => {
    expect(csvLine([text])).toMatch(/^"?'/);
  },
);

test('numbers and plain texts stand as they are', () => {
  expect(csvLine([-1, 'public.orders', undefined, 'a "b", c'])).toBe('-1,public.orders,,"a ""b"", c"\r\n');
});
