/** get_table_schema: one relation as this principal may see it. */

import { z } from 'zod';
import { Refusal } from '../model/errors.ts';
import type { QueryRequest } from '../model/request.ts';
import { looks } from './annotations.ts';
import { databaseId, purpose } from './fields.ts';
import { parseRelationName, type RelationName } from './relation-name.ts';
import { foreignKey, type RelationParts, relationParts, tableColumn, tableIndex, tableKey } from './relation-parts.ts';
import { textNotice } from './rows.ts';
import { defineTool, type Invocation, type ToolParts } from './tool.ts';

export const getTableSchema = defineTool({
  name: 'get_table_schema',
  title: 'Describe a table',
  description:
    'Describes one table or view: columns with type, nullability, default and comment, keys, foreign keys and indexes. Columns you may not read are left out.',
  input: z.strictObject({
    table_name: z.string().min(1).max(300).describe('t, s.t, or quoted as in SQL: "My Table".'),
    database_id: databaseId,
    purpose,
  }),
  output: z.object({
    schema: z.string(),
    name: z.string(),
    kind: z.string(),
    comment: z.string().optional(),
    columns: z.array(tableColumn),
    keys: z.array(tableKey),
    foreign_keys: z.array(foreignKey),
    indexes: z.array(tableIndex),
  }),
  annotations: looks,
  async run(parts, input, invocation) {
    const found = await locate(parts, input.table_name, input.database_id, invocation);
    const request: QueryRequest = {
      call: invocation.call,
      databaseId: input.database_id,
      action: 'describe',
      statement: {
        from: 'fixed',
        name: 'describe_relation',
        parameters: { style: 'positional', values: [{ value: found.schema }, { value: found.name }] },
      },
      intent: 'read',
      target: input.table_name,
    };
    const answer = await parts.broker.run(request, invocation.signal);
    if (answer.cut !== 'none') throw new Refusal('LIMIT_EXCEEDED', 'The relation is too large to be described whole.');
    const visibility = parts.decisionPoint.visibility(invocation.call.principal, found.databaseId);
    const described = relationParts(answer, found.schema, found.name, visibility);
    const content = {
      schema: found.schema,
      name: found.name,
      kind: described.kind,
      ...(described.comment === undefined ? {} : { comment: described.comment }),
      columns: described.columns,
      keys: described.keys,
      foreign_keys: described.foreignKeys,
      indexes: described.indexes,
    };
    return { content, ...textNotice(written(found, described)), receipt: answer.receipt };
  },
});

/** What those who made the relation worded freely; definitions are SQL, as PostgreSQL prints it. */
function written({ schema, name }: Found, { comment = '', columns, keys, foreignKeys, indexes }: RelationParts) {
  const named = [...keys, ...foreignKeys, ...indexes].map((part) => part.name);
  const worded = columns.flatMap((column) => [column.name, column.default ?? '', column.comment ?? '']);
  return [schema, name, comment, ...named, ...worded];
}

interface Found {
  readonly schema: string;
  readonly name: string;
  readonly databaseId: string;
}

/**
 * Where the name leads along the search_path: only the values the fixed text is asked with. Whether the caller may know
 * is the corridor's to say, so whatever fails here is left for it to refuse and to record.
 */
async function locate(
  { databases, catalogs }: ToolParts,
  written: string,
  databaseId: string | undefined,
  { call }: Invocation,
): Promise<Found> {
  const name: RelationName = parseRelationName(written) ?? { schema: undefined, name: written };
  const unknown = { schema: name.schema ?? '', name: name.name, databaseId: databaseId ?? '' };
  try {
    const database = databases.resolve(databaseId, call.principal);
    const relation = (await catalogs.current(database, call)).relation(name.schema, name.name);
    return relation === undefined ? unknown : { schema: relation.schema, name: relation.name, databaseId: database.id };
  } catch {
    return unknown;
  }
}
