/** Files that were kept long enough go with proof; what goes without it, or too soon, or with a false one, is found. */

import { readdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { leafHash } from '../../src/audit/chain.ts';
import { exitCodeOf } from '../../src/audit/findings.ts';
import { readVerifierKey } from '../../src/audit/note.ts';
import { checkReceipt, readLeaves, writeProof } from '../../src/audit/proof.ts';
import { planRetention } from '../../src/audit/retention.ts';
import { type RetentionPolicy, retentionOf } from '../../src/audit/retention-policy.ts';
import { writeCursor } from '../../src/audit/ship-cursor.ts';
import { verifyDirectory } from '../../src/audit/verify.ts';
import type { Receipt } from '../../src/model/result.ts';
import { aCall, testSigningKey, testVerifierKey } from './shapes.ts';
import { freshDirectory, linesOf, openDesk, recordsOf, segmentsOf } from './support.ts';

const day = 86_400_000;
const start = Date.UTC(2026, 0, 1, 12);
const policy: RetentionPolicy = { days: 365, reason: 'keep_days', held: new Set() };
const trusted = [readVerifierKey(testVerifierKey)].filter((key) => key !== undefined);

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: start }));
afterEach(() => void vi.useRealTimers());

const moveTo = (days: number) => vi.setSystemTime(start + days * day);

interface Made {
  readonly directory: string;
  readonly receipts: readonly Receipt[];
}

/** A log of several closed files and one that is written to, made on day 0. */
async function severalFiles(signed = false): Promise<Made> {
  const directory = freshDirectory();
  const desk = await openDesk(directory, { rotateBytes: 2_500, ...(signed ? { signingKey: testSigningKey } : {}) });
  const receipts: Receipt[] = [];
  for (let i = 0; i < 12; i += 1) receipts.push(await aCall(desk));
  await desk.close(); // waits until what is closed is compressed
  return { directory, receipts };
}

/** A server's start on that day: its first round of retention, one call, its end. */
async function runOn(days: number, directory: string, changes: Partial<RetentionPolicy> = {}, signed = false) {
  moveTo(days);
  const said: string[] = [];
  const report = (message: string, cause?: unknown) => said.push(`${message} ${String(cause ?? '')}`);
  const retention = { ...policy, ...changes };
  const desk = await openDesk(directory, { retention, report, ...(signed ? { signingKey: testSigningKey } : {}) });
  await aCall(desk);
  await desk.close();
  return said.join('\n');
}

async function findings(directory: string, signed = false) {
  const reports = await verifyDirectory(directory, { full: true, only: ['orders'], ...(signed ? { trusted } : {}) });
  return reports.flatMap((report) => report.findings);
}

const codes = async (directory: string) =>
  (await findings(directory)).map(({ severity, code }) => `${severity} ${code}`);
const closed = (directory: string) => segmentsOf(directory).filter((path) => path.endsWith('.gz'));
const announced = (directory: string) => recordsOf(directory).filter(({ type }) => type === 'retired');

test.each([false, true])(
  'files past keep_days are announced, removed a day later, and the rest verifies (signed: %s)',
  async (signed) => {
    const { directory } = await severalFiles(signed);
    const before = closed(directory);
    expect(before.length).toBeGreaterThanOrEqual(3);
    const firstFile = gunzipSync(readFileSync(before[0] ?? ''));

    await runOn(364, directory, {}, signed);
    expect(announced(directory)).toEqual([]);

    await runOn(366, directory, {}, signed);
    expect(closed(directory)).toEqual(expect.arrayContaining(before));
    const [first, second] = announced(directory);
    expect(first).toMatchObject({ file: '000000000000.jsonl.gz', first: 0, keep_days: 365, reason: 'keep_days' });
    expect(second).toMatchObject({ before: first?.seq });

    await runOn(366.5, directory, {}, signed);
    expect(closed(directory)).toEqual(expect.arrayContaining(before));

    await runOn(368, directory, {}, signed);
    expect(closed(directory).filter((path) => before.includes(path))).toEqual([]);
    const found = await findings(directory, signed);
    expect(exitCodeOf(found), JSON.stringify(found)).toBe(0);
    expect(found).toContainEqual(
      expect.objectContaining({
        severity: 'note',
        code: 'retired',
        message: expect.stringMatching(/after 365 days, as record \d+ says/),
      }),
    );
    const { createHash } = await import('node:crypto');
    expect(first).toMatchObject({ sha256: createHash('sha256').update(firstFile).digest('hex') });
  },
);

