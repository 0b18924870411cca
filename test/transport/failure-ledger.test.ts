/** Refused callers are all accounted for, and cannot fill the disk. */

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type AuthenticationFailure, createFailureLedger } from '../../src/transport/failure-ledger.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function ledger() {
  const records: AuthenticationFailure[] = [];
  const record = async (failure: AuthenticationFailure) => {
    records.push(failure);
  };
  return { records, ...createFailureLedger(record, { singly: 2, window: 1000 }) };
}

const accounted = (records: readonly AuthenticationFailure[]) =>
  records.reduce((sum, { others }) => sum + 1 + others, 0);

test('a flood becomes a few records that add up to it', async () => {
  const { note, records } = ledger();
  for (let i = 0; i < 50; i++) await note('10.0.0.1', '/mcp');
  expect(records).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(1000);
  expect(records).toHaveLength(3);
  expect(accounted(records)).toBe(50);
});

test('each window begins anew', async () => {
  const { note, records } = ledger();
  for (let round = 0; round < 3; round++) {
    await note('10.0.0.1', '/mcp');
    await vi.advanceTimersByTimeAsync(1000);
  }
  expect(records.map(({ others }) => others)).toEqual([0, 0, 0]);
});

test('what was counted is on record when the server stops', async () => {
  const { note, close, records } = ledger();
  for (let i = 0; i < 5; i++) await note('10.0.0.1', '/mcp');
  await close();
  await close();
  expect(accounted(records)).toBe(5);
});
