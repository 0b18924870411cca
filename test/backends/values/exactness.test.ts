import { expect, test } from 'vitest';
import { readJson } from '../../../src/backends/values/json-text.ts';
import { exactNumber } from '../../../src/backends/values/numbers.ts';

/** A small generator with a stated seed: the same decimals every time. */
function decimals(seed: number, count: number): string[] {
  let state = seed;
  const next = (limit: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const digits = (length: number) => Array.from({ length }, () => next(10)).join('');
  return Array.from({ length: count }, () => {
    const whole = (digits(1 + next(20)).replace(/^0+(?=\d)/, '') || '0').slice(0, 1 + next(20));
    const fraction = next(3) === 0 ? '' : `.${digits(1 + next(20))}`;
    return `${next(2) === 0 ? '-' : ''}${whole}${fraction}`;
  });
}

/** The decimal as a pair of integers: value = units / 10^scale. */
function rational(decimal: string): readonly [bigint, number] {
  const [mantissa = '0', exponent = '0'] = decimal.toLowerCase().split('e');
  const [whole = '0', fraction = ''] = mantissa.split('.');
  return [BigInt(whole + fraction), fraction.length - Number(exponent)];
}

function equal(one: string, other: string): boolean {
  const [a, scaleA] = rational(one);
  const [b, scaleB] = rational(other);
  const scale = Math.max(scaleA, scaleB);
  return a * 10n ** BigInt(scale - scaleA) === b * 10n ** BigInt(scale - scaleB);
}

test('whatever comes back as a number prints as the same decimal, and short ones always do (seed 20260101)', () => {
  for (const decimal of decimals(20_260_101, 20_000)) {
    const value = exactNumber(decimal);
    if (typeof value === 'string') {
      expect(value).toBe(decimal);
      expect(decimal.replace(/[-.]/g, '').length).toBeGreaterThan(14);
    } else if (!equal(String(value), decimal)) expect.fail(`${decimal} became ${value}`);
  }
});

test('a JSON document keeps its numbers, keys and strings', () => {
  expect(readJson('{"a":[0.1,1e5,-0,123456789012345678],"b":"123456789012345678 \\" 1e400","c":1e400}')).toEqual({
    a: [0.1, 100_000, -0, '123456789012345678'],
    b: '123456789012345678 " 1e400',
    c: '1e400',
  });
});

test('a long JSON string is read without backtracking', () => {
  const text = JSON.stringify({ long: `${'\\"'.repeat(200_000)}`, number: 1 });
  const padded = text.replace('"number":1', '"number":12345678901234567890');
  expect(readJson(padded)).toEqual({ long: '\\"'.repeat(200_000), number: '12345678901234567890' });
});
