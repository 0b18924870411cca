/** execute_statement: one writing statement, for those who hold a write right somewhere. */

import { z } from 'zod';
import { writes } from './annotations.ts';
import { databaseId, purpose, sqlText } from './fields.ts';
import { queryParameters } from './query-parameters.ts';
import { resultShape, runStatement } from './run-query.ts';
import { defineTool } from './tool.ts';

export const executeStatement = defineTool({
  name: 'execute_statement',
  title: 'Execute a statement',
  description:
    'Runs one SQL statement that writes (INSERT, UPDATE, DELETE, MERGE, and what else your policy permits) and commits it. Rows of RETURNING are answered. Use run_query to read.',
  input: z.strictObject({
    sql: sqlText,
    database_id: databaseId,
    query_parameters: queryParameters,
    purpose,
  }),
  output: resultShape,
  annotations: writes,
  mayAsk: true,
  listedFor: (principal, { databases, decisionPoint }) =>
    databases
      .usable(principal)
      .some((database) => !database.readonly && decisionPoint.mayWrite(principal, database.id)),
  run: (parts, input, invocation) => runStatement(parts, input, invocation, 'write'),
});
