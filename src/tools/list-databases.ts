/** list_databases: what this principal may use, and nothing of what it may not. */

import { z } from 'zod';
import type { Database } from '../model/database.ts';
import { noParameters } from '../model/request.ts';
import { looks } from './annotations.ts';
import { cursor, limit, pattern, purpose, tag } from './fields.ts';
import { nameMatcher, page } from './pages.ts';
import { defineTool } from './tool.ts';

const entry = z.object({
  id: z.string(),
  description: z.string().optional(),
  type: z.enum(['direct_postgres', 'rds_data_api', 'embedded']),
  database: z.string(),
  readonly: z.boolean(),
  is_default: z.boolean(),
  status: z.enum(['enabled', 'disabled']),
  tags: z.array(z.string()),
});

function describeDatabase(database: Database, defaultId: string | undefined): z.output<typeof entry> {
  const { connection } = database;
  return {
    id: database.id,
    ...(database.description === undefined ? {} : { description: database.description }),
    type: connection.type,
    database: connection.type === 'embedded' ? 'postgres' : connection.database,
    readonly: database.readonly,
    is_default: database.id === defaultId,
    status: database.enabled ? 'enabled' : 'disabled',
    tags: [...database.tags],
  };
}

export const listDatabases = defineTool({
  name: 'list_databases',
  title: 'List databases',
  description: 'Lists the databases you may use, with what each holds. Their id is the database_id of the other tools.',
  input: z.strictObject({
    pattern,
    tag,
    limit,
    cursor,
    purpose,
  }),
  output: z.object({ databases: z.array(entry), next_cursor: z.string().optional() }),
  annotations: looks,
  async run({ databases, audit }, input, { call }) {
    const matches = nameMatcher(input.pattern);
    const usable = databases
      .usable(call.principal)
      .filter((database) => matches(database.id) && (input.tag === undefined || database.tags.includes(input.tag)));
    const { items, nextCursor } = page(usable, (database) => database.id, input.limit, input.cursor);
    const receipt = await audit.recordListing(
      {
        call,
        databaseId: undefined,
        action: 'list',
        statement: { from: 'fixed', name: 'list_databases', parameters: noParameters },
        intent: 'read',
      },
      items.length,
    );
    return {
      content: {
        databases: items.map((database) => describeDatabase(database, databases.defaultId)),
        ...(nextCursor === undefined ? {} : { next_cursor: nextCursor }),
      },
      receipt,
    };
  },
});
