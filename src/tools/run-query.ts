/** run_query: one reading statement, answered as rows. */

import { z } from 'zod';
import { looks, writes } from './annotations.ts';
import { runConfirmed } from './confirmed-run.ts';
import { cell, columns, databaseId, purpose, resultCursor, sqlText } from './fields.ts';
import { bindParameters, queryParameters } from './query-parameters.ts';
import { resultFacts, resultNotice } from './rows.ts';
import { defineTool, type Invocation, type ToolParts } from './tool.ts';

/** What a statement brings back; shared with execute_statement. */
export const resultShape = z.object({
  rows: z.array(z.record(z.string(), cell)).describe('One object per row; duplicate column names end in _2, _3.'),
  columns,
  row_count: z.int(),
  truncated: z.boolean().describe('True when there are more rows than shown.'),
  duration_ms: z.number(),
  affected: z.int().optional().describe('Rows written.'),
  masked: z.array(z.string()).optional().describe('Columns whose values are masked.'),
});

export interface StatementInput {
  readonly database_id?: string | undefined;
  readonly sql: string;
  readonly query_parameters?: z.output<typeof queryParameters>;
  readonly cursor?: string | undefined;
}

/** Sends the caller's text down the corridor and shapes what comes back. */
export async function runStatement(
  parts: ToolParts,
  input: StatementInput,
  invocation: Invocation,
  intent: 'read' | 'write',
) {
  const { call, signal } = invocation;
  const parameters = bindParameters(input.query_parameters);
  const statement = { from: 'caller', sql: input.sql, parameters } as const;
  const { database_id: databaseId, cursor } = input;
  const paging = cursor === undefined ? {} : { cursor };
  const request = { call, databaseId, action: 'select', statement, intent, ...paging } as const;
  const answer = await (intent === 'read'
    ? parts.broker.run(request, signal)
    : runConfirmed(parts, request, invocation));
  const { names, content } = resultFacts(answer);
  const notice = resultNotice(answer, cursor !== undefined);
  return {
    content,
    rows: { names, rows: answer.rows, bytes: answer.bytes },
    receipt: answer.receipt,
    ...(notice === undefined ? {} : { notice }),
  };
}

export const runQuery = defineTool({
  name: 'run_query',
  title: 'Run a query',
  description:
    'Runs one SQL statement that reads (SELECT, VALUES, TABLE, WITH, EXPLAIN, SHOW) and returns its rows. Relations, columns and functions outside your policy are refused with the reason; check_access asks without running.',
  input: z.strictObject({
    sql: sqlText,
    database_id: databaseId,
    query_parameters: queryParameters,
    cursor: resultCursor,
    purpose,
  }),
  output: resultShape.extend({
    next_cursor: z.string().optional().describe('Asks for the next rows; for 30 seconds, once.'),
  }),
  annotations: looks,
  annotationsFor: (principal, { databases, decisionPoint }) => {
    const old = databases.all().filter(({ legacyWrites, readonly }) => legacyWrites && !readonly);
    return old.some(({ id }) => decisionPoint.mayWrite(principal, id)) ? writes : looks;
  },
  run: (parts, input, invocation) => runStatement(parts, input, invocation, legacyIntent(parts, input, invocation)),
});

/** Old write mode: there run_query writes where the database is writable, as it always did. */
function legacyIntent({ databases }: ToolParts, input: StatementInput, { call }: Invocation): 'read' | 'write' {
  const id = input.database_id ?? databases.defaultId;
  const old = databases.all().find((database) => database.id === id && database.legacyWrites && !database.readonly);
  if (old === undefined) return 'read'; // nearly always, and with a thousand databases: nobody's rights are asked
  return databases.usable(call.principal).includes(old) ? 'write' : 'read';
}
