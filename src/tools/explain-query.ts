/** explain_query: how PostgreSQL would run a statement, without running it. */

import { z } from 'zod';
import { firstCell } from '../model/read-rows.ts';
import type { Json, QueryResult } from '../model/result.ts';
import { looks } from './annotations.ts';
import { cell, databaseId, purpose, sqlText } from './fields.ts';
import { planText } from './plan-text.ts';
import { bindParameters, queryParameters } from './query-parameters.ts';
import { milliseconds } from './rows.ts';
import { defineTool } from './tool.ts';

export const explainQuery = defineTool({
  name: 'explain_query',
  title: 'Explain a query',
  description:
    'Shows the plan of one SQL statement as JSON and as text. The statement is planned, never run (no ANALYZE).',
  input: z.strictObject({ sql: sqlText, database_id: databaseId, query_parameters: queryParameters, purpose }),
  output: z.object({ plan: z.array(cell), text: z.string(), duration_ms: z.number() }),
  annotations: looks,
  async run({ broker }, input, { call, signal }) {
    const answer = await broker.run(
      {
        call,
        databaseId: input.database_id,
        action: 'explain',
        statement: { from: 'caller', sql: input.sql, parameters: bindParameters(input.query_parameters) },
        intent: 'read',
      },
      signal,
    );
    const plan = planOf(answer);
    const text = plan.length > 0 ? planText(plan) : Array.from(answer.rows, ([line]) => String(line ?? '')).join('\n');
    return {
      content: { plan, text, duration_ms: milliseconds(answer.timings.execute) },
      receipt: answer.receipt,
    };
  },
});

/** The JSON plan; empty when the caller's own EXPLAIN asked for another format. */
function planOf({ rows }: QueryResult): readonly Json[] {
  const value = firstCell(rows);
  return Array.isArray(value) ? value : [];
}
