/** One flush for many logs: what the journal acknowledged survives a kill, and a power cut that takes all the logs had not flushed. */

import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { leafHash } from '../../src/audit/chain.ts';
import { exitCodeOf } from '../../src/audit/findings.ts';
import { encodeJournalFrame, replayJournal } from '../../src/audit/journal-frames.ts';
import { readVerifierKey } from '../../src/audit/note.ts';
import { verifyDirectory } from '../../src/audit/verify.ts';
import { buildProgram, heardFrom, programOf } from '../support/child-program.ts';
import { failingFiles } from './failing-files.ts';
import { aCall, aPermit, testSigningKey, testVerifierKey } from './shapes.ts';
import { freshDirectory, linesOf, openDesk } from './support.ts';

const source = join(import.meta.dirname, 'child-journal.ts');
const program = programOf(source);
const trusted = [readVerifierKey(testVerifierKey)].filter((key) => key !== undefined);
const databases = ['a', 'b', 'c', 'd', 'e', 'f'];

beforeAll(async () => {
  await buildProgram(source);
});

interface Said {
  readonly durable?: string;
  readonly size?: number;
  readonly origin?: string;
  readonly seq?: number;
  readonly leaf?: string;
  readonly steps?: number;
  readonly journalled?: boolean;
}

const run = (directory: string, at: number, when: string) => heardFrom<Said>(program, [directory, String(at), when]);

/** A power cut at its worst: of every file, only what was flushed is left. */
function cutPower(directory: string, said: readonly Said[]): void {
  const sizes = new Map(
    said.flatMap(({ durable, size = 0 }) => (durable === undefined ? [] : [[durable, size] as const])),
  );
  const all = readdirSync(directory, { recursive: true, encoding: 'utf8' }).map((name) => join(directory, name));
  for (const path of all.filter((each) => /\.jsonl$|_journal\/i1\/[ab]$/.test(each)))
    truncateSync(path, Math.min(sizes.get(path) ?? 0, statSync(path).size));
}

async function expectWhole(directory: string, said: readonly Said[], name: string): Promise<void> {
  const desk = await openDesk(directory, { signingKey: testSigningKey });
  await desk.recover();
  for (const database of databases) await aCall(desk, { database });
  await desk.close();
  const findings = (await verifyDirectory(directory, { full: true, trusted })).flatMap((report) => report.findings);
  expect(exitCodeOf(findings), `${name}: ${JSON.stringify(findings)}`).toBe(0);
  for (const { origin = '', seq = -1, leaf } of said.filter((each) => each.leaf !== undefined))
    expect(leafHash(linesOf(directory, origin.split('/')[1])[seq] ?? ''), `${name} ${origin}#${seq}`).toBe(leaf);
}

test('killed at operations of six logs and their journal, with the power cut as well, nothing acknowledged is lost', {
  timeout: 1_800_000,
}, async () => {
  const whole = await run(freshDirectory(), 0, 'before');
  const { steps = 0, journalled } = whole.find((each) => each.steps !== undefined) ?? {};
  expect(journalled).toBe(true);
  expect(steps).toBeGreaterThan(60);
  const stride = process.env['PGWARDEN_SOAK'] ? 1 : Math.ceil(steps / 5);
  const points = Array.from({ length: Math.floor((steps - 1) / stride) }, (_, i) => ({
    at: 7 + i * stride,
    when: ['before', 'middle', 'after'][i % 3] ?? 'before',
    power: i % 2 === 0,
  }));
  for (const { at, when, power } of points) {
    const directory = freshDirectory();
    const said = await run(directory, at, when);
    if (power) cutPower(directory, said);
    await expectWhole(directory, said, `killed ${when} operation ${at}${power ? ', power cut' : ''}`);
  }
});

test('many logs at once cost few flushes, and a clean end leaves no journal', async () => {
  const directory = freshDirectory();
  const disk = failingFiles();
  const desk = await openDesk(directory, { files: disk.files });
  const all = Array.from({ length: 32 }, (_, i) => `db${i}`);
  await Promise.all(all.map((database) => aCall(desk, { database })));
  const before = disk.calls.datasync;
  for (let i = 0; i < 3; i += 1) await Promise.all(all.map((database) => aCall(desk, { database })));
  expect(disk.calls.datasync - before).toBeLessThan(3 * 32); // 192 records; one flush each without it
  await desk.close();
  expect(readdirSync(join(directory, '_journal/i1'))).toEqual([]);
  const findings = (await verifyDirectory(directory, { full: true })).flatMap((report) => report.findings);
  expect(exitCodeOf(findings)).toBe(0);
});

