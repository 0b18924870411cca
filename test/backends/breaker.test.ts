import { expect, test } from 'vitest';
import { createBreaker } from '../../src/backends/breaker.ts';
import { Failure } from '../../src/model/errors.ts';

const dead = async () => {
  throw new Failure('BACKEND_UNAVAILABLE', 'nobody there');
};
const slow = async () => {
  throw new Failure('BACKEND_TIMEOUT', 'too slow');
};
const alive = async () => 'rows';

/** A breaker with a clock the test turns, tripped by failing calls. */
async function tripped() {
  let time = 0;
  const breaker = createBreaker({ threshold: 3, firstPause: 1000, longestPause: 3000, now: () => time });
  for (let call = 0; call < 3; call++) await breaker.watch(dead).catch(() => undefined);
  return { breaker, pass: (milliseconds: number) => (time += milliseconds) };
}

test('after failures in a row calls are refused at once, with the time of the next try', async () => {
  const { breaker, pass } = await tripped();
  let reached = false;
  const call = breaker.watch(async () => {
    reached = true;
  });
  await expect(call).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE', hint: 'Try again in 1 s.' });
  expect(reached).toBe(false);
  expect(breaker.state()).toEqual({ state: 'open', failures: 3, lastError: 'BACKEND_UNAVAILABLE', retryIn: 1000 });
  pass(1000);
  expect(await breaker.watch(alive)).toBe('rows');
  expect(breaker.state()).toEqual({ state: 'closed', failures: 0, retryIn: 0 });
});

test('when the pause is over one call tries; the others are refused until it knows', async () => {
  const { breaker, pass } = await tripped();
  pass(1000);
  let answer: (rows: string) => void = () => undefined;
  const probe = breaker.watch(() => new Promise<string>((resolve) => (answer = resolve)));
  await expect(breaker.watch(alive)).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
  answer('rows');
  await probe;
  expect(await breaker.watch(alive)).toBe('rows');
});

test('each probe that fails doubles the pause, up to the longest', async () => {
  const { breaker, pass } = await tripped();
  const pauses: number[] = [];
  for (let probe = 0; probe < 3; probe++) {
    pass(breaker.state().retryIn);
    await breaker.watch(dead).catch(() => undefined);
    pauses.push(breaker.state().retryIn);
  }
  expect(pauses).toEqual([2000, 3000, 3000]);
});

test('a database that answers between failures, or is merely slow, is never left alone', async () => {
  const breaker = createBreaker({ threshold: 3 });
  for (let round = 0; round < 5; round++) {
    await breaker.watch(dead).catch(() => undefined);
    await breaker.watch(dead).catch(() => undefined);
    await breaker.watch(alive);
    for (let call = 0; call < 5; call++) await breaker.watch(slow).catch(() => undefined);
  }
  expect(breaker.state().state).toBe('closed');
});
