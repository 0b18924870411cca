/** Limits and pools: what one call may cost, and the defaults that hold where nothing is written. */

import { z } from 'zod';
import { duration, size } from './units.ts';

const count = z.int({ error: 'must be a whole number' }).min(1);

/** As they are written in the file: the one place of the built-in values. */
export const limitDefaults = {
  max_rows: 1000,
  max_bytes: '1MiB',
  statement_timeout: '30s',
  lock_timeout: '2s',
  queue_timeout: '5s',
  connect_timeout: '5s',
  max_concurrency: 5,
  catalog_ttl: '5m',
  max_sql_bytes: '32KiB',
  catalog_memory: '512MiB',
} as const;

export const poolDefaults = { max: 5, idle_timeout: '60s', max_connections_total: 200 } as const;

const field = {
  max_rows: count.meta({ description: 'Rows released by one call.' }),
  max_bytes: size.meta({ description: 'Bytes of row data released by one call.' }),
  statement_timeout: duration.meta({ description: 'How long a statement may run.' }),
  lock_timeout: duration.meta({ description: 'How long a statement may wait for a lock.' }),
  queue_timeout: duration.meta({ description: 'How long a call may wait for a connection.' }),
  connect_timeout: duration.meta({ description: 'How long connecting may take.' }),
  max_concurrency: count.meta({ description: 'Calls running at once on one database.' }),
  catalog_ttl: duration.meta({ description: 'Age at which a call refreshes the catalog snapshot.' }),
  max_sql_bytes: size.meta({ description: 'Bytes of SQL text accepted.' }),
  catalog_memory: size.meta({ description: 'Memory for the catalog snapshots of all databases together.' }),
} as const;

const allowance = z.strictObject({
  window: duration.prefault('1m').meta({ description: 'How long calls, rows and bytes are counted together.' }),
  max_concurrency: count.optional().meta({ description: 'Calls running at once.' }),
  calls: count.optional().meta({ description: 'Calls in each window.' }),
  rows: count.optional().meta({ description: 'Rows released in each window.' }),
  bytes: size.optional().meta({ description: 'Bytes of row data released in each window.' }),
});

/** `limits` at the top: of the whole process, and of every database that says nothing else. */
export const limitsSchema = z.strictObject({
  max_rows: field.max_rows.prefault(limitDefaults.max_rows),
  max_bytes: field.max_bytes.prefault(limitDefaults.max_bytes),
  statement_timeout: field.statement_timeout.prefault(limitDefaults.statement_timeout),
  lock_timeout: field.lock_timeout.prefault(limitDefaults.lock_timeout),
  queue_timeout: field.queue_timeout.prefault(limitDefaults.queue_timeout),
  connect_timeout: field.connect_timeout.prefault(limitDefaults.connect_timeout),
  max_concurrency: field.max_concurrency.prefault(limitDefaults.max_concurrency),
  catalog_ttl: field.catalog_ttl.prefault(limitDefaults.catalog_ttl),
  max_sql_bytes: field.max_sql_bytes.prefault(limitDefaults.max_sql_bytes),
  catalog_memory: field.catalog_memory.prefault(limitDefaults.catalog_memory),
  per_principal: allowance.prefault({}).meta({ description: 'What one principal may use up, over all databases.' }),
  per_database: allowance.prefault({}).meta({ description: 'What one database may be used for, by all principals.' }),
});

const { catalog_memory: _, ...ofOneDatabase } = field;

/** `limits` of one database, or of `defaults`: only what differs. */
export const databaseLimitsSchema = z.strictObject(ofOneDatabase).partial();

const pool = {
  max: count.max(1000).meta({ description: 'Connections to one database.' }),
  idle_timeout: duration.meta({ description: 'Idle time after which a connection is closed.' }),
} as const;

export const poolsSchema = z.strictObject({
  max_connections_total: count
    .prefault(poolDefaults.max_connections_total)
    .meta({ description: 'Connections of all databases together.' }),
  max: pool.max.prefault(poolDefaults.max),
  idle_timeout: pool.idle_timeout.prefault(poolDefaults.idle_timeout),
});

export const databasePoolSchema = z.strictObject(pool).partial();

export type LimitsInput = z.output<typeof limitsSchema>;
export type AllowanceInput = z.output<typeof allowance>;
export type PoolsInput = z.output<typeof poolsSchema>;
