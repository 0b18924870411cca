/** Every tool, in the order clients see them. */

import { analyzeDatabaseStructure } from './analyze-database-structure.ts';
import { analyzeQueryPerformance } from './analyze-query-performance.ts';
import { analyzeTableFragmentation } from './analyze-table-fragmentation.ts';
import { analyzeVacuumStats } from './analyze-vacuum-stats.ts';
import { checkAccess } from './check-access.ts';
import { executeStatement } from './execute-statement.ts';
import { explainQuery } from './explain-query.ts';
import { getDatabaseInfo } from './get-database-info.ts';
import { getTableSchema } from './get-table-schema.ts';
import { healthCheck } from './health-check.ts';
import { identifySlowQueries } from './identify-slow-queries.ts';
import { listDatabases } from './list-databases.ts';
import { listSchemas } from './list-schemas.ts';
import { listTables } from './list-tables.ts';
import { recommendIndexes } from './recommend-indexes.ts';
import { runQuery } from './run-query.ts';
import { runQueryOnDatabases } from './run-query-on-databases.ts';
import { showPostgresqlSettings } from './show-postgresql-settings.ts';
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
  runQueryOnDatabases,
  analyzeDatabaseStructure,
  showPostgresqlSettings,
  identifySlowQueries,
  analyzeTableFragmentation,
  analyzeQueryPerformance,
  analyzeVacuumStats,
  recommendIndexes,
];
