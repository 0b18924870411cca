/** list_tables: the tables, views and other relations this principal may read, with how much of each. */

import { z } from 'zod';
import { looks } from './annotations.ts';
import { cursor, databaseId, limit, pattern, purpose } from './fields.ts';
import { nameMatcher, page } from './pages.ts';
import { textNotice } from './rows.ts';
import { snapshotRequest } from './snapshot-request.ts';
import { defineTool } from './tool.ts';
import { relationKinds, visibleRelations } from './visible-relations.ts';

const relation = z.object({
  schema: z.string(),
  name: z.string(),
  kind: z.enum(relationKinds),
  columns: z.int().describe('Columns you may read.'),
  all_columns: z.boolean().describe('False when the relation has columns you may not read.'),
});

/** A key that sorts by schema, then by name: no identifier holds U+0000. */
const keyOf = ({ schema, name }: { readonly schema: string; readonly name: string }) => `${schema}\u0000${name}`;

export const listTables = defineTool({
  name: 'list_tables',
  title: 'List tables',
  description:
    'Lists the tables, views, materialized views and foreign tables of a database that you may read. get_table_schema describes one of them.',
  input: z.strictObject({
    database_id: databaseId,
    schema: z.string().min(1).max(63).optional().describe('Only this schema.'),
    pattern,
    limit,
    cursor,
    purpose,
  }),
  output: z.object({ tables: z.array(relation), next_cursor: z.string().optional() }),
  annotations: looks,
  async run({ broker, decisionPoint }, input, invocation) {
    const matches = nameMatcher(input.pattern);
    const { items, receipt } = await broker.look(snapshotRequest(invocation, input.database_id), (catalog, database) =>
      visibleRelations(catalog, decisionPoint.visibility(invocation.call.principal, database.id)).filter(
        ({ schema, name }) => (input.schema === undefined || input.schema === schema) && matches(name),
      ),
    );
    const { items: shown, nextCursor } = page(items, keyOf, input.limit, input.cursor);
    const tables = shown.map(({ schema, name, kind, columns, whole }) => ({
      schema,
      name,
      kind,
      columns: columns.length,
      all_columns: whole,
    }));
    const content = { tables, ...(nextCursor === undefined ? {} : { next_cursor: nextCursor }) };
    return { content, ...textNotice(tables.map(({ name }) => name)), receipt };
  },
});
