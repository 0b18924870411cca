/** kill -9 at any moment: nothing acknowledged is lost, the chain holds, and what was cut short is on record. */

import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { leafHash } from '../../src/audit/chain.ts';
import { exitCodeOf } from '../../src/audit/findings.ts';
import { verifyDirectory } from '../../src/audit/verify.ts';
import type { Receipt } from '../../src/model/result.ts';
import { buildProgram, programOf } from '../support/child-program.ts';
import { aCall, aPermit } from './shapes.ts';
import { freshDirectory, linesOf, openDesk, recordsOf, segmentsOf } from './support.ts';

const rounds = process.env['PGWARDEN_SOAK'] ? 1000 : 20;
const source = join(import.meta.dirname, 'child-writer.ts');
const program = programOf(source);

beforeAll(async () => {
  await buildProgram(source);
});

interface Writer {
  readonly process: ChildProcess;
  /** Resolves with the instance once the writer has opened the log. */
  readonly instance: Promise<string>;
  /** Kills it and resolves with the receipts it had printed. */
  readonly kill: () => Promise<readonly Receipt[]>;
}

function startWriter(directory: string, callers = 8): Writer {
  const child = spawn(process.execPath, [program, directory, String(callers)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  const instance = new Promise<string>((resolveInstance, reject) => {
    child.on('exit', () => reject(new Error('the writer ended before it was killed')));
    child.stdout?.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      const first = printed.indexOf('\n');
      if (first !== -1) resolveInstance(JSON.parse(printed.slice(0, first)).instance);
    });
  });
  return {
    process: child,
    instance,
    async kill() {
      const closed = new Promise((done) => child.on('close', done));
      child.kill('SIGKILL');
      await closed;
      return printed
        .split('\n')
        .slice(1, -1)
        .map((line) => JSON.parse(line));
    },
  };
}

/** Receipts that the log does not hold as they were given out. */
function missing(directory: string, receipts: readonly Receipt[]): readonly Receipt[] {
  const leaves = new Map<string, string[]>();
  return receipts.filter(({ origin, seq, leaf }) => {
    const [, id = '', instance = ''] = origin.split('/');
    if (!leaves.has(origin)) leaves.set(origin, linesOf(directory, id, instance).map(leafHash));
    return leaves.get(origin)?.[seq] !== leaf;
  });
}

async function findings(directory: string) {
  return (await verifyDirectory(directory, { full: true })).flatMap((report) => report.findings);
}

test(`${rounds} times killed under load, no acknowledged record is lost and the chain verifies`, {
  timeout: rounds * 5_000,
}, async () => {
  const directory = freshDirectory();
  const receipts: Receipt[] = [];
  const seed = Date.now() % 2 ** 31;
  let random = seed;
  for (let round = 0; round < rounds; round += 1) {
    const writer = startWriter(directory);
    await writer.instance;
    random = (random * 48_271) % 0x7fff_ffff;
    await new Promise((later) => setTimeout(later, random % 150)); // the moment is the point
    receipts.push(...(await writer.kill()));
  }
  const desk = await openDesk(directory);
  await desk.recover();
  await desk.close();
  expect(missing(directory, receipts), `seed ${seed}`).toEqual([]);
  expect(exitCodeOf(await findings(directory)), `seed ${seed}`).toBe(0);
  expect(receipts.length).toBeGreaterThan(rounds * 10);
});

test('an intent without an outcome is found at the next start and recorded as unknown', async () => {
  const directory = freshDirectory();
  const writer = startWriter(directory, 3);
  await writer.instance;
  await writer.kill();
  const [path = ''] = segmentsOf(directory, 'users');
  const lines = readFileSync(path, 'utf8').split('\n');
  const intent = lines.findLastIndex((line) => line.includes('"type":"intent"'));
  writeFileSync(path, `${lines.slice(0, intent + 1).join('\n')}\n`); // as if killed right after the intent
  expect((await findings(directory)).map(({ code, log }) => `${code} ${log}`)).toContain('unanswered users/i1');
  const desk = await openDesk(directory);
  await desk.recover();
  await desk.close();
  expect(recordsOf(directory, 'users').at(-1)).toMatchObject({
    type: 'recover',
    why: 'crash',
    orphans: [{ iseq: intent, st: 'unknown', why: 'broker_crash' }],
  });
  expect(exitCodeOf(await findings(directory))).toBe(0);
});

test('a line cut short by a crash is set aside, and the log goes on without it', async () => {
  const directory = freshDirectory();
  const first = await openDesk(directory);
  await aCall(first);
  await first.close();
  const [path = ''] = segmentsOf(directory);
  appendFileSync(path, '{"prev":"0123456789');
  const second = await openDesk(directory);
  await aCall(second);
  await second.close();
  expect(recordsOf(directory).map(({ type }) => type)).toEqual([
    'genesis',
    'intent',
    'outcome',
    'recover',
    'intent',
    'outcome',
  ]);
  expect(recordsOf(directory)[3]).toMatchObject({ torn_bytes: 19 });
  expect(exitCodeOf(await findings(directory))).toBe(0);
});

test('blocks that a power cut left as zeros are set aside like a line cut short', async () => {
  const directory = freshDirectory();
  const first = await openDesk(directory);
  await aCall(first);
  await first.close();
  const [path = ''] = segmentsOf(directory);
  appendFileSync(path, Buffer.concat([Buffer.alloc(4096), Buffer.from('\n')]));
  const second = await openDesk(directory);
  await aCall(second);
  await second.close();
  expect(recordsOf(directory)[3]).toMatchObject({ type: 'recover', torn_bytes: 4097 });
});

test('three servers on one directory are three instances, each with its own chain', async () => {
  const directory = freshDirectory();
  const writers = [startWriter(directory, 3), startWriter(directory, 3), startWriter(directory, 3)];
  const instances = await Promise.all(writers.map(({ instance }) => instance));
  expect(instances.sort()).toEqual(['i1', 'i2', 'i3']);
  const receipts = (await Promise.all(writers.map((writer) => writer.kill()))).flat();
  expect(missing(directory, receipts)).toEqual([]);
  const damage = (await findings(directory)).filter(({ severity }) => severity === 'damage');
  expect(damage).toEqual([]);
});

test('an instance given back by a dead process is taken again, and its log goes on', async () => {
  const directory = freshDirectory();
  const writer = startWriter(directory, 3);
  await writer.instance;
  await writer.kill();
  const desk = await openDesk(directory);
  expect(desk.instance).toBe('i1');
});

test('the log of one instance is never written by two desks of one process', async () => {
  const directory = freshDirectory();
  const desks = [await openDesk(directory), await openDesk(directory), await openDesk(directory)];
  expect(desks.map(({ instance }) => instance)).toEqual(['i1', 'i2', 'i3']);
  await expect(openDesk(directory, { instance: 'i2' })).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
  await Promise.all(desks.map((desk) => desk.recordIntent(aPermit())));
});
