/** Room on the disk: warned of early, refused before the end, on record at both ends; closed files are compressed and still verify. */

import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exitCodeOf } from '../../src/audit/findings.ts';
import { verifyDirectory } from '../../src/audit/verify.ts';
import { failingFiles } from './failing-files.ts';
import { aCall, aPermit, aResult } from './shapes.ts';
import { freshDirectory, openDesk, recordsOf } from './support.ts';

const gibibyte = 1024 ** 3;

test('near the end of the disk new calls are refused, calls under way are finished, and both ends are on record', async () => {
  const directory = freshDirectory();
  let free = 100 * gibibyte;
  const desk = await openDesk(directory, { measureRoom: () => Promise.resolve({ free, total: 200 * gibibyte }) });
  await aCall(desk);
  const underWay = await desk.recordIntent(aPermit());
  free = gibibyte / 16;
  await expect
    .poll(
      () =>
        desk.recordIntent(aPermit()).then(
          () => 'allowed',
          (error: { code: string }) => error.code,
        ),
      { timeout: 5_000 },
    )
    .toBe('AUDIT_UNAVAILABLE');
  await expect(desk.recordIntent(aPermit())).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
  await expect(desk.recordOutcome(underWay, { ok: true, value: aResult })).resolves.toMatchObject({
    origin: 'pgwarden/orders/i1',
  });
  free = 100 * gibibyte;
  await aCall(desk);
  await desk.close();
  const states = recordsOf(directory, '_broker').filter(({ type }) => type === 'degraded' || type === 'resumed');
  expect(states).toMatchObject([
    { type: 'degraded', why: 'disk_full' },
    { type: 'resumed', refused_total: 2 },
  ]);
});

test('little room is a warning on record, and calls go on', async () => {
  const directory = freshDirectory();
  const desk = await openDesk(directory, {
    measureRoom: () => Promise.resolve({ free: gibibyte / 2, total: 200 * gibibyte }),
  });
  await aCall(desk);
  await desk.close();
  expect(recordsOf(directory, '_broker')[1]).toMatchObject({ type: 'degraded', why: 'disk_low' });
});

test('when the disk is full after all, the reserve makes room for the outcome of a call under way', async () => {
  const directory = freshDirectory();
  const disk = failingFiles();
  const desk = await openDesk(directory, { files: disk.files });
  const reserve = join(directory, 'i1.reserve');
  await expect.poll(() => existsSync(reserve) && statSync(reserve).size).toBe(8 * 1024 * 1024);
  const query = await desk.recordIntent(aPermit());
  disk.fail('write', 'ENOSPC');
  await expect(desk.recordOutcome(query, { ok: true, value: aResult })).resolves.toMatchObject({ seq: 2 });
  expect(existsSync(reserve)).toBe(false);
});

test('a closed file is compressed and the log still verifies through it', async () => {
  const directory = freshDirectory();
  const desk = await openDesk(directory, { rotateBytes: 1 });
  for (let i = 0; i < 3; i += 1) await aCall(desk);
  await desk.close();
  const names = readdirSync(join(directory, 'orders/i1')).filter((name) => name.includes('.jsonl'));
  expect(names.filter((name) => name.endsWith('.gz')).length).toBeGreaterThan(3);
  expect(names.filter((name) => name.endsWith('.jsonl'))).toHaveLength(1);
  expect(statSync(join(directory, 'orders/i1/000000000000.jsonl.gz')).mode & 0o777).toBe(0o440);
  const [report] = await verifyDirectory(directory, { full: true });
  expect(exitCodeOf(report?.findings ?? [])).toBe(0);
  expect(report?.counts).toMatchObject({ intents: 3, outcomes: 3 });
});

test('a crash between the compression of one file and the first line of the next loses nothing', async () => {
  const directory = freshDirectory();
  const first = await openDesk(directory, { rotateBytes: 1 });
  for (let i = 0; i < 2; i += 1) await aCall(first);
  await first.close();
  const log = join(directory, 'orders/i1');
  rmSync(join(log, readdirSync(log).find((name) => name.endsWith('.jsonl')) ?? '')); // as if it had not been written to yet
  rmSync(join(log, 'index'), { recursive: true });
  const second = await openDesk(directory);
  await aCall(second);
  await second.close();
  const [report] = await verifyDirectory(directory, { full: true });
  expect(report?.findings.filter(({ severity }) => severity === 'damage')).toEqual([]);
  expect(
    recordsOf(directory)
      .filter(({ type }) => type === 'segment')
      .at(-1),
  ).toMatchObject({ why: 'rotation' });
});
