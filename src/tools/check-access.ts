/** check_access: would this run, and if not, why? Answers like `policy explain --json`, without running anything. */

import { z } from 'zod';
import { settle } from '../model/result.ts';
import { explainToCaller } from '../policy/explain.ts';
import { looks } from './annotations.ts';
import { databaseId, purpose, sqlText } from './fields.ts';
import { bindParameters, queryParameters } from './query-parameters.ts';
import { defineTool } from './tool.ts';

const text = z.string();

/** The eight keys of `policy explain --json`. */
const explanation = z.object({
  class: text.nullable(),
  statements: z.int().nullable(),
  relations: z.array(
    z.object({ schema: text.nullable(), name: text, kind: text.nullable(), columns: z.array(text), access: text }),
  ),
  functions: z.array(z.object({ schema: text.nullable(), name: text, args: z.array(text) })),
  decision: z.enum(['permit', 'deny']),
  code: text.nullable(),
  rules: z.array(text),
  denied: z.array(
    z.object({
      code: text,
      message: text,
      hint: text.nullable(),
      position: z.int().nullable(),
      resource: text.nullable(),
      action: text.nullable(),
    }),
  ),
});

export const checkAccess = defineTool({
  name: 'check_access',
  title: 'Check access',
  description:
    'Tells whether a SQL statement would be permitted: what it reaches, and the decision with its rules, or what is denied and why. Runs nothing.',
  input: z.strictObject({
    sql: sqlText,
    database_id: databaseId,
    query_parameters: queryParameters,
    write: z.boolean().default(false).describe('Ask for execute_statement instead of run_query.'),
    purpose,
  }),
  output: explanation,
  annotations: looks,
  async run({ broker }, input, { call }) {
    const parameters = bindParameters(input.query_parameters);
    const checked = await settle(() =>
      broker.check({
        call,
        databaseId: input.database_id,
        action: 'select',
        statement: { from: 'caller', sql: input.sql, parameters },
        intent: input.write ? 'write' : 'read',
      }),
    );
    if (!checked.ok) return { content: explainToCaller({ error: checked.error }) };
    const { trail, verdict } = checked.value;
    if (!verdict.ok) return { content: explainToCaller({ ...trail, error: verdict.error }) };
    return { content: explainToCaller(trail), receipt: verdict.value };
  },
});
