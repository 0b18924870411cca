/** Refused callers are all accounted for, cannot fill the disk, and cannot hide one another. */

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Principal } from '../../src/model/principal.ts';
import { type AuthenticationFailure, createFailureLedger } from '../../src/transport/failure-ledger.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const path = '/mcp';
const from = (address: string) => ({ address, path });

function ledger() {
  const records: AuthenticationFailure[] = [];
  const record = async (failure: AuthenticationFailure) => {
    records.push(failure);
  };
  const { note, close } = createFailureLedger(record, { each: 2, all: 5, callers: 4, window: 1000 });
  const flood = async (address: string, count: number) => {
    for (let refused = 0; refused < count; refused++) await note(from(address));
  };
  return { records, note, close, flood };
}

const accounted = (records: readonly AuthenticationFailure[]) =>
  records.reduce((sum, { others }) => sum + 1 + others, 0);

test('a flood becomes a few records that add up to it', async () => {
  const { flood, records } = ledger();
  await flood('10.0.0.1', 50);
  expect(records).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(1000);
  expect(records).toHaveLength(3);
  expect(records.at(-1)).toEqual({ ...from('10.0.0.1'), others: 47 });
});

test('a flood from one address hides no other: each is on record by itself, and counted by itself', async () => {
  const { flood, records } = ledger();
  await flood('10.0.0.1', 50);
  await flood('10.0.0.2', 4);
  expect(records.map(({ address }) => address)).toEqual(['10.0.0.1', '10.0.0.1', '10.0.0.2', '10.0.0.2']);
  await vi.advanceTimersByTimeAsync(1000);
  expect(records.slice(4)).toEqual([
    { ...from('10.0.0.1'), others: 47 },
    { ...from('10.0.0.2'), others: 1 },
  ]);
});

test('a flood from everywhere is bounded too; beyond so many callers nobody is named', async () => {
  const { note, records } = ledger();
  for (let caller = 0; caller < 40; caller++)
    for (let again = 0; again < 3; again++) await note(from(`10.0.1.${caller}`));
  expect(records).toHaveLength(5);
  await vi.advanceTimersByTimeAsync(1000);
  expect(records.length).toBeLessThanOrEqual(5 + 4 + 1);
  expect(records.at(-1)).toEqual({ path, others: 36 * 3 - 1 });
  expect(accounted(records)).toBe(120);
});

test('one who is known and lacks a scope is named, and not counted with strangers of his address', async () => {
  const { note, flood, records } = ledger();
  const alice: Principal = { id: 'alice', kind: 'human', auth: 'oauth', issuer: 'https://i', roles: [] };
  await flood('10.0.0.1', 9);
  await note({ ...from('10.0.0.1'), principal: alice });
  expect(records.at(-1)).toEqual({ ...from('10.0.0.1'), principal: alice, others: 0 });
});

test('each window begins anew', async () => {
  const { flood, records } = ledger();
  for (let round = 0; round < 3; round++) {
    await flood('10.0.0.1', 1);
    await vi.advanceTimersByTimeAsync(1000);
  }
  expect(records.map(({ others }) => others)).toEqual([0, 0, 0]);
});

test('what was counted is on record when the server stops', async () => {
  const { flood, close, records } = ledger();
  await flood('10.0.0.1', 5);
  await close();
  await close();
  expect(accounted(records)).toBe(5);
});
