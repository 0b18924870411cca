/** What verification sees: whole logs pass, every kind of damage is named with its place. */

import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exitCodeOf } from '../../src/audit/findings.ts';
import { verifyDirectory } from '../../src/audit/verify.ts';
import { aCall } from './shapes.ts';
import { freshDirectory, openDesk, segmentsOf } from './support.ts';

async function aLog(calls = 3): Promise<{ directory: string; path: string }> {
  const directory = freshDirectory();
  const desk = await openDesk(directory);
  for (let i = 0; i < calls; i += 1) await aCall(desk);
  await desk.close();
  return { directory, path: segmentsOf(directory)[0] ?? '' };
}

async function verdict(directory: string) {
  const [report] = await verifyDirectory(directory, { full: true });
  return {
    exit: exitCodeOf(report?.findings ?? []),
    report,
    codes: report?.findings.map(({ code }) => code).filter((code) => code !== 'unsigned'),
  };
}

function edit(path: string, change: (lines: string[]) => string[] | string): number {
  const before = readFileSync(path, 'utf8');
  const changed = change(before.split('\n').slice(0, -1));
  const after = typeof changed === 'string' ? changed : `${changed.join('\n')}\n`;
  writeFileSync(path, after);
  return after.length;
}

test('a log as written is intact, and intents equal outcomes', async () => {
  const { directory } = await aLog();
  const { exit, report } = await verdict(directory);
  expect(exit).toBe(0);
  expect(report).toMatchObject({
    log: 'orders/i1',
    records: 7,
    counts: { intents: 3, outcomes: 3, denied: 0 },
    live: false,
  });
});

test('the shell verifier agrees, down to the last leaf', async () => {
  const { directory } = await aLog();
  const { report } = await verdict(directory);
  const script = join(import.meta.dirname, '../../audit/verify.sh');
  const said = execFileSync('sh', [script, join(directory, 'orders/i1')], { encoding: 'utf8' });
  expect(said).toBe(`intact: 7 records, last leaf ${report?.leaf}\n`);
});

const attacks: Record<string, (lines: string[]) => string[] | string> = {
  'a changed field': (lines) => lines.with(3, lines[3]?.replace('alice', 'mallo') ?? ''),
  'an added space': (lines) => lines.with(3, lines[3]?.replace('"call":', '"call": ') ?? ''),
  'a duplicate key': (lines) => lines.with(3, lines[3]?.replace('"call":', '"call":"x","call":') ?? ''),
  'a removed line': (lines) => lines.toSpliced(3, 1),
  'two lines swapped': (lines) => lines.with(3, lines[4] ?? '').with(4, lines[3] ?? ''),
  'an inserted copy': (lines) => lines.toSpliced(4, 0, lines[3] ?? ''),
  'CRLF line ends': (lines) => `${lines.join('\r\n')}\r\n`,
  'a byte order mark': (lines) => `\ufeff${lines.join('\n')}\n`,
};

test.each(Object.entries(attacks))('%s is damage', async (_, attack) => {
  const { directory, path } = await aLog();
  edit(path, attack);
  expect((await verdict(directory)).exit).toBe(3);
});

test('the first damage is named by file, byte offset and record', async () => {
  const { directory, path } = await aLog();
  edit(path, (lines) => lines.with(3, lines[3]?.replace('alice', 'mallo') ?? ''));
  const offset = readFileSync(path, 'utf8').split('\n').slice(0, 4).join('\n').length + 1;
  const { report } = await verdict(directory);
  expect(report?.findings).toMatchObject([
    { severity: 'damage', code: 'chain_broken', log: 'orders/i1', file: '000000000000.jsonl', offset, seq: 4 },
  ]);
});

test('a missing file of the log is damage', async () => {
  const directory = freshDirectory();
  const desk = await openDesk(directory, { rotateBytes: 1 });
  for (let i = 0; i < 3; i += 1) await aCall(desk);
  await desk.close();
  const segments = segmentsOf(directory);
  expect(segments.length).toBeGreaterThan(3);
  rmSync(segments[2] ?? '');
  expect(await verdict(directory)).toMatchObject({ exit: 3, codes: ['segment_missing'] });
});

test('an unfinished last line is a finding when nobody writes, and in progress when somebody does', async () => {
  const { directory, path } = await aLog();
  appendFileSync(path, '{"prev":"');
  expect(await verdict(directory)).toMatchObject({ exit: 1, codes: ['torn_tail'] });
  const desk = await openDesk(directory); // holds the instance, has not opened the log
  expect(await verdict(directory)).toMatchObject({ exit: 0, codes: ['in_progress'] });
  await desk.close();
});

test('a log that is asked for and is not there is a finding', async () => {
  const { directory } = await aLog();
  const [report] = await verifyDirectory(directory, { only: ['nowhere'] });
  expect(report?.findings).toMatchObject([{ code: 'no_log', severity: 'finding' }]);
});

const brokenFiles: readonly (readonly [string, (path: string) => void])[] = [
  ['cut', (path) => writeFileSync(path, readFileSync(path).subarray(0, 300))],
  [
    'changed in one bit',
    (path) =>
      writeFileSync(
        path,
        readFileSync(path).map((byte, at) => (at === 200 ? byte ^ 1 : byte)),
      ),
  ],
  ['empty', (path) => writeFileSync(path, '')],
  [
    'a directory',
    (path) => {
      rmSync(path);
      mkdirSync(path);
    },
  ],
];

test.each(brokenFiles)(
  'a compressed file that is %s is damage of its log, and the other logs are judged',
  async (_, spoil) => {
    const directory = freshDirectory();
    const desk = await openDesk(directory, { rotateBytes: 2_500 });
    for (let i = 0; i < 8; i += 1) await aCall(desk, { database: i % 4 === 3 ? 'users' : 'orders' });
    await desk.close();
    const path = segmentsOf(directory).find((name) => name.endsWith('.gz')) ?? '';
    chmodSync(path, 0o640);
    spoil(path);
    const reports = await verifyDirectory(directory);
    const damage = reports.flatMap(({ findings }) => findings).filter(({ severity }) => severity === 'damage');
    expect(damage).toMatchObject([{ code: 'unreadable', log: 'orders/i1' }]);
    expect(reports.find(({ log }) => log === 'users/i1')?.records).toBeGreaterThan(4);
  },
);