test('one log has no journal', async () => {
  const directory = freshDirectory();
  const desk = await openDesk(directory);
  for (let i = 0; i < 5; i += 1) await aCall(desk);
  await desk.close();
  expect(existsSync(join(directory, '_journal'))).toBe(false);
});

/** Six logs whose calls wait for the disk together, so that the next flush is the journal's. */
async function sixLogs(disk: ReturnType<typeof failingFiles>, directory: string) {
  const desk = await openDesk(directory, { files: disk.files });
  const everywhere = () => Promise.allSettled(databases.map((database) => desk.recordIntent(aPermit({ database }))));
  await everywhere();
  return { desk, everywhere };
}

test('a flush of the journal that fails refuses every call until the next start, and loses nothing acknowledged', async () => {
  const directory = freshDirectory();
  const disk = failingFiles();
  const { desk, everywhere } = await sixLogs(disk, directory);
  const settled = await everywhere();
  expect(settled.map(({ status }) => status)).toEqual(databases.map(() => 'fulfilled'));
  disk.fail('datasync', 'EIO');
  for (let i = 0; i < 2; i += 1) {
    const refused = await everywhere();
    expect(refused.map(({ status }) => status)).toEqual(databases.map(() => 'rejected'));
  }
  await desk.close();
  const again = await openDesk(directory);
  await again.recover();
  for (const database of databases) await aCall(again, { database });
  await again.close();
  const findings = (await verifyDirectory(directory, { full: true })).flatMap((report) => report.findings);
  expect(exitCodeOf(findings), JSON.stringify(findings)).toBe(0);
});

test('a journal that cannot be made is done without', async () => {
  const directory = freshDirectory();
  const desk = await openDesk(directory);
  writeFileSync(join(directory, '_journal'), 'in the way');
  for (let i = 0; i < 2; i += 1) await Promise.all(databases.map((database) => aCall(desk, { database })));
  await desk.close();
  const findings = (await verifyDirectory(directory, { full: true })).flatMap((report) => report.findings);
  expect(exitCodeOf(findings)).toBe(0);
});

test('what a journal names outside the logs of its instance is not written', async () => {
  const directory = freshDirectory();
  const desk = await openDesk(directory);
  await aCall(desk);
  await desk.close();
  const before = readFileSync(join(directory, 'orders/i1/000000000000.jsonl'));
  mkdirSync(join(directory, '_journal/i2'), { recursive: true });
  const names = ['orders/i1/000000000000.jsonl', '../elsewhere', 'hmac.key', 'orders/i2/../i1/000000000000.jsonl'];
  const frames = names.flatMap((name) => encodeJournalFrame(name, 0, Buffer.from('forged')));
  writeFileSync(join(directory, '_journal/i2/a'), Buffer.concat(frames));
  expect(await replayJournal(directory, 'i2')).toBe(0);
  expect(readFileSync(join(directory, 'orders/i1/000000000000.jsonl'))).toEqual(before);
});

test('a frame cut short, and what follows it, is not replayed', async () => {
  const directory = freshDirectory();
  const desk = await openDesk(directory);
  await aCall(desk);
  await desk.close();
  const path = join(directory, 'orders/i1/000000000000.jsonl');
  const whole = readFileSync(path);
  truncateSync(path, whole.length - 100);
  mkdirSync(join(directory, '_journal/i1'), { recursive: true });
  const name = 'orders/i1/000000000000.jsonl';
  const [head = Buffer.alloc(0), bytes = Buffer.alloc(0)] = encodeJournalFrame(name, 50, whole.subarray(50));
  const short = Buffer.concat([head, bytes.subarray(0, -1)]);
  writeFileSync(join(directory, '_journal/i1/a'), short);
  expect(await replayJournal(directory, 'i1')).toBe(0);
  writeFileSync(join(directory, '_journal/i1/a'), Buffer.concat([head, bytes, short]));
  expect(await replayJournal(directory, 'i1')).toBe(1);
  expect(readFileSync(path)).toEqual(whole);
});
