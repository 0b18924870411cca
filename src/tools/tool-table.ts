/** Every tool, in the order clients see them. */

import { listDatabases } from './list-databases.ts';
import { runQuery } from './run-query.ts';
import type { Tool } from './tool.ts';

export const toolTable: readonly Tool[] = [runQuery, listDatabases];
