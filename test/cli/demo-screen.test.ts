/** What the demo shows fits the terminal it is shown on, and keeps its lines where nobody looks. */

import { expect, test } from 'vitest';
import { createScreen } from '../../src/cli/demo-screen.ts';

function shown(interactive: boolean): string[] {
  const lines: string[] = [];
  const screen = createScreen({ out: (text) => void lines.push(...text.split('\n')), interactive, width: 40 });
  screen.sql('SELECT c.country, count(*) AS orders FROM orders o JOIN customers c ON true');
  screen.audit('2026-11-28T12:11:39.758634Z  shop#5  DENY POLICY_DENIED  ana  run_query  SELECT 1', true);
  screen.refused('POLICY_DENIED', 'select on all columns of customers is not permitted to you.');
  screen.kept('It runs, and the answer carries a receipt for its place in the log.', true);
  return lines.map((line) => line.replace(/\u001b\[\d+m/g, ''));
}

test('on a terminal lines break at words and go on below where they began', () => {
  const lines = shown(true);
  expect(lines.filter((line) => line.length > 40)).toEqual([]);
  expect(lines.slice(0, 3)).toEqual([
    '   SELECT c.country, count(*) AS orders',
    '   FROM orders o JOIN customers c ON',
    '   true',
  ]);
  expect(lines[3]).toBe('   audit  2026-11-28T12:11:39.758634Z');
  expect(lines[4]).toBe('          shop#5  DENY POLICY_DENIED');
});

test('elsewhere a line is a line', () => {
  expect(shown(false).map((line) => line.trim().split(' ')[0])).toEqual(['SELECT', 'audit', 'POLICY_DENIED', '✓']);
});
