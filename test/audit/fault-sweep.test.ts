/** Every operation of the disk fails in its turn, alone or for a while: no query without a durable intent, nothing acknowledged is lost. */

import { expect, test } from 'vitest';
import { openAuthorized } from '../../src/audit/audit-log.ts';
import { leafHash } from '../../src/audit/chain.ts';
import { exitCodeOf } from '../../src/audit/findings.ts';
import { readVerifierKey } from '../../src/audit/note.ts';
import { verifyDirectory } from '../../src/audit/verify.ts';
import { failingFiles, type Operation } from './failing-files.ts';
import { aPermit, aResult, testSigningKey, testVerifierKey } from './shapes.ts';
import { freshDirectory, linesOf, openDesk, recordsOf } from './support.ts';

const trusted = [readVerifierKey(testVerifierKey)].filter((key) => key !== undefined);
const calls = 5;

/** Calls one after another over a disk, with a backend that only counts; then a second start on a disk that is well again. */
async function callsOver(disk: ReturnType<typeof failingFiles>) {
  const directory = freshDirectory();
  const executed: string[] = [];
  const receipts: { readonly seq: number; readonly leaf: string }[] = [];
  let refused = 0;
  const desk = await openDesk(directory, { files: disk.files, signingKey: testSigningKey, rotateBytes: 3_000 });
  for (let i = 0; i < calls; i += 1) {
    try {
      const query = await desk.recordIntent(aPermit());
      executed.push(openAuthorized(query).request.call.id);
      receipts.push(await desk.recordOutcome(query, { ok: true, value: aResult }));
    } catch (error) {
      expect(error).toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
      refused += 1;
    }
  }
  await desk.close();
  const again = await openDesk(directory, { signingKey: testSigningKey });
  await again.recover();
  await again.close();
  return { directory, executed, receipts, refused };
}

async function expectTruth({ directory, executed, receipts }: Awaited<ReturnType<typeof callsOver>>, name: string) {
  const findings = (await verifyDirectory(directory, { full: true, trusted })).flatMap((report) => report.findings);
  expect(exitCodeOf(findings), `${name}: ${JSON.stringify(findings)}`).toBe(0);
  const intents = new Set(recordsOf(directory).flatMap((record) => (record.type === 'intent' ? [record.call] : [])));
  expect(
    executed.filter((call) => !intents.has(call)),
    name,
  ).toEqual([]);
  const leaves = linesOf(directory).map(leafHash);
  expect(
    receipts.filter(({ seq, leaf }) => leaves[seq] !== leaf),
    name,
  ).toEqual([]);
}

/** A read-only remount shows as EROFS on whatever would change something, and lasts. */
const faults: readonly (readonly [Operation, string, number])[] = [
  ['write', 'EIO', 0],
  ['write', 'ENOSPC', 2],
  ['write', 'EROFS', 1_000],
  ['datasync', 'EIO', 0],
  ['datasync', 'EIO', 1_000],
  ['open', 'EROFS', 1_000],
  ['open', 'EMFILE', 0],
  ['sync', 'EIO', 0],
];

test.each(faults)(
  '%s fails with %s, for %i calls more, at every turn',
  { timeout: 60_000 },
  async (operation, code, more) => {
    const well = failingFiles();
    const whole = await callsOver(well);
    expect(whole).toMatchObject({ refused: 0 });
    const turns = well.calls[operation];
    expect(turns).toBeGreaterThan(2);
    const step = process.env['PGWARDEN_SOAK'] ? 1 : 3;
    for (let n = 1; n <= turns; n += step) {
      const disk = failingFiles();
      disk.failAt(operation, n, code, more);
      await expectTruth(await callsOver(disk), `${operation} ${n} of ${turns}`);
    }
  },
);

test('a file that can neither be written to nor cut back is given up, and the log goes on in another', async () => {
  const disk = failingFiles();
  disk.failAt('write', 3, 'EIO');
  disk.failAt('truncate', 1, 'EIO');
  await expectTruth(await callsOver(disk), 'truncate');
});

test('short writes to a disk that fills up line by line leave whole lines only', async () => {
  for (let bytes = 500; bytes < 5_000; bytes += process.env['PGWARDEN_SOAK'] ? 7 : 701) {
    const disk = failingFiles();
    disk.space(bytes);
    await expectTruth(await callsOver(disk), `${bytes} bytes`);
  }
});
