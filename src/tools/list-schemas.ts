/** list_schemas: the schemas in which this principal may read something. */

import { z } from 'zod';
import { looks } from './annotations.ts';
import { cursor, databaseId, limit, pattern, purpose } from './fields.ts';
import { nameMatcher, page } from './pages.ts';
import { snapshotRequest } from './snapshot-request.ts';
import { defineTool } from './tool.ts';
import { visibleRelations } from './visible-relations.ts';

export const listSchemas = defineTool({
  name: 'list_schemas',
  title: 'List schemas',
  description:
    'Lists the schemas of a database in which you may read something, with how many relations each shows you.',
  input: z.strictObject({ database_id: databaseId, pattern, limit, cursor, purpose }),
  output: z.object({
    schemas: z.array(z.object({ name: z.string(), relations: z.int() })),
    next_cursor: z.string().optional(),
  }),
  annotations: looks,
  async run({ broker, decisionPoint }, input, invocation) {
    const matches = nameMatcher(input.pattern);
    const { items, receipt } = await broker.look(
      snapshotRequest(invocation, input.database_id),
      (catalog, database) => {
        const counts = new Map<string, number>();
        const visibility = decisionPoint.visibility(invocation.call.principal, database.id);
        for (const { schema } of visibleRelations(catalog, visibility))
          counts.set(schema, (counts.get(schema) ?? 0) + 1);
        return [...counts].filter(([name]) => matches(name)).map(([name, relations]) => ({ name, relations }));
      },
    );
    const { items: schemas, nextCursor } = page(items, (schema) => schema.name, input.limit, input.cursor);
    return {
      content: { schemas, ...(nextCursor === undefined ? {} : { next_cursor: nextCursor }) },
      receipt,
    };
  },
});
