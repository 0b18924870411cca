/** The event loop and the reading worker are shared out: counted in turns and in order, not in time. */

import { expect, test } from 'vitest';
import type { Principal } from '../../src/model/principal.ts';
import { createFairQueue } from '../../src/sql/fair-queue.ts';
import { readInThread, waitingLimits } from '../../src/sql/reader/reader-thread.ts';
import { inTurn } from '../../src/sql/turns.ts';

const principal = (id: string): Principal => ({ id, kind: 'agent', auth: 'api_key', roles: [] });
const greedy = principal('greedy');
const modest = principal('modest');

/** Turns of the event loop that have begun. */
let turns = 0;
const count = () => {
  turns += 1;
  setImmediate(count).unref();
};
count();

/** Holds the processor as the reading of a long statement does. */
function work(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

test('principals are served in turn, each in the order in which its own came', () => {
  const queue = createFairQueue<string>();
  for (const item of ['a1', 'a2', 'a3', 'b1', 'c1', 'b2']) queue.add(item.slice(0, 1), item);
  expect([queue.size(), queue.sizeOf('a'), queue.sizeOf('d')]).toEqual([6, 3, 0]);
  const first = [queue.take(), queue.take()];
  queue.add('d', 'd1');
  const rest = Array.from({ length: 6 }, () => queue.take());
  expect([...first, ...rest]).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'd1', 'a3', undefined]);
  expect(queue.size()).toBe(0);
});

test('steps that hold the processor have a turn of the event loop each; whoever else waits comes after one of them', async () => {
  const taken: { readonly who: string; readonly turn: number }[] = [];
  const step = (who: Principal) =>
    inTurn(who, () => {
      taken.push({ who: who.id, turn: turns });
      work(6);
    });
  await Promise.all([...Array.from({ length: 6 }, () => step(greedy)), step(modest)]);
  expect(new Set(taken.map(({ turn }) => turn)).size).toBe(7);
  expect(taken.map(({ who }) => who).indexOf('modest')).toBeLessThanOrEqual(2);
});

test('short steps share a turn, whether they waited or not', async () => {
  const seen = new Set<number>();
  const steps = Array.from({ length: 50 }, () => inTurn(modest, () => seen.add(turns)));
  const long = inTurn(greedy, () => work(6));
  await Promise.all([...steps, long, ...Array.from({ length: 50 }, () => inTurn(modest, () => seen.add(turns)))]);
  expect(seen.size).toBeLessThan(50);
});

/** What waits for the worker begins with one that is being read. */
const long = (mark: string) => `SELECT ${'1, '.repeat(3000)} '${mark}'`;

test('one principal’s long statements delay another’s by one', async () => {
  const read: string[] = [];
  const ask = async (who: Principal) => {
    await readInThread('parse', long(who.id), 20_000, who);
    read.push(who.id);
  };
  await Promise.all([...Array.from({ length: 20 }, () => ask(greedy)), ask(modest)]);
  expect(read.indexOf('modest')).toBeLessThanOrEqual(2); // after the one being read, and one more of the ring
  expect(read).toHaveLength(21);
});

test('a principal whose places are full is told so; others have theirs, and what is read for the record needs none', async () => {
  const ask = (who: Principal, task: 'parse' | 'fingerprint' = 'parse') =>
    readInThread(task, 'SELECT 1', 20_000, who).then(
      () => 'read',
      (thrown: unknown) => thrown,
    );
  const many = Array.from({ length: waitingLimits.perPrincipal + 3 }, () => ask(greedy)); // one is being read, two are too many
  const others = [ask(modest), ask(greedy, 'fingerprint')];
  const answers = await Promise.all(many);
  expect(answers.filter((answer) => answer === 'read')).toHaveLength(waitingLimits.perPrincipal + 1);
  expect(answers.slice(-2)).toEqual([
    expect.objectContaining({ code: 'LIMIT_EXCEEDED', safeToRetry: true, hint: expect.stringContaining('fewer') }),
    expect.objectContaining({ code: 'LIMIT_EXCEEDED' }),
  ]);
  expect(await Promise.all(others)).toEqual(['read', 'read']);
});
