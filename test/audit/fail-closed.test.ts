/** When the disk fails, nothing is executed and nothing is released; when it works again, so does the broker, and the log says what was. */

import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createAuditDesk } from '../../src/audit/desk.ts';
import { exitCodeOf } from '../../src/audit/findings.ts';
import { refuseNetworkFileSystem } from '../../src/audit/layout.ts';
import { verifyDirectory } from '../../src/audit/verify.ts';
import { failingFiles } from './failing-files.ts';
import { aCall, aPermit, aResult, testKey } from './shapes.ts';
import { freshDirectory, openDesk, recordsOf, segmentsOf } from './support.ts';

const unavailable = { code: 'AUDIT_UNAVAILABLE' };

async function isIntact(directory: string): Promise<boolean> {
  const reports = await verifyDirectory(directory, { full: true });
  return reports.every(({ findings }) => exitCodeOf(findings) === 0);
}

test.each(['EIO', 'ENOSPC', 'EROFS', 'EDQUOT'])(
  'a write that fails with %s refuses the call, and the next one goes through',
  async (code) => {
    const directory = freshDirectory();
    const disk = failingFiles();
    const desk = await openDesk(directory, { files: disk.files });
    await aCall(desk);
    disk.fail('write', code);
    await expect(desk.recordIntent(aPermit())).rejects.toMatchObject({ ...unavailable, safeToRetry: true });
    await aCall(desk);
    await desk.close();
    expect(recordsOf(directory).map(({ type }) => type)).toEqual(['genesis', 'intent', 'outcome', 'intent', 'outcome']);
    expect(await isIntact(directory)).toBe(true);
  },
);

test('a disk that takes half a line leaves no half line behind', async () => {
  const directory = freshDirectory();
  const disk = failingFiles();
  const desk = await openDesk(directory, { files: disk.files });
  await aCall(desk);
  disk.space(324);
  await expect(desk.recordIntent(aPermit())).rejects.toMatchObject(unavailable);
  disk.space(Number.POSITIVE_INFINITY);
  await aCall(desk);
  await desk.close();
  expect(await isIntact(directory)).toBe(true);
});

test('an outcome that cannot be written withholds the result, and the log says so later', async () => {
  const directory = freshDirectory();
  const disk = failingFiles();
  const desk = await openDesk(directory, { files: disk.files });
  const query = await desk.recordIntent(aPermit());
  disk.fail('write', 'EIO');
  await expect(desk.recordOutcome(query, { ok: true, value: aResult })).rejects.toMatchObject({
    ...unavailable,
    safeToRetry: false,
  });
  await aCall(desk);
  await desk.close();
  expect(recordsOf(directory)[2]).toMatchObject({
    type: 'recover',
    orphans: [{ iseq: 1, st: 'withheld', why: 'audit_failed' }],
  });
  expect(await isIntact(directory)).toBe(true);
});

test('after a failed flush the file is given up: the log goes on in a new segment from the last durable line', async () => {
  const directory = freshDirectory();
  const disk = failingFiles();
  const desk = await openDesk(directory, { files: disk.files });
  await aCall(desk);
  disk.fail('datasync', 'EIO');
  await expect(desk.recordIntent(aPermit())).rejects.toMatchObject(unavailable);
  await aCall(desk);
  await desk.close();
  expect(segmentsOf(directory)).toHaveLength(2);
  expect(recordsOf(directory).map(({ type }) => type)).toEqual([
    'genesis',
    'intent',
    'outcome',
    'segment',
    'recover',
    'intent',
    'outcome',
  ]);
  expect(recordsOf(directory)[4]).toMatchObject({ why: 'flush_failed', orphans: [] });
  expect(await isIntact(directory)).toBe(true);
});

test('a flush that fails at the very first record starts the log anew', async () => {
  const directory = freshDirectory();
  const disk = failingFiles();
  const desk = await openDesk(directory, { files: disk.files });
  disk.fail('datasync', 'EIO');
  await expect(desk.recordIntent(aPermit())).rejects.toMatchObject(unavailable);
  await aCall(desk);
  await desk.close();
  expect(recordsOf(directory).map(({ type }) => type)).toEqual(['genesis', 'recover', 'intent', 'outcome']);
  expect(await isIntact(directory)).toBe(true);
});

test('a file that can neither be flushed nor replaced keeps refusing', async () => {
  const directory = freshDirectory();
  const disk = failingFiles();
  const desk = await openDesk(directory, { files: disk.files });
  await aCall(desk);
  disk.fail('datasync', 'EIO');
  await expect(desk.recordIntent(aPermit())).rejects.toMatchObject(unavailable);
  disk.fail('open', 'EROFS', 10);
  for (let i = 0; i < 3; i += 1) await expect(desk.recordIntent(aPermit())).rejects.toMatchObject(unavailable);
  expect(disk.calls.datasync).toBe(3); // intent, outcome, the one that failed: a flush is never tried again
});

test('an intent whose flush comes after its deadline is recorded as not executed', async () => {
  const directory = freshDirectory();
  const disk = failingFiles();
  const desk = await openDesk(directory, { files: disk.files, queue: { deadline: 1_000 } });
  await aCall(desk);
  const release = disk.stall('datasync');
  await expect(desk.recordIntent(aPermit())).rejects.toMatchObject(unavailable);
  expect(await desk.ready()).toBe(false);
  await expect(desk.recordIntent(aPermit())).rejects.toMatchObject(unavailable); // at once: nobody waits behind a disk that hangs
  release();
  await expect.poll(() => desk.ready()).toBe(true);
  await aCall(desk);
  await desk.close();
  expect(recordsOf(directory)[4]).toMatchObject({
    type: 'outcome',
    iseq: 3,
    st: 'not_executed',
    why: 'audit_deadline',
  });
  expect(await isIntact(directory)).toBe(true);
});

