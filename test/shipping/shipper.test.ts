/** Shipping: every line arrives as it is, once or twice, and what arrived is an audit directory again. */

import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compressSegment } from '../../src/audit/compress.ts';
import { readCursor, shipDirectory } from '../../src/audit/ship-cursor.ts';
import { createShipLagReader } from '../../src/audit/ship-lag.ts';
import { type LogReport, verifyDirectory } from '../../src/audit/verify.ts';
import { takeSeries } from '../../src/shipping/series.ts';
import { ShipFailed } from '../../src/shipping/target.ts';
import { rechained } from '../audit/rechained.ts';
import { aCall, testSigningKey } from '../audit/shapes.ts';
import { freshDirectory, linesOf, openDesk, segmentsOf } from '../audit/support.ts';
import { aBucket, aShipper, download } from './support.ts';

const target = 's3://evidence/pgwarden/';

async function calls(directory: string, count: number, options: Parameters<typeof openDesk>[1] = {}): Promise<void> {
  const desk = await openDesk(directory, options);
  for (let i = 0; i < count; i += 1) await aCall(desk, { sql: `SELECT ${i}` });
  await desk.close();
}

const serious = (reports: readonly LogReport[]) =>
  reports.flatMap(({ findings }) => findings).filter(({ severity }) => severity !== 'note');

test('what is downloaded is the log, line for line, and verifies as it is', async () => {
  const [directory, bucket] = [freshDirectory(), await aBucket()];
  await calls(directory, 5, { signingKey: testSigningKey });
  const shipper = await aShipper(directory, bucket);
  expect(await shipper.pass()).toMatchObject({ contradicted: [] });
  const copy = download(bucket, shipper.series);
  expect(linesOf(copy)).toEqual(linesOf(directory));
  const reports = await verifyDirectory(copy, { full: true });
  expect(reports.map(({ log, signed }) => [log, signed])).toEqual([
    ['orders/i1', true],
    ['_anchor/i1', true],
  ]);
  expect(serious(reports)).toEqual([]);
});

test('a second pass sends only what is new, and nothing when there is nothing', async () => {
  const [directory, bucket] = [freshDirectory(), await aBucket()];
  await calls(directory, 2);
  const shipper = await aShipper(directory, bucket);
  expect((await shipper.pass()).lines).toBe(5);
  expect((await shipper.pass()).lines).toBe(0);
  await calls(directory, 1);
  expect((await shipper.pass()).lines).toBe(2);
  expect(linesOf(download(bucket, shipper.series))).toEqual(linesOf(directory));
  expect(bucket.requests.filter((request) => !request.endsWith('200'))).toEqual([]);
});

test('each object is locked, may not replace another, and says which lines it holds', async () => {
  const [directory, bucket] = [freshDirectory(), await aBucket()];
  await calls(directory, 2);
  const shipper = await aShipper(directory, bucket);
  await shipper.pass();
  const object = bucket.objects.get(`pgwarden/${shipper.series}/orders/i1/000000000000.jsonl.gz`);
  expect(object).toMatchObject({
    mode: 'COMPLIANCE',
    metadata: { origin: 'pgwarden/orders/i1', first: '0', size: '5', prev: '0'.repeat(64) },
  });
  const days = ((object?.retainUntil.getTime() ?? 0) - Date.now()) / 86_400_000;
  expect(days).toBeGreaterThan(29.9);
  expect(days).toBeLessThan(30.1);
});

test('batches end at whole lines, and files are followed across rotation and compression', async () => {
  const [directory, bucket] = [freshDirectory(), await aBucket()];
  await calls(directory, 40, { rotateBytes: 8_000 });
  const files = segmentsOf(directory);
  expect(files.length).toBeGreaterThan(3);
  const shipper = await aShipper(directory, bucket, { maxBytes: 3_000 });
  await shipper.pass();
  const copy = download(bucket, shipper.series);
  expect(segmentsOf(copy).length).toBeGreaterThan(files.length);
  expect(linesOf(copy)).toEqual(linesOf(directory));
  expect(serious(await verifyDirectory(copy, { full: true }))).toEqual([]);
});

test('a file that was compressed half shipped is read on from where it was', async () => {
  const [directory, bucket] = [freshDirectory(), await aBucket()];
  await calls(directory, 3);
  const shipper = await aShipper(directory, bucket);
  await shipper.pass();
  await calls(directory, 3);
  await compressSegment(segmentsOf(directory)[0] ?? '', 0);
  expect((await shipper.pass()).lines).toBe(6);
  expect(linesOf(download(bucket, shipper.series))).toEqual(linesOf(directory));
});

