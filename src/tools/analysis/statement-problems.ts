/** Slow statements as findings: where their time goes, and what to try. */

import { z } from 'zod';
import { type Finding, percent } from './finding.ts';

const number = z.coerce.number();

/** One row of pg_stat_statements; times in milliseconds. */
export const statementRow = z.object({
  id: z.string(),
  query: z.string().nullable(),
  calls: number,
  total: number,
  mean: number,
  max: number,
  deviation: number,
  rows: number,
  hit: number,
  read: number,
  temporary: number,
  everything: number,
});
export type StatementRow = z.output<typeof statementRow>;

const round = (value: number): number => Math.round(value * 100) / 100;

/** `text` is what may be shown of the statement. */
export function slowStatement(row: StatementRow, text: string, serverVersion: number): Finding {
  const share = percent(row.total, row.everything);
  return {
    object: `statement ${row.id}`,
    problem: 'slow statement',
    severity: row.mean >= 5000 ? 'critical' : row.mean >= 1000 || share >= 25 ? 'warning' : 'info',
    evidence: {
      query: text,
      calls: row.calls,
      mean_ms: round(row.mean),
      max_ms: round(row.max),
      stddev_ms: round(row.deviation),
      total_ms: round(row.total),
      share_pct: share,
      rows_per_call: round(row.rows / Math.max(1, row.calls)),
      cache_hit_pct: percent(row.hit, row.hit + row.read),
      temp_blocks: row.temporary,
    },
    advice: adviceFor(row),
    ...(serverVersion >= 160000 ? { sql: `EXPLAIN (GENERIC_PLAN) ${text};` } : {}),
  };
}

function adviceFor(row: StatementRow): string {
  const calls = Math.max(1, row.calls);
  const advice = [
    ...(row.temporary > 0
      ? ['It spills to temporary files: give its session more work_mem, or sort and hash fewer rows.']
      : []),
    ...(row.read > row.hit ? ['Most of its blocks come from disk: an index that reads fewer would help most.'] : []),
    ...(row.rows / calls > 10_000 ? ['It returns very many rows per call: page, or aggregate in the database.'] : []),
    ...(row.deviation > row.mean && calls > 1
      ? ['Its time is very uneven: look for locks, and for plans that change with the values.']
      : []),
  ];
  return [
    ...advice,
    'Put values in place of $n, then see its plan with analyze_query_performance and candidates with recommend_indexes.',
  ].join(' ');
}
