/** One caller's large result or long statement does not hold the event loop: what other calls wait for is bounded. */

import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aDatabase, directConnection } from '../../support/authorized.ts';
import { type Corridor, openCorridor } from '../../support/corridor.ts';
import { type TestDatabase, testDatabase } from '../../support/postgres.ts';

/** What the kernel says this process's main thread has run, in milliseconds: other processes' work does not count. */
const clock = `/proc/self/task/${process.pid}/schedstat`;
const ran = () => Number(readFileSync(clock, 'utf8').split(' ')[0]) / 1e6;

/** The longest the main thread ran between two turns of the event loop while `work` was under way. */
async function longestTurn(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let going = true;
  let before = ran();
  const turn = () => {
    longest = Math.max(longest, ran() - before);
    before = ran();
    if (going) setImmediate(turn);
  };
  setImmediate(turn);
  await work();
  going = false;
  return longest;
}

/** The best of some runs: what a garbage collection or a compiler adds to one is not what is promised here. */
async function promisedTurn(work: (round: number) => Promise<unknown>): Promise<number> {
  const turns: number[] = [];
  for (let round = 0; round < 3; round++) turns.push(await longestTurn(() => work(round)));
  return Math.min(...turns);
}

/** Milliseconds. */
const bound = 20;

let server: TestDatabase;
let corridor: Corridor;
beforeAll(async () => {
  server = await testDatabase({ seed: 'CREATE TABLE t (a int, b numeric, c text, d timestamptz)' });
  corridor = await openCorridor({
    databases: [aDatabase(directConnection(server), { limits: { maxRows: 1_000_000, maxBytes: 16 * 1024 * 1024 } })],
    policy: ['p, analyst, *, public.*, select, allow'],
  });
});
afterAll(async () => {
  await corridor.close();
  await server.drop();
});

const list = (length: number, item: (index: number) => string) =>
  Array.from({ length }, (_, index) => item(index)).join(', ');

describe.runIf(existsSync(clock))('no turn of the event loop is long', () => {
  test('while a result of megabytes is read', async () => {
    const sql = `SELECT i, i * 1.25 AS b, 'text ' || i AS c, timestamptz '2026-01-01' + i * interval '1 s' AS d
      FROM generate_series(1, 60000) i`;
    expect(await promisedTurn(async () => expect((await corridor.run(sql)).rows).toHaveLength(60_000))).toBeLessThan(
      bound,
    );
  });

  test.each([
    ['constants', (round: number) => `SELECT a FROM t WHERE a IN (${list(5000, (index) => `${index + round}`)})`],
    ['names', (round: number) => `SELECT ${list(1300, (index) => `t.a AS column_${round}_${index}`)} FROM t`],
    [
      'casts and a comment',
      (round: number) => `SELECT ${list(1300, (index) => `'constant ${index}'::text`)} /* ${round} */`,
    ],
  ])('while a statement of %s, near the longest admitted, is read and recorded', async (_, make) => {
    expect(make(0).length).toBeGreaterThan(24_000);
    expect(await promisedTurn((round) => corridor.run(make(round)))).toBeLessThan(bound);
  });
});
