/** A configured database, connected to nothing: what tests vary. */

import type { Database } from '../../src/model/database.ts';

export const plainDatabase: Database = {
  id: 'orders',
  tags: [],
  enabled: true,
  readonly: true,
  legacyWrites: false,
  requirePurpose: false,
  searchPath: ['public'],
  dialect: 'full',
  connection: { type: 'embedded' },
  pool: { max: 5, idleTimeout: 60_000 },
  limits: {
    maxRows: 1000,
    maxBytes: 1024 * 1024,
    statementTimeout: 30_000,
    lockTimeout: 2000,
    queueTimeout: 5000,
    connectTimeout: 5000,
    maxConcurrency: 5,
    catalogTtl: 60_000,
    maxSqlBytes: 32 * 1024,
  },
};