test('what was announced before is carried on when its own announcement is retired in turn', async () => {
  const { directory } = await severalFiles();
  await runOn(366, directory);
  await runOn(368, directory);
  await runOn(734, directory); // the file with the announcements is past its own time now
  await runOn(736, directory);
  expect(closed(directory).length).toBeLessThan(3);
  const found = await findings(directory);
  expect(exitCodeOf(found), JSON.stringify(found)).toBe(0);
});

test('a receipt for a retired record is told apart from one that the log should hold', async () => {
  const { directory, receipts } = await severalFiles(true);
  await runOn(366, directory, {}, true);
  await runOn(368, directory, {}, true);
  const [oldest, newest] = [receipts[0], receipts.at(-1)];
  if (oldest === undefined || newest === undefined) throw new Error('no receipts');
  expect(await checkReceipt(directory, oldest)).toBe('retired');
  expect(await checkReceipt(directory, newest)).toBe('present');
  expect(await checkReceipt(directory, { ...newest, leaf: '0'.repeat(64) })).toBe('different');
  expect(await checkReceipt(directory, { ...newest, seq: 9_999 })).toBe('absent');
});

test('a receipt for a record whose file was taken away by hand is not called retired', async () => {
  const { directory, receipts } = await severalFiles();
  const [oldest] = receipts;
  if (oldest === undefined) throw new Error('no receipts');
  unlinkSync(closed(directory)[0] ?? '');
  expect(await checkReceipt(directory, oldest)).toBe('removed');
});

test('a record kept is proven through the frontier of those retired, to the same head', async () => {
  const { directory, receipts } = await severalFiles(true);
  const seq = receipts.at(-1)?.seq ?? 0;
  const before = writeProof(await readLeaves(directory, 'orders', 'i1'), seq);
  await runOn(366, directory, {}, true);
  await runOn(368, directory, {}, true);
  expect(before).toMatch(/^c2sp.org/);
  expect(writeProof(await readLeaves(directory, 'orders', 'i1'), seq)).toBe(before);
});

test('a file removed by hand is a finding, and stops every further removal', async () => {
  const { directory } = await severalFiles();
  unlinkSync(closed(directory)[0] ?? '');
  expect(await codes(directory)).toContain('finding removed');
  const said = await runOn(366, directory);
  expect(said).toMatch(/were removed and nothing on record says why/);
  expect(announced(directory)).toEqual([]);
});

test('a file taken from the middle is damage', async () => {
  const { directory } = await severalFiles();
  unlinkSync(closed(directory)[1] ?? '');
  expect(await codes(directory)).toContain('damage segment_missing');
});

test('a clock that ran ahead announces, and removes nothing once it is right again', async () => {
  const { directory } = await severalFiles();
  const before = closed(directory);
  await runOn(366, directory);
  await runOn(30, directory);
  expect(closed(directory)).toEqual(expect.arrayContaining(before));
});

test('a clock that is moved while the server runs stops removals', async () => {
  const { createRetention } = await import('../../src/audit/retention.ts');
  const { directory } = await severalFiles();
  const said: string[] = [];
  const clock = { wall: Date.now, steady: () => 0 };
  const unused = { use: () => Promise.reject(new Error('written to')) };
  const parts = { root: directory, instance: 'i1', logs: unused, policy, clock };
  const retention = createRetention({ ...parts, report: (message) => said.push(message) });
  moveTo(366);
  await retention.round();
  expect(said).toEqual(['the clock was moved; no audit file is removed until the next start']);
});

test('an announcement sooner than its own policy allows is a finding', async () => {
  const { directory } = await severalFiles();
  await runOn(31, directory, { days: 30 });
  const active = segmentsOf(directory).at(-1) ?? '';
  forge(active, (line) => line.replace('"keep_days":30', '"keep_days":365'));
  expect(await codes(directory)).toContain('finding retired_early');
});

