/** The cursor of what was shipped, and how far behind a log is by it. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { leafHash } from '../../src/audit/chain.ts';
import { compressSegment } from '../../src/audit/compress.ts';
import { readCursor, type ShipCursor, shipDirectory, writeCursor } from '../../src/audit/ship-cursor.ts';
import { createShipLagReader, longestWait } from '../../src/audit/ship-lag.ts';
import { aCall } from './shapes.ts';
import { freshDirectory, linesOf, openDesk, recordsOf, segmentsOf } from './support.ts';

const orders = { id: 'orders', instance: 'i1' };
const target = 's3://evidence/';

/** The cursor after the first `size` lines of the log, all in one file. */
function cursorAfter(directory: string, size: number): ShipCursor {
  const lines = linesOf(directory).slice(0, size);
  return {
    target,
    origin: 'pgwarden/orders/i1',
    size,
    leaf: leafHash(lines.at(-1) ?? ''),
    first: 0,
    offset: Buffer.byteLength(lines.map((line) => `${line}\n`).join('')),
    ts: recordsOf(directory).at(size - 1)?.ts ?? '',
    at: '2026-11-28T00:00:00Z',
  };
}

async function threeCalls(): Promise<string> {
  const directory = freshDirectory();
  const desk = await openDesk(directory);
  for (let i = 0; i < 3; i += 1) await aCall(desk);
  await desk.close();
  return directory;
}

test('a log that was never shipped waits since its first record', async () => {
  const directory = await threeCalls();
  const lags = await createShipLagReader(directory, target).read('i1');
  expect(lags).toEqual([{ ...orders, shipped: 0, waitingSince: recordsOf(directory)[0]?.ts }]);
});

test('what waits is the first line behind the cursor, and nothing once the cursor is at the end', async () => {
  const directory = await threeCalls();
  const reader = createShipLagReader(directory, target);
  await reader.read();
  await writeCursor(directory, orders, cursorAfter(directory, 3));
  expect(await reader.read()).toMatchObject([{ shipped: 3, waitingSince: recordsOf(directory)[3]?.ts }]);
  await writeCursor(directory, orders, cursorAfter(directory, 7));
  expect(await reader.read()).toEqual([{ ...orders, shipped: 7, waitingSince: undefined }]);
});

test('the line behind the cursor is found in a file that was compressed meanwhile', async () => {
  const directory = await threeCalls();
  await writeCursor(directory, orders, cursorAfter(directory, 3));
  const expected = recordsOf(directory)[3]?.ts;
  await compressSegment(segmentsOf(directory)[0] ?? '', 0);
  expect(await createShipLagReader(directory, target).read()).toMatchObject([{ shipped: 3, waitingSince: expected }]);
});

test('what was shipped elsewhere does not count', async () => {
  const directory = await threeCalls();
  await writeCursor(directory, orders, cursorAfter(directory, 7));
  expect(await readCursor(directory, orders, 's3://other/')).toBeUndefined();
  expect(await createShipLagReader(directory, 's3://other/').read()).toMatchObject([{ shipped: 0 }]);
});

test.each([
  ['half a cursor', '{"target":"s3://evid'],
  ['a cursor with a key too many', '{"more":1}'],
  ['nothing', ''],
])('%s counts as none, so that lines are repeated and never left out', async (_name, text) => {
  const directory = await threeCalls();
  await writeCursor(directory, orders, cursorAfter(directory, 7));
  const path = join(shipDirectory(directory), 'orders.i1.json');
  expect(readFileSync(path, 'utf8')).toContain('"size":7');
  writeFileSync(path, text);
  expect(await readCursor(directory, orders, target)).toBeUndefined();
});

test('a directory without a log has no lag', async () => {
  const lags = await createShipLagReader(join(freshDirectory(), 'none'), target).read();
  expect(lags).toEqual([]);
  expect(longestWait(lags, Date.now())).toBe(0);
});

test('the longest wait is that of the oldest line', () => {
  const now = Date.parse('2026-11-28T00:01:00Z');
  const lag = (waitingSince: string | undefined) => ({ ...orders, shipped: 0, waitingSince });
  const lags = ['2026-11-28T00:00:50Z', undefined, '2026-11-28T00:00:10Z'].map(lag);
  expect(longestWait(lags, now)).toBe(50_000);
});