test('texts that decisions name go along', async () => {
  const [directory, bucket] = [freshDirectory(), await aBucket()];
  const desk = await openDesk(directory);
  const hash = await desk.recordConfig({ what: 'policy', name: 'orders', text: 'p, a, b, c, d, allow', by: 'process' });
  await desk.close();
  const shipper = await aShipper(directory, bucket);
  await shipper.pass();
  const text = readFileSync(join(download(bucket, shipper.series), '_policy', hash ?? ''), 'utf8');
  expect(text).toBe('p, a, b, c, d, allow');
});

test('a line that is being written, or was written just now, waits', async () => {
  const [directory, bucket] = [freshDirectory(), await aBucket()];
  await calls(directory, 1);
  const patient = await aShipper(directory, bucket, { settle: 3_600_000 });
  expect((await patient.pass()).lines).toBe(0);
  await patient.end();
  appendFileSync(segmentsOf(directory)[0] ?? '', '{"prev":"00');
  const shipper = await aShipper(directory, bucket);
  expect((await shipper.pass()).lines).toBe(3);
});

test.each([
  ['the request was lost', 'lost_request'],
  ['the answer was lost', 'lost_answer'],
  ['the store was busy', 'unavailable'],
] as const)('%s: the line is there once, and the cursor behind it', async (_name, fault) => {
  const [directory, bucket] = [freshDirectory(), await aBucket()];
  await calls(directory, 2);
  bucket.faults.push(fault);
  const shipper = await aShipper(directory, bucket);
  await shipper.pass();
  expect(linesOf(download(bucket, shipper.series))).toEqual(linesOf(directory));
  expect(await readCursor(directory, { id: 'orders', instance: 'i1' }, target)).toMatchObject({ size: 5 });
});

test('while the store refuses, the cursor stays, the lag shows it, and the message tells nothing secret', async () => {
  const [directory, bucket] = [freshDirectory(), await aBucket()];
  await calls(directory, 2);
  bucket.faults.push('refused');
  const shipper = await aShipper(directory, bucket);
  const failure = await shipper.pass().catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ShipFailed);
  expect(String(failure)).toBe('ShipFailed: S3 did not take the copy: AccessDenied (HTTP 403)');
  expect(await createShipLagReader(directory, target).read()).toMatchObject([{ shipped: 0 }]);
  await shipper.pass();
  expect(await createShipLagReader(directory, target).read()).toMatchObject([{ waitingSince: undefined }]);
});

test('a wrong secret key ships nothing', async () => {
  const [directory, bucket] = [freshDirectory(), await aBucket()];
  await calls(directory, 1);
  const credentials = { accessKeyId: 'AKIDSHIPPER00000', secretAccessKey: 'another' };
  const client = { region: 'eu-central-1', endpoint: bucket.url, credentials };
  const shipper = await aShipper(directory, bucket, {}, { client });
  await expect(shipper.pass()).rejects.toThrow('HTTP 403');
  expect(bucket.objects.size).toBe(0);
});

test('a bucket of another account is refused', async () => {
  const [directory, bucket] = [freshDirectory(), await aBucket()];
  await calls(directory, 1);
  const shipper = await aShipper(directory, bucket, {}, { bucketOwner: '999999999999' });
  await expect(shipper.pass()).rejects.toThrow('HTTP 403');
});

test('an earlier attempt that ended sooner is found and gone on from', async () => {
  const [directory, bucket] = [freshDirectory(), await aBucket()];
  await calls(directory, 2);
  const first = await aShipper(directory, bucket);
  await first.pass();
  await first.end();
  rmSync(join(shipDirectory(directory), 'orders.i1.json')); // the process died before it moved the cursor
  await calls(directory, 2);
  const second = await aShipper(directory, bucket);
  await second.pass();
  expect(linesOf(download(bucket, second.series))).toEqual(linesOf(directory));
  expect([...bucket.objects.keys()].map((key) => key.slice(-21))).toEqual([
    '000000000000.jsonl.gz',
    '000000000005.jsonl.gz',
  ]);
});

test('a host that comes up with an empty disk is a series of its own', async () => {
  const [one, other, bucket] = [freshDirectory(), freshDirectory(), await aBucket()];
  await calls(one, 1);
  await calls(other, 2);
  const [first, second] = [await aShipper(one, bucket), await aShipper(other, bucket)];
  expect([(await first.pass()).contradicted, (await second.pass()).contradicted]).toEqual([[], []]);
  expect(linesOf(download(bucket, first.series))).toEqual(linesOf(one));
  expect(linesOf(download(bucket, second.series))).toEqual(linesOf(other));
});

