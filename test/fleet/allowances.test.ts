import { expect, test } from 'vitest';
import { createAllowances } from '../../src/fleet/allowances.ts';

/** Allowances with a clock the test turns. */
function counting(allowance: Parameters<typeof createAllowances>[1]) {
  let time = 0;
  const allowances = createAllowances('principal', allowance, () => time);
  const call = (key: string, rows = 0, bytes = 0) => allowances.begin(key).end(rows, bytes);
  return { allowances, call, pass: (milliseconds: number) => (time += milliseconds) };
}

const usedUp = expect.objectContaining({ code: 'LIMIT_EXCEEDED', safeToRetry: true });

test.each([
  [{ calls: 2 }, 0, 0],
  [{ rows: 20 }, 10, 0],
  [{ bytes: 2000 }, 0, 1000],
] as const)(
  '%j of a window are used up by two calls, told with the time that is left, and back in the next',
  (allowance, rows, bytes) => {
    const { call, pass } = counting({ window: 10_000, ...allowance });
    call('alice', rows, bytes);
    pass(4000);
    call('alice', rows, bytes);
    expect(() => call('alice')).toThrow(usedUp);
    expect(() => call('alice')).toThrow(expect.objectContaining({ hint: 'Try again in 6 s.' }));
    pass(6000);
    expect(() => call('alice')).not.toThrow();
  },
);

test('what one uses up is not missing to another', () => {
  const { call } = counting({ window: 1000, calls: 1 });
  call('alice');
  expect(() => call('alice')).toThrow(usedUp);
  expect(() => call('bob')).not.toThrow();
});

test('calls at once are counted until they end, however long the window is over', () => {
  const { allowances, pass } = counting({ window: 1000, maxConcurrency: 2 });
  const first = allowances.begin('alice');
  allowances.begin('alice');
  pass(5000);
  expect(() => allowances.begin('alice')).toThrow(usedUp);
  first.end(0, 0);
  expect(() => allowances.begin('alice')).not.toThrow();
});
