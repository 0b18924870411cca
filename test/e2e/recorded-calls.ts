/** Calls as clients of older servers send them: tool names, parameters and spellings of those servers, and what must come back. */

import { expect } from 'vitest';

export interface RecordedCall {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  /** The rows of the first text block, where the old server answered with rows. */
  readonly rows?: readonly unknown[];
  /** What the structured answer must hold. */
  readonly answer?: Readonly<Record<string, unknown>>;
}

const everyone = [
  { id: 1, name: 'Ada' },
  { id: 2, name: 'Grace' },
];
const finding = expect.arrayContaining([
  expect.objectContaining({ object: expect.any(String), severity: expect.any(String) }),
]);

/** The original design and the single-database servers before it; `database_id` is new and always optional. */
export const recordedCalls: readonly RecordedCall[] = [
  { name: 'run_query', arguments: { sql: 'SELECT * FROM users' }, rows: everyone },
  { name: 'run_query', arguments: { sql: 'SELECT * FROM users', database_id: 'default' }, rows: everyone },
  {
    name: 'run_query',
    arguments: { sql: 'SELECT * FROM users', database_id: 'default', query_parameters: [] },
    rows: everyone,
  },
  {
    name: 'run_query',
    arguments: {
      sql: 'SELECT name FROM users WHERE id = :id AND name = :name',
      query_parameters: [
        { name: 'id', value: { longValue: 1 } },
        { name: 'name', value: { stringValue: 'Ada' } },
      ],
    },
    rows: [{ name: 'Ada' }],
  },
  {
    name: 'run_query',
    arguments: { sql: 'SELECT :gone::text AS nothing', query_parameters: [{ name: 'gone', value: { isNull: true } }] },
    rows: [{ nothing: null }],
  },
  { name: 'run_query', arguments: { sql: 'SELECT 1 AS a, 2 AS a' }, rows: [{ a: 1, a_2: 2 }] },
  {
    name: 'get_table_schema',
    arguments: { table_name: 'users' },
    answer: {
      columns: [
        expect.objectContaining({ name: 'id', type: 'integer' }),
        expect.objectContaining({ name: 'name', type: 'text' }),
      ],
    },
  },
  {
    name: 'get_table_schema',
    arguments: { table_name: 'public.users', database_id: 'default' },
    answer: { name: 'users' },
  },
  {
    name: 'list_databases',
    arguments: {},
    answer: { databases: [expect.objectContaining({ id: 'default', is_default: true })] },
  },
  {
    name: 'health_check',
    arguments: {},
    answer: {
      status: 'healthy',
      connection_type: expect.any(String),
      connection_status: expect.any(String),
      readonly_mode: true,
    },
  },
  { name: 'analyze_database_structure', arguments: {}, answer: { findings: expect.any(Array) } },
  {
    name: 'analyze_database_structure',
    arguments: { debug: false, database_id: 'default' },
    answer: { findings: expect.any(Array) },
  },
  { name: 'show_postgresql_settings', arguments: { pattern: 'DateStyle' }, answer: { settings: expect.any(Array) } },
  { name: 'show_postgresql_settings', arguments: {} },
  { name: 'identify_slow_queries', arguments: { min_execution_time: 100.0, limit: 20 } },
  { name: 'analyze_table_fragmentation', arguments: { threshold: 10.0 }, answer: { findings: expect.any(Array) } },
  { name: 'analyze_query_performance', arguments: { query: 'SELECT * FROM users WHERE id = 1' } },
  { name: 'analyze_vacuum_stats', arguments: {}, answer: { findings: expect.any(Array) } },
  { name: 'recommend_indexes', arguments: { query: "SELECT * FROM users WHERE name = 'Ada'" } },
  { name: 'recommend_indexes', arguments: {}, answer: { findings: finding } },
];

/** Arguments by which the callers of version 1.1 of the AWS server chose a connection. Here the configuration does. */
export const connectionArguments = ['connection_method', 'cluster_identifier', 'db_endpoint'] as const;