test('cursors that are gone cost a repetition under a new name, and no line', async () => {
  const [directory, bucket] = [freshDirectory(), await aBucket()];
  await calls(directory, 2);
  const first = await aShipper(directory, bucket);
  await first.pass();
  await first.end();
  rmSync(shipDirectory(directory), { recursive: true });
  const second = await aShipper(directory, bucket);
  expect(await second.pass()).toMatchObject({ lines: 5, contradicted: [] });
  expect(second.series).not.toBe(first.series);
  expect(linesOf(download(bucket, second.series))).toEqual(linesOf(directory));
});

test('a log that was rewritten with its chain made anew contradicts its copy: it is not shipped, and others are', async () => {
  const [directory, bucket] = [freshDirectory(), await aBucket()];
  await calls(directory, 2);
  const shipper = await aShipper(directory, bucket);
  await shipper.pass();
  const [file = ''] = segmentsOf(directory);
  const lines = linesOf(directory).map((line) => line.replaceAll('alice', 'mallory'));
  writeFileSync(file, `${rechained(lines).join('\n')}\n`);
  const desk = await openDesk(directory);
  await aCall(desk);
  await aCall(desk, { database: 'billing' });
  await desk.close();
  expect(await shipper.pass()).toMatchObject({ contradicted: ['orders/i1'], lines: 3 });
  expect(shipper.reports).toEqual([expect.stringMatching(/orders\/i1 is not shipped any more: record 5 does not/)]);
  await shipper.pass();
  expect(shipper.reports).toHaveLength(1);
});

test('a log cut back behind its copy is found when the cursor was cut back too', async () => {
  const [directory, bucket] = [freshDirectory(), await aBucket()];
  await calls(directory, 3);
  const shipper = await aShipper(directory, bucket);
  await shipper.pass();
  const [file = ''] = segmentsOf(directory);
  writeFileSync(file, `${linesOf(directory).slice(0, 3).join('\n')}\n`);
  rmSync(join(shipDirectory(directory), 'orders.i1.json'));
  expect((await shipper.pass()).contradicted).toEqual(['orders/i1']);
  expect(shipper.reports).toEqual([expect.stringContaining('its copy has records up to 7')]);
});

test('a log cut back behind its cursor is found at the next pass, before it has grown again', async () => {
  const [directory, bucket] = [freshDirectory(), await aBucket()];
  await calls(directory, 3);
  const shipper = await aShipper(directory, bucket);
  await shipper.pass();
  const [file = ''] = segmentsOf(directory);
  writeFileSync(file, `${linesOf(directory).slice(0, 3).join('\n')}\n`);
  expect((await shipper.pass()).contradicted).toEqual(['orders/i1']);
  expect(shipper.reports).toEqual([expect.stringContaining('it ends before what was shipped of it')]);
});

test('a foreign object at the place of a record stops the log', async () => {
  const [directory, bucket] = [freshDirectory(), await aBucket()];
  await calls(directory, 1);
  const shipper = await aShipper(directory, bucket);
  const foreign = { body: Buffer.from('x'), metadata: {}, mode: 'COMPLIANCE', retainUntil: new Date(), checksum: '' };
  bucket.plant(`pgwarden/${shipper.series}/orders/i1/000000000000.jsonl.gz`, foreign);
  expect((await shipper.pass()).contradicted).toEqual(['orders/i1']);
  expect(shipper.reports).toEqual([expect.stringContaining('another log stands at the place of its record 0')]);
});

test('a log that cannot be read keeps no other from being shipped', async () => {
  const [directory, bucket] = [freshDirectory(), await aBucket()];
  await calls(directory, 1);
  mkdirSync(join(directory, 'billing/i1/000000000000.jsonl'), { recursive: true }); // root reads every file, but no directory as one
  const shipper = await aShipper(directory, bucket);
  expect(await shipper.pass()).toMatchObject({ lines: 3, contradicted: [], unreadable: ['billing/i1'] });
  await shipper.pass();
  expect(shipper.reports).toEqual(['billing/i1 cannot be shipped: EISDIR']);
});

test('only one process ships a directory', async () => {
  const directory = freshDirectory();
  const first = await takeSeries(directory);
  expect(await takeSeries(directory)).toBeUndefined();
  await first?.release();
  const second = await takeSeries(directory);
  expect(second?.name).toBe(first?.name);
  await second?.release();
});
