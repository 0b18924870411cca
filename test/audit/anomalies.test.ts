/** What a report points at: some of every rule, told apart by time and not by the order in which logs are read. */

import { expect, test } from 'vitest';
import type { AuditedCall } from '../../src/audit/calls.ts';
import { createAnomalyRules } from '../../src/audit/report/anomalies.ts';

const midnight = Date.parse('2026-10-01T00:00:00Z');
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

interface Shape {
  readonly seq: number;
  /** Milliseconds since midnight of the first day. */
  readonly at: number;
  readonly who?: string;
  readonly log?: string;
  /** What was refused; undefined for an allowed call. */
  readonly refused?: string;
  readonly rows?: number;
  readonly unbound?: string;
}

function aCall({ seq, at, who = 'alice', log = 'orders/i1', refused, rows, unbound }: Shape): AuditedCall {
  const ts = new Date(midnight + at).toISOString();
  const common = {
    prev: '0'.repeat(64),
    v: 1 as const,
    ts,
    w: '01ARZ3NDEKTSV4RRFFQ69G5FAV',
    up: 0,
    call: `${log}#${seq}`,
  };
  const denied = refused === undefined ? undefined : [{ resource: refused, action: 'select' }];
  return {
    log,
    intent: {
      ...common,
      type: 'intent',
      seq,
      mcp: { method: 'tools/call', tool: 'run_query' },
      principal: { id: who, kind: 'human', auth: 'oauth', roles: [] },
      client: {},
      session: { id: 's', transport: 'stdio' },
      db: { id: 'orders' },
      act: 'select',
      decision: denied === undefined ? { eff: 'allow' } : { eff: 'deny', code: 'POLICY_DENIED', denied },
      ...(denied === undefined ? {} : { final: true }),
      ...(unbound === undefined ? {} : { unres: [unbound] }),
    },
    outcome: rows === undefined ? undefined : { ...common, type: 'outcome', seq: seq + 1, iseq: seq, st: 'ok', rows },
  };
}

function found(calls: readonly AuditedCall[]) {
  const rules = createAnomalyRules();
  for (const call of calls) rules.see(call);
  const { anomalies, anomalyCounts, calls: cited } = rules.finish();
  return { anomalies, counts: Object.fromEntries(anomalyCounts), cited };
}

const range = (count: number) => Array.from({ length: count }, (_, i) => i);

test('a rule that fires ten thousand times leaves the rare one its place, and each says how often it fired', () => {
  const frequent = range(10_000).map((i) => aCall({ seq: i, at: i, who: `user-${i % 50}`, unbound: 'x' }));
  const rare = range(5).map((i) => aCall({ seq: 10_000 + i, at: 20_000 + i, who: 'mallory', refused: `public.t${i}` }));
  const { anomalies, counts, cited } = found([...frequent, ...rare]);
  expect(counts).toEqual({ 'unbound name allowed': 10_000, probing: 1 });
  expect(anomalies.filter(({ rule }) => rule === 'probing')).toMatchObject([{ call: 'orders/i1#10004' }]);
  expect(anomalies.filter(({ rule }) => rule === 'unbound name allowed')).toHaveLength(24);
  expect(cited.map(({ intent }) => intent.call)).toEqual(anomalies.map(({ call }) => call));
});

test('one principal takes four places of a rule at most, so that the others are seen', () => {
  const loud = range(1_000).map((i) => aCall({ seq: i, at: i, unbound: 'x' }));
  const quiet = range(3).map((i) => aCall({ seq: 1_000 + i, at: 5_000 + i, who: `quiet-${i}`, unbound: 'x' }));
  const texts = found([...loud, ...quiet]).anomalies.map(({ text }) => text.split(' ')[0]);
  expect(texts).toEqual(['alice', 'alice', 'alice', 'alice', 'quiet-0', 'quiet-1', 'quiet-2']);
});

test('the same calls are shown in whichever order the logs are read', () => {
  const calls = ['billing/i1', 'orders/i1', 'stock/i1'].map((log, n) =>
    range(300).map((i) => aCall({ seq: i, at: i * minute + n, log, who: `user-${i % 20}`, unbound: 'x' })),
  );
  const shown = found(calls.flat()).anomalies;
  expect(found(calls.toReversed().flat()).anomalies).toEqual(shown);
  expect(new Set(shown.map(({ log }) => log)).size).toBe(3);
});

test('the largest results come first, wherever in the period they stand', () => {
  const usual = range(40).map((i) => aCall({ seq: 2 * i, at: i, rows: 5 }));
  const large = [100, 5_000, 200, 300, 150].map((rows, i) => aCall({ seq: 100 + 2 * i, at: day + i, rows }));
  const { anomalies } = found([...usual, ...large]);
  expect(anomalies.map(({ text }) => Number(/\d+/.exec(text)?.[0]))).toEqual([5_000, 300, 200, 150]);
});

test('things refused in five databases within ten minutes are probing, and the same over a month are not', () => {
  const databases = range(5).map((i) => `database-${i}/i1`);
  const quick = databases.map((log, i) => aCall({ seq: 1, at: i * minute, log, refused: `public.${log}` }));
  expect(found(quick).counts).toEqual({ probing: 1 });
  expect(found(quick.toReversed()).counts).toEqual({ probing: 1 });
  const slow = databases.flatMap((log) =>
    range(30).map((i) => aCall({ seq: i, at: i * day, log, refused: 'public.salaries' })),
  );
  const elsewhere = range(30).map((i) => aCall({ seq: i, at: i * day, log: 'z/i1', refused: `public.t${i}` }));
  expect(found([...slow, ...elsewhere]).counts).toEqual({});
});

test('an hour is called unusual only for a principal of whom a week is known', () => {
  const office = (days: number) => range(days * 100).map((i) => Math.floor(i / 100) * day + 9 * hour + i);
  const night = (days: number) => days * day + 3 * hour;
  const over = (days: number) => [...office(days), night(days)].map((at, seq) => aCall({ seq, at }));
  expect(found(over(6)).counts).toEqual({});
  expect(found(over(7)).anomalies).toMatchObject([{ rule: 'unusual hour', text: 'alice at 3 h UTC' }]);
});
