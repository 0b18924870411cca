/** What an attacker who can write to the directory can hide and cannot, row by row, including the rows that must say "not detected". */

import { generateKeyPairSync } from 'node:crypto';
import { cpSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { leafHash } from '../../src/audit/chain.ts';
import { createClock, createUlid } from '../../src/audit/clock.ts';
import { defaultQueueLimits } from '../../src/audit/commit-queue.ts';
import { exitCodeOf } from '../../src/audit/findings.ts';
import type { Frame } from '../../src/audit/frame.ts';
import { diskFiles } from '../../src/audit/log-files.ts';
import { createLogs } from '../../src/audit/logs.ts';
import { emptyRange, growRange } from '../../src/audit/merkle.ts';
import {
  type Checkpoint,
  checkpointText,
  readCheckpoint,
  readNote,
  readVerifierKey,
  signingKey,
  writeNote,
} from '../../src/audit/note.ts';
import { createSealer } from '../../src/audit/sealer.ts';
import { createSerializer } from '../../src/audit/serializer.ts';
import { verifyDirectory } from '../../src/audit/verify.ts';
import { rechained } from './rechained.ts';
import { aCall, testSigningKey, testVerifierKey } from './shapes.ts';
import { freshDirectory, linesOf, openDesk, segmentsOf } from './support.ts';

const trusted = [readVerifierKey(testVerifierKey)].filter((key) => key !== undefined);

/** A closed log of a few thousand lines, sealed at every thousand, in one file. */
async function aSealedLog(calls = 1_700): Promise<{ directory: string; path: string; lines: string[] }> {
  const directory = freshDirectory();
  const desk = await openDesk(directory, { signingKey: testSigningKey });
  await Promise.all(
    Array.from({ length: 100 }, async () => {
      for (let i = 0; i < calls / 100; i += 1) await aCall(desk);
    }),
  );
  await desk.close();
  rmSync(join(directory, '_anchor'), { recursive: true }); // the rows are about one log alone
  const [path = ''] = segmentsOf(directory);
  return { directory, path, lines: readFileSync(path, 'utf8').split('\n').slice(0, -1) };
}

const isSeal = (line: string) => line.includes('"type":"seal"');

async function verdict(directory: string, path: string, lines: readonly string[], against: readonly Checkpoint[] = []) {
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
  const [report] = await verifyDirectory(directory, { full: true, trusted, against });
  return { exit: exitCodeOf(report?.findings ?? []), code: report?.findings[0]?.code, report };
}

/** The newest head, as an auditor might have kept it. */
function headOf(lines: readonly string[]): Checkpoint {
  const seal: { note?: string } = JSON.parse(lines.findLast(isSeal) ?? '{}');
  const head = readCheckpoint(readNote(seal.note ?? '')?.text ?? '');
  if (head === undefined) throw new Error('the log has no head');
  return head;
}

const edited = (lines: readonly string[], at: number) =>
  lines.map((line, i) => (i === at ? line.replace('alice', 'mallo') : line));
const intentBefore = (lines: readonly string[], at: number) =>
  lines.slice(0, at).findLastIndex((line) => line.includes('"type":"intent"'));

test('untouched: intact, and the seals cover every line', async () => {
  const { directory, path, lines } = await aSealedLog();
  const { exit, report } = await verdict(directory, path, lines, [headOf(lines)]);
  expect(exit).toBe(0);
  expect(report).toMatchObject({ signed: true, sealed: lines.length, records: lines.length });
  expect(lines.filter(isSeal).length).toBeGreaterThanOrEqual(4);
});

test('edited and chained anew, heads kept: detected at the first head after the edit', async () => {
  const { directory, path, lines } = await aSealedLog();
  const at = intentBefore(lines, 1_500);
  const { exit, code, report } = await verdict(directory, path, rechained(edited(lines, at)));
  expect([exit, code]).toEqual([3, 'root_mismatch']);
  expect(report?.findings[0]?.seq).toBe(lines.findIndex((line, i) => i > at && isSeal(line)));
});

test('edited, chained anew, later heads dropped: detected by the cadence', async () => {
  const { directory, path, lines } = await aSealedLog();
  const at = intentBefore(lines, 1_500);
  const forged = rechained(edited(lines, at).filter((line, i) => i < at || !isSeal(line)));
  expect(await verdict(directory, path, forged)).toMatchObject({ exit: 3, code: 'unsealed_tail' });
});

test('cut back to an older head: NOT detected from the log alone, detected with a head kept elsewhere', async () => {
  const { directory, path, lines } = await aSealedLog();
  const cut = lines.slice(0, lines.findIndex(isSeal) + 1);
  const alone = await verdict(directory, path, cut);
  expect(alone.report?.findings.filter(({ severity }) => severity === 'damage')).toEqual([]);
  expect(await verdict(directory, path, cut, [headOf(lines)])).toMatchObject({ exit: 3, code: 'contradicts_head' });
});

test('the end cut off, an older head kept elsewhere: detected', async () => {
  const { directory, path, lines } = await aSealedLog();
  const head = headOf(lines);
  expect(await verdict(directory, path, lines.slice(0, head.size - 5), [head])).toMatchObject({
    exit: 3,
    code: 'contradicts_head',
  });
});

test('edited inside the unsealed tail: NOT detected as damage, and the tail is reported', async () => {
  const { directory, path, lines } = await aSealedLog();
  const last = lines.slice(0, -1); // as if it had died before the closing seal
  const tail = last.length - 1 - last.findLastIndex(isSeal);
  const forged = rechained(edited(last, intentBefore(last, last.length)));
  const { exit, code } = await verdict(directory, path, forged);
  expect([exit, code]).toEqual([1, 'unsealed_tail']);
  expect(tail).toBeLessThanOrEqual(1_000);
});

test('two heads dropped in a row: detected', async () => {
  const { directory, path, lines } = await aSealedLog();
  const [, second, third] = lines.flatMap((line, i) => (isSeal(line) ? [i] : []));
  const forged = rechained(lines.filter((_, i) => i !== second && i !== third));
  expect((await verdict(directory, path, forged)).exit).toBe(3);
});

test('a head signed by another key: detected', async () => {
  const { directory, path, lines } = await aSealedLog();
  const at = lines.length - 1;
  const head = headOf(lines);
  const stranger = signingKey(head.origin, generateKeyPairSync('ed25519').privateKey);
  const note = writeNote(checkpointText(head), [stranger]);
  const forged = lines.with(at, (lines[at] ?? '').replace(/"note":"[^"]*"/, `"note":${JSON.stringify(note)}`));
  expect(await verdict(directory, path, rechained(forged))).toMatchObject({ exit: 3, code: 'signature_invalid' });
});

test('all signatures taken out and the log written anew as unsigned: detected by whoever has the key', async () => {
  const { directory, path, lines } = await aSealedLog();
  const bare = lines
    .filter((line) => !isSeal(line) && !line.includes('"type":"epoch"'))
    .map((line) => line.replace(/"vkeys":\[[^\]]*\]/, '"vkeys":[]'));
  expect(await verdict(directory, path, rechained(bare))).toMatchObject({ exit: 3, code: 'signature_invalid' });
});

/** Signs the whole log anew with a key that a newer epoch certified: CVE-2023-31439 of systemd's journal. */
test('an old record sealed with the key of a newer epoch: detected', async () => {
  const directory = freshDirectory();
  for (let i = 0; i < 2; i += 1) {
    const desk = await openDesk(directory, { signingKey: testSigningKey });
    await aCall(desk);
    await desk.close();
  }
  const [path = ''] = segmentsOf(directory);
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  const firstSeal = lines.findIndex(isSeal);
  const newer = generateKeyPairSync('ed25519').privateKey; // what an attacker on the live host may hold
  const forged = rechained(edited(lines, 2));
  const range = growRange(emptyRange);
  for (const line of forged.slice(0, firstSeal)) range.push(leafHash(line));
  const note = writeNote(checkpointText({ origin: 'pgwarden/orders/i1', size: firstSeal, root: range.root() }), [
    signingKey('pgwarden/orders/i1', newer),
  ]);
  const resealed = forged.with(
    firstSeal,
    (forged[firstSeal] ?? '').replace(/"note":"[^"]*"/, `"note":${JSON.stringify(note)}`),
  );
  expect(await verdict(directory, path, rechained(resealed))).toMatchObject({ exit: 3, code: 'signature_invalid' });
});

/** CVE-2023-31438: a sealed log is cut, then written on; the certificate of the next epoch is over another history. */
test('cut and then continued by the server itself: detected by whoever kept a head', async () => {
  const { directory, path, lines } = await aSealedLog();
  const head = headOf(lines);
  writeFileSync(
    path,
    lines
      .slice(0, lines.findIndex(isSeal) + 1)
      .map((line) => `${line}\n`)
      .join(''),
  );
  const desk = await openDesk(directory, { signingKey: testSigningKey });
  for (let i = 0; i < 3; i += 1) await aCall(desk);
  await desk.close();
  const [report] = await verifyDirectory(directory, { full: true, trusted, against: [head] });
  expect(report?.findings).toContainEqual(expect.objectContaining({ severity: 'damage', code: 'contradicts_head' }));
});

test('a chain that is whole under heads rightly signed over another tree: detected', async () => {
  const directory = freshDirectory();
  const sealer = createSealer(testSigningKey);
  const otherTree = (frame: Frame) => ({ ...frame, root: () => 'ab'.repeat(32) });
  const logs = createLogs(
    {
      ...{ files: diskFiles, clock: createClock(), writer: createUlid(), serialize: createSerializer() },
      ...{ queue: defaultQueueLimits, rotateBytes: 1e9, releaseReserve: async () => false, report: () => undefined },
      sealer: {
        forLog(origin, epochs) {
          const own = sealer.forLog(origin, epochs);
          return { ...own, sealRecord: (frame) => own.sealRecord(otherTree(frame)) };
        },
      },
    },
    ...([directory, 'i1', 'pgwarden'] as const),
  );
  await logs.use('orders', (log) => log.note({ type: 'degraded', why: 'disk_low', refused: 0 }));
  await logs.close();
  const [report] = await verifyDirectory(directory, { full: true, trusted });
  expect(report?.findings).toMatchObject([{ severity: 'damage', code: 'root_mismatch' }]);
});

test('an epoch certificate moved to another log, or left out: detected', async () => {
  const { directory, path, lines } = await aSealedLog(200);
  const without = rechained(lines.filter((line) => !line.includes('"type":"epoch"')));
  expect(await verdict(directory, path, without)).toMatchObject({ exit: 3, code: 'epoch_broken' });
});

test('signed by an identity that is not the one the auditor has: detected', async () => {
  const { directory } = await aSealedLog(100);
  const other = signingKey('test-identity', generateKeyPairSync('ed25519').privateKey).vkey;
  const [report] = await verifyDirectory(directory, { trusted: [other] });
  expect(report?.findings[0]).toMatchObject({ severity: 'damage', code: 'signature_invalid' });
});

test('without keys the log says that heads are unsigned', async () => {
  const directory = freshDirectory();
  const desk = await openDesk(directory);
  await aCall(desk);
  await desk.close();
  const [report] = await verifyDirectory(directory);
  expect(report?.findings).toMatchObject([{ severity: 'note', code: 'unsigned' }]);
});

async function anAnchoredDirectory(): Promise<string> {
  const directory = freshDirectory();
  const desk = await openDesk(directory, { signingKey: testSigningKey });
  for (let i = 0; i < 5; i += 1) await aCall(desk, { database: i % 2 === 0 ? 'orders' : 'users' });
  await desk.close();
  return directory;
}

async function directoryVerdict(directory: string, only: readonly string[] = []) {
  const findings = (await verifyDirectory(directory, { full: true, trusted, only })).flatMap(
    (report) => report.findings,
  );
  return { exit: exitCodeOf(findings), codes: findings.map(({ code, log }) => `${code} ${log}`) };
}

test('anchored logs of one process verify together', async () => {
  expect(await directoryVerdict(await anAnchoredDirectory())).toEqual({ exit: 0, codes: [] });
});

test('one log rolled back to before its last records: detected by the anchor log', async () => {
  const directory = await anAnchoredDirectory();
  const [path = ''] = segmentsOf(directory, 'users');
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  writeFileSync(
    path,
    lines
      .slice(0, 4)
      .map((line) => `${line}\n`)
      .join(''),
  );
  expect(await directoryVerdict(directory)).toMatchObject({
    exit: 3,
    codes: expect.arrayContaining(['contradicts_head users/i1']),
  });
  expect(await directoryVerdict(directory, ['users'])).toMatchObject({ exit: 3 });
});

test('the anchor log rolled back, or removed: detected by the seals that carry its heads', async () => {
  const directory = await anAnchoredDirectory();
  const desk = await openDesk(directory, { signingKey: testSigningKey });
  await aCall(desk);
  await desk.close();
  expect((await directoryVerdict(directory)).exit).toBe(0);
  const [anchor = ''] = segmentsOf(directory, '_anchor');
  const kept = readFileSync(anchor, 'utf8').split('\n').slice(0, 2);
  writeFileSync(anchor, kept.map((line) => `${line}\n`).join(''));
  expect(await directoryVerdict(directory)).toMatchObject({
    exit: 3,
    codes: expect.arrayContaining(['contradicts_head _anchor/i1']),
  });
  rmSync(join(directory, '_anchor'), { recursive: true });
  expect(await directoryVerdict(directory)).toMatchObject({ exit: 3, codes: ['no_log _anchor'] });
});

test('a log removed whole: detected by the anchor log, and by whoever kept a head of it', async () => {
  const directory = await anAnchoredDirectory();
  const head = headOf(linesOf(directory, 'users'));
  rmSync(join(directory, 'users'), { recursive: true });
  expect(await directoryVerdict(directory)).toEqual({ exit: 3, codes: ['no_log users/i1'] });
  expect(await directoryVerdict(directory, ['orders'])).toEqual({ exit: 0, codes: [] });
  rmSync(join(directory, '_anchor'), { recursive: true });
  const reports = await verifyDirectory(directory, { against: [head] });
  expect(reports.flatMap(({ findings }) => findings)).toContainEqual(
    expect.objectContaining({ severity: 'damage', code: 'no_log', log: 'users/i1' }),
  );
});

test('a log put away behind a symbolic link: detected, since links are not followed', async () => {
  const directory = await anAnchoredDirectory();
  renameSync(join(directory, 'users'), join(directory, 'Elsewhere'));
  symlinkSync('Elsewhere', join(directory, 'users'));
  expect(await directoryVerdict(directory)).toEqual({ exit: 3, codes: ['no_log users/i1'] });
});

test("one database's log put in another's place, rightly signed: detected without a key and without the anchor log", async () => {
  const directory = await anAnchoredDirectory();
  rmSync(join(directory, '_anchor'), { recursive: true });
  rmSync(join(directory, 'users'), { recursive: true });
  cpSync(join(directory, 'orders'), join(directory, 'users'), { recursive: true });
  const [report] = await verifyDirectory(directory, { only: ['users'] });
  expect(report?.findings).toMatchObject([{ severity: 'damage', code: 'misplaced', log: 'users/i1' }]);
});

test("one instance's log put in another's place: detected", async () => {
  const directory = await anAnchoredDirectory();
  cpSync(join(directory, 'users', 'i1'), join(directory, 'users', 'i2'), { recursive: true });
  expect(await directoryVerdict(directory, ['users'])).toEqual({ exit: 3, codes: ['misplaced users/i2'] });
});

test('a log written anew under another deployment, to escape the heads kept of it: detected', async () => {
  const { directory, path, lines } = await aSealedLog(100);
  const forged = rechained(lines.map((line) => line.replace('"origin":"pgwarden/', '"origin":"elsewhere/')));
  writeFileSync(
    path,
    forged
      .slice(0, 2)
      .map((line) => `${line}\n`)
      .join(''),
  );
  const [report] = await verifyDirectory(directory, { against: [headOf(lines)] });
  expect(report?.findings).toContainEqual(expect.objectContaining({ severity: 'damage', code: 'contradicts_head' }));
});

test('a log that does not begin with its name, or names itself again: detected', async () => {
  const { directory, path, lines } = await aSealedLog(100);
  const unsigned = lines.filter((line) => !/"type":"(?:seal|epoch)"/.test(line));
  const headless = await verdict(directory, path, rechained(unsigned.slice(1)));
  expect(headless).toMatchObject({ exit: 3, code: 'not_a_record' });
  const twice = await verdict(directory, path, rechained([...lines, lines[0] ?? '']));
  expect(twice).toMatchObject({ exit: 3, code: 'not_a_record' });
});
