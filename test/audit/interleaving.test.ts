/** Any interleaving of calls gives one dense, chained sequence that holds every acknowledged record where its receipt says. */

import { expect, test } from 'vitest';
import { openAuthorized } from '../../src/audit/audit-log.ts';
import { leafHash } from '../../src/audit/chain.ts';
import { exitCodeOf } from '../../src/audit/findings.ts';
import { verifyDirectory } from '../../src/audit/verify.ts';
import { Refusal } from '../../src/model/errors.ts';
import type { Receipt } from '../../src/model/result.ts';
import { failingFiles } from './failing-files.ts';
import { aDatabase, aPermit, aRequest, aResult } from './shapes.ts';
import { freshDirectory, linesOf, openDesk, recordsOf } from './support.ts';

function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 0x7fff_ffff;
    return state % below;
  };
}

const seeds = Array.from({ length: 12 }, (_, i) => 7919 * (i + 1));

test.each(seeds)('seed %i', async (seed) => {
  const random = randomFrom(seed);
  const directory = freshDirectory();
  const disk = failingFiles();
  const desk = await openDesk(directory, { files: disk.files, rotateBytes: 20_000 });
  const receipts: Receipt[] = [];
  const intents: number[] = [];
  const pause = async () => {
    for (let turns = random(4); turns > 0; turns -= 1) await new Promise(setImmediate);
  };

  async function call(): Promise<void> {
    await pause();
    if (random(5) === 0)
      return desk.recordRefusal(aRequest(), new Refusal('POLICY_DENIED', 'x'), { database: aDatabase() });
    const query = await desk.recordIntent(aPermit());
    intents.push(openAuthorized(query).intent.seq);
    await pause();
    if (random(10) === 0) disk.fail(random(2) === 0 ? 'write' : 'datasync', random(2) === 0 ? 'EIO' : 'ENOSPC');
    receipts.push(await desk.recordOutcome(query, { ok: true, value: aResult }));
  }

  await Promise.allSettled(Array.from({ length: 40 + random(60) }, call));
  await expect
    .poll(
      () =>
        call().then(
          () => true,
          () => false,
        ),
      { timeout: 5_000, interval: 100 },
    )
    .toBe(true);
  await desk.close();
  const records = recordsOf(directory);
  const lines = linesOf(directory);
  expect(records.map((record) => record.seq)).toEqual(records.map((_, i) => i));
  expect(receipts.map(({ seq }) => leafHash(lines[seq] ?? ''))).toEqual(receipts.map(({ leaf }) => leaf));
  expect(intents.map((seq) => records[seq]?.type)).toEqual(intents.map(() => 'intent'));
  const [report] = await verifyDirectory(directory, { full: true });
  expect(exitCodeOf(report?.findings ?? []), JSON.stringify(report?.findings)).toBe(0);
});
