/** Every tool, in the order clients see them. */

import { checkAccess } from './check-access.ts';
import { executeStatement } from './execute-statement.ts';
import { explainQuery } from './explain-query.ts';
import { getDatabaseInfo } from './get-database-info.ts';
import { getTableSchema } from './get-table-schema.ts';
import { healthCheck } from './health-check.ts';
import { listDatabases } from './list-databases.ts';
import { listSchemas } from './list-schemas.ts';
import { listTables } from './list-tables.ts';
import { runQuery } from './run-query.ts';
import type { Tool } from './tool.ts';

export const toolTable: readonly Tool[] = [
  runQuery,
  getTableSchema,
  listDatabases,
  listSchemas,
  listTables,
  explainQuery,
  checkAccess,
  getDatabaseInfo,
  healthCheck,
  executeStatement,
];