test('an outcome whose flush comes after its deadline is corrected to withheld', async () => {
  const directory = freshDirectory();
  const disk = failingFiles();
  const desk = await openDesk(directory, { files: disk.files, queue: { deadline: 1_000 } });
  const query = await desk.recordIntent(aPermit());
  const release = disk.stall('datasync');
  await expect(desk.recordOutcome(query, { ok: true, value: aResult })).rejects.toMatchObject(unavailable);
  release();
  await desk.close();
  expect(recordsOf(directory).slice(2)).toMatchObject([
    { type: 'outcome', iseq: 1, st: 'ok' },
    { type: 'outcome', iseq: 1, st: 'withheld', amends: 2 },
  ]);
  expect(await isIntact(directory)).toBe(true);
});

test('a full queue refuses intents and still takes outcomes', async () => {
  const directory = freshDirectory();
  const disk = failingFiles();
  const desk = await openDesk(directory, { files: disk.files, queue: { maxRecords: 2 } });
  const query = await desk.recordIntent(aPermit());
  const release = disk.stall('datasync');
  const inFlight = desk.recordIntent(aPermit());
  await expect.poll(() => disk.calls.datasync).toBe(2);
  const waiting = [desk.recordIntent(aPermit()), desk.recordIntent(aPermit())];
  await expect(desk.recordIntent(aPermit())).rejects.toMatchObject(unavailable);
  const outcome = desk.recordOutcome(query, { ok: true, value: aResult });
  release();
  await expect(Promise.all([inFlight, ...waiting, outcome])).resolves.toHaveLength(4);
});

test('a database whose log is damaged refuses alone', async () => {
  const directory = freshDirectory();
  const first = await openDesk(directory);
  await aCall(first, { database: 'a' });
  await aCall(first, { database: 'b' });
  await first.close();
  const [path = ''] = segmentsOf(directory, 'a');
  execFileSync('sed', ['-i', '2s/alice/mallo/', path]);
  rmSync(join(directory, 'a/i1/index'), { recursive: true }); // as after a crash: the file is read from its beginning
  const second = await openDesk(directory);
  await expect(second.recordIntent(aPermit({ database: 'a' }))).rejects.toMatchObject(unavailable);
  await expect(aCall(second, { database: 'b' })).resolves.toMatchObject({ seq: 4 });
});

test.each(['the directory', 'its parent'])(
  '%s may not be writable by others, and the message prints the cure',
  async (which) => {
    const parent = join(freshDirectory(), 'parent');
    const directory = join(parent, 'log');
    mkdirSync(directory, { recursive: true, mode: 0o750 });
    chmodSync(which === 'the directory' ? directory : parent, 0o777);
    await expect(createAuditDesk({ directory, sql: 'redacted', hmacKey: testKey })).rejects.toMatchObject({
      ...unavailable,
      hint: expect.stringMatching(/chmod g-w,o-w '.*(log|parent)'/),
    });
  },
);

test('a sticky directory such as /tmp may be the parent', async () => {
  const parent = join(freshDirectory(), 'parent');
  mkdirSync(parent);
  chmodSync(parent, 0o1777);
  await expect(openDesk(join(parent, 'log'))).resolves.toMatchObject({ instance: 'i1' });
});

/** A file system of one megabyte, where this user may make one. */
function tinyDisk(): string | undefined {
  const directory = freshDirectory();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=750', 'tmpfs', directory], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  onTestFinished(() => void execFileSync('umount', ['-l', directory]));
  return directory;
}

test('a really full disk refuses calls until there is space, and loses nothing acknowledged', async ({ skip }) => {
  const directory = tinyDisk();
  if (directory === undefined) return skip('mounting a tmpfs is not permitted here');
  const ballast = join(directory, 'ballast');
  execFileSync('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=1k', 'count=700'], { stdio: 'ignore' });
  const desk = await openDesk(directory);
  const receipts: number[] = [];
  const fill = async () => {
    for (let i = 0; i < 5_000; i += 1) receipts.push((await aCall(desk)).seq);
  };
  await expect(fill()).rejects.toMatchObject(unavailable);
  await expect(aCall(desk)).rejects.toMatchObject(unavailable);
  rmSync(ballast);
  receipts.push((await aCall(desk)).seq);
  await desk.close();
  const outcomes = recordsOf(directory)
    .filter(({ type }) => type === 'outcome')
    .map(({ seq }) => seq);
  expect(outcomes).toEqual(expect.arrayContaining(receipts));
  expect(await isIntact(directory)).toBe(true);
});

test.each([
  ['NFS', 0x6969],
  ['CIFS', 0xff534d42],
  ['SMB2', 0xfe534d42],
  ['9p', 0x01021997],
])('a directory on %s is refused with what to do instead', async (_name, type) => {
  const refused = refuseNetworkFileSystem('/var/audit', async () => ({ type }));
  await expect(refused).rejects.toThrow(/network file system.*require_shipped_within.*network_filesystem: allow/);
});

test('a directory on a local disk is not refused', async () => {
  await expect(refuseNetworkFileSystem(freshDirectory())).resolves.toBeUndefined();
  await expect(refuseNetworkFileSystem('/', async () => ({ type: 0xef53 }))).resolves.toBeUndefined();
});