test('an announcement over other lines than those that were there is damage', async () => {
  const { directory } = await severalFiles();
  await runOn(366, directory);
  await runOn(368, directory);
  const path = join(
    directory,
    'orders/i1',
    readdirSync(join(directory, 'orders/i1'))
      .filter((name) => /jsonl/.test(name))
      .sort()[0] ?? '',
  );
  expect(linesOf(directory).join('')).toContain('"type":"retired"');
  const holder = segmentsOf(directory).find((each) => textOf(each).includes('"type":"retired"')) ?? path;
  forge(holder, (line) => line.replace(/"root":"[0-9a-f]{4}/, '"root":"beef'));
  expect(await codes(directory)).toEqual(expect.arrayContaining(['damage retired_falsely']));
});

test('an announcement forged by someone without the key contradicts the signed heads', async () => {
  const { directory } = await severalFiles(true);
  const [gone] = closed(directory);
  unlinkSync(gone ?? '');
  const active = segmentsOf(directory).at(-1) ?? '';
  const second = JSON.parse(textOf(segmentsOf(directory)[0] ?? '').split('\n')[0] ?? '{}');
  const forged = JSON.stringify({ type: 'retired', file: '000000000000.jsonl.gz', first: 0, last: second.seq - 1 });
  forge(active, (line, at) => (at === 1 ? `${line.slice(0, line.indexOf('"type"'))}${forged.slice(1)}` : line));
  const found = await findings(directory, true);
  expect(exitCodeOf(found)).toBe(3);
});

test('a database on legal hold keeps everything', async () => {
  const { directory } = await severalFiles();
  const before = closed(directory);
  for (const days of [366, 368]) await runOn(days, directory, { held: new Set(['orders']) });
  expect(closed(directory)).toEqual(expect.arrayContaining(before));
  expect(announced(directory)).toEqual([]);
});

test('where a copy elsewhere is required, a file goes only once it and its announcement are there', async () => {
  const { directory } = await severalFiles();
  const before = closed(directory);
  const target = 's3://kept/';
  const ship = (size: number) =>
    writeCursor(
      directory,
      { id: 'orders', instance: 'i1' },
      { target, origin: 'o', size, leaf: '0'.repeat(64), first: 0, offset: 0, ts: '', at: '' },
    );
  const states = async () =>
    (
      await planRetention(directory, { id: 'orders', instance: 'i1' }, { ...policy, shippedTo: target }, Date.now())
    ).map(({ state }) => state);
  await runOn(366, directory, { shippedTo: target });
  expect(announced(directory)).toEqual([]);
  expect(await states()).toContain('not_shipped');
  await ship(linesOf(directory).length);
  await runOn(366, directory, { shippedTo: target });
  expect(announced(directory).length).toBeGreaterThan(0);
  await runOn(368, directory, { shippedTo: target });
  expect(closed(directory)).toEqual(expect.arrayContaining(before)); // the announcement is not there yet
  await ship(linesOf(directory).length);
  await runOn(368, directory, { shippedTo: target });
  expect(closed(directory).filter((path) => before.includes(path))).toEqual([]);
  expect(exitCodeOf(await findings(directory))).toBe(0);
});

const settings = { hotDays: 90, keepDays: 365, expired: 'remove', legalHold: [] } as const;

test('a file leaves after hot_days once a copy elsewhere is kept on, and says so', async () => {
  const { directory } = await severalFiles();
  const before = closed(directory);
  const moved = retentionOf({ ...settings, ship: { name: 's3://kept/' } });
  const ship = () =>
    writeCursor(
      directory,
      { id: 'orders', instance: 'i1' },
      { target: 's3://kept/', origin: 'o', size: 9_999, leaf: '0'.repeat(64), first: 0, offset: 0, ts: '', at: '' },
    );
  await ship();
  await runOn(89, directory, moved);
  expect(announced(directory)).toEqual([]);
  await runOn(91, directory, moved);
  expect(announced(directory)[0]).toMatchObject({ keep_days: 90, reason: 'hot_days' });
  await runOn(93, directory, moved);
  expect(closed(directory).filter((path) => before.includes(path))).toEqual([]);
  const found = await findings(directory);
  expect(exitCodeOf(found), JSON.stringify(found)).toBe(0);
  expect(found).toContainEqual(
    expect.objectContaining({ code: 'retired', message: expect.stringContaining('verify that copy too') }),
  );
});

test('without a copy elsewhere hot_days removes nothing', async () => {
  const { directory } = await severalFiles();
  await runOn(91, directory, retentionOf(settings));
  expect(announced(directory)).toEqual([]);
});

const textOf = (path: string) =>
  (path.endsWith('.gz') ? gunzipSync(readFileSync(path)) : readFileSync(path)).toString();

/** Changes lines of the newest file and writes its chain anew, as a careful forger would. */
function forge(path: string, change: (line: string, at: number) => string): void {
  const lines = textOf(path).split('\n').slice(0, -1);
  let prev = lines[0]?.slice(9, 73) ?? '';
  const forged = lines.map((line, at) => {
    const next = change(line, at).replace(/^\{"prev":"[0-9a-f]{64}"/, `{"prev":"${prev}"`);
    prev = leafHash(next);
    return next;
  });
  writeFileSync(path.replace('.gz', ''), `${forged.join('\n')}\n`, { mode: 0o640 });
  if (path.endsWith('.gz')) unlinkSync(path);
}
