/** Whoever measures the audit disk changes nothing about it; what waits for it is counted. */

import { expect, test, vi } from 'vitest';
import { createMetrics } from '../../src/observability/metrics.ts';
import { observeFiles } from '../../src/observability/observed.ts';
import { failingFiles } from '../audit/failing-files.ts';
import { aCall, aPermit } from '../audit/shapes.ts';
import { freshDirectory, openDesk, recordsOf } from '../audit/support.ts';
import { patience } from '../support/patience.ts';

test('while the disk keeps a flush, every record behind it is counted as waiting; afterwards none is', async () => {
  const disk = failingFiles();
  const desk = await openDesk(freshDirectory(), { files: observeFiles(disk.files, await createMetrics()) });
  await aCall(desk);
  const goOn = disk.stall('datasync');
  const calls = [1, 2, 3].map(() => desk.recordIntent(aPermit()));
  await vi.waitFor(() => expect(desk.waiting()).toBe(3), patience);
  goOn();
  await Promise.all(calls);
  await vi.waitFor(() => expect(desk.waiting()).toBe(0), patience);
});

test('a flush that fails reaches the desk as it is and is not measured; the next one is', async () => {
  const disk = failingFiles();
  const metrics = await createMetrics();
  const desk = await openDesk(freshDirectory(), { files: observeFiles(disk.files, metrics) });
  const flushes = async () => {
    const line = /^pgwarden_audit_disk_duration_seconds_count\{operation="fsync"\} (\d+)$/m;
    return Number(line.exec(await metrics.text())?.[1]);
  };
  await aCall(desk);
  const before = await flushes();
  disk.fail('datasync', 'EIO');
  await expect(desk.recordIntent(aPermit())).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
  expect(await flushes()).toBe(before);
  await vi.waitFor(() => aCall(desk), patience);
  expect(await flushes()).toBeGreaterThan(before);
});

test('a count that goes wrong costs no record', async () => {
  const directory = freshDirectory();
  const metrics = await createMetrics();
  const broken = {
    ...metrics,
    auditDisk: () => {
      throw new Error('no more memory for counting');
    },
  };
  const desk = await openDesk(directory, { files: observeFiles(failingFiles().files, broken) });
  await aCall(desk);
  expect(recordsOf(directory).map(({ type }) => type)).toEqual(['genesis', 'intent', 'outcome']);
});

test('where the lag of the copy cannot be read, every other metric is told all the same', async () => {
  const metrics = await createMetrics();
  await metrics.watch({
    connections: () => ({ total: 1, used: 0, waiting: 0 }),
    databases: () => [],
    runningCalls: () => 7,
    heldResults: () => new Map([['a', 1]]),
    configurationRefused: () => false,
    auditWaiting: () => 0,
    caches: () => ({ readings: 0, references: 0, catalogs: 0 }),
    shipLag: () => Promise.reject(new Error('EIO')),
    waitingChanges: () => 0,
  });
  const text = await metrics.text();
  expect(text).toMatch(/^pgwarden_audit_ship_lag_seconds nan$/im);
  expect(text).toMatch(/^pgwarden_running_calls 7$/m);
});
