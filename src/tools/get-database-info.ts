/** get_database_info: what a database is, what holds there, and what this principal may do in it. */

import { z } from 'zod';
import { looks } from './annotations.ts';
import { databaseId, purpose } from './fields.ts';
import { askServer } from './server-info.ts';
import { defineTool } from './tool.ts';
import { visibleRelations } from './visible-relations.ts';

export const getDatabaseInfo = defineTool({
  name: 'get_database_info',
  title: 'Describe a database',
  description:
    'Tells the version and size of a database, the limits of a call, the posture of the role behind this server, and what you may do there.',
  input: z.strictObject({ database_id: databaseId, purpose }),
  output: z.object({
    id: z.string(),
    description: z.string().optional(),
    type: z.string(),
    database: z.string(),
    version: z.string(),
    size_bytes: z.string(),
    encoding: z.string(),
    timezone: z.string(),
    in_recovery: z.boolean(),
    encrypted: z.boolean().describe('Whether the connection to the database uses TLS.'),
    readonly: z.boolean(),
    search_path: z.array(z.string()),
    limits: z.object({ max_rows: z.int(), max_bytes: z.int(), statement_timeout_ms: z.int() }),
    role_posture: z.object({
      superuser: z.boolean(),
      bypasses_row_security: z.boolean(),
      creates_roles: z.boolean(),
      creates_databases: z.boolean(),
      replicates: z.boolean(),
    }),
    access: z.object({ write: z.boolean(), readable_relations: z.int() }),
  }),
  annotations: looks,
  async run(parts, input, invocation) {
    const { info, answer } = await askServer(parts, input.database_id, invocation);
    const { databases, decisionPoint, catalogs } = parts;
    const { principal } = invocation.call;
    const database = databases.resolve(input.database_id, principal);
    const catalog = await catalogs.current(database, invocation.call);
    const { limits } = database;
    return {
      content: {
        id: database.id,
        ...(database.description === undefined ? {} : { description: database.description }),
        type: database.connection.type,
        database: info.database,
        version: info.version,
        size_bytes: info.size_bytes,
        encoding: info.encoding,
        timezone: info.timezone,
        in_recovery: info.in_recovery,
        encrypted: info.ssl,
        readonly: database.readonly,
        search_path: database.searchPath,
        limits: {
          max_rows: limits.maxRows,
          max_bytes: limits.maxBytes,
          statement_timeout_ms: limits.statementTimeout,
        },
        role_posture: {
          superuser: info.is_superuser,
          bypasses_row_security: info.bypasses_row_security,
          creates_roles: info.creates_roles,
          creates_databases: info.creates_databases,
          replicates: info.replicates,
        },
        access: {
          write: !database.readonly && decisionPoint.mayWrite(principal, database.id),
          readable_relations: visibleRelations(catalog, decisionPoint.visibility(principal, database.id)).length,
        },
      },
      receipt: answer.receipt,
    };
  },
});
