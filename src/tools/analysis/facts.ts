/** What the fixed texts answer, as numbers, without what the caller may not see. */

import { z } from 'zod';
import { count, flag, names, type Question, readOnce, readPages, real } from './read.ts';
import type { Sight } from './sight.ts';

const relation = z.object({
  oid: count,
  schema: z.string(),
  name: z.string(),
  kind: z.enum(['r', 'p', 'm']),
  persistence: z.string(),
  is_partition: flag,
  rows_estimate: count,
  pages: count,
  table_bytes: count,
  index_bytes: count,
  total_bytes: count,
  has_primary_key: flag,
  live_rows: count,
  dead_rows: count,
  modified_rows: count,
  inserted_rows: count,
  seq_scans: count,
  seq_rows: count,
  index_scans: count,
  vacuumed_ago: count.nullable(),
  analyzed_ago: count.nullable(),
  xid_age: count.nullable(),
  mxid_age: count.nullable(),
  options: names,
});
export type RelationFacts = z.output<typeof relation>;

const index = z.object({
  oid: count,
  schema: z.string(),
  relation: z.string(),
  name: z.string(),
  method: z.string(),
  columns: names,
  plain: flag,
  is_unique: flag,
  is_primary: flag,
  is_constraint: flag,
  valid: flag,
  is_replica_identity: flag,
  is_partition: flag,
  is_partitioned: flag,
  scans: count,
  bytes: count,
  definition: z.string(),
  shape: z.string(),
  prefix: z
    .string()
    .nullable()
    .transform((text) => (text === null ? undefined : names.parse(text))),
});
export type IndexFacts = z.output<typeof index>;

const foreignKey = z.object({
  oid: count,
  name: z.string(),
  schema: z.string(),
  relation: z.string(),
  columns: names,
  target_schema: z.string(),
  target_relation: z.string(),
  target_columns: names,
  covered: flag,
  rows_estimate: count,
  table_bytes: count,
  target_changes: count,
});
export type ForeignKeyFacts = z.output<typeof foreignKey>;

/** Exact up to 2^53; a sequence beyond is compared as a bigint. */
const whole = z
  .string()
  .regex(/^-?\d+$/)
  .transform(BigInt);

const sequence = z.object({
  oid: count,
  schema: z.string(),
  name: z.string(),
  last_value: whole.nullable(),
  start_value: whole,
  min_value: whole,
  max_value: whole,
  increment: whole,
  cycles: flag,
  owner_schema: z.string().nullable(),
  owner_relation: z.string().nullable(),
  owner_column: z.string().nullable(),
  owner_type: z.string().nullable(),
});
export type SequenceFacts = z.output<typeof sequence>;

const server = z.object({
  server_version_num: count,
  block_size: count,
  autovacuum: z.string(),
  track_counts: z.string(),
  autovacuum_vacuum_threshold: real,
  autovacuum_vacuum_scale_factor: real,
  autovacuum_analyze_threshold: real,
  autovacuum_analyze_scale_factor: real,
  autovacuum_freeze_max_age: count,
  autovacuum_multixact_freeze_max_age: count,
  seq_page_cost: real,
  random_page_cost: real,
  cpu_tuple_cost: real,
  cpu_index_tuple_cost: real,
  cpu_operator_cost: real,
  work_mem_bytes: count,
  xid_age: count,
  mxid_age: count,
  counted_for: count.nullable(),
  in_recovery: flag,
});
export type ServerFacts = z.output<typeof server>;

/** Pages a relation fills and would fill if written anew. */
const bloat = z.object({ oid: count, pages: count, columns: count, known: count, block: count, expected_pages: count });
export type BloatFacts = z.output<typeof bloat>;

const extension = z.object({ name: z.string(), version: z.string().nullable(), schema: z.string().nullable() });
export type ExtensionFacts = z.output<typeof extension>;

export async function readServer(question: Question) {
  const { rows, receipt } = await readOnce(question, 'analysis_server', server);
  const [facts] = rows;
  if (facts === undefined) throw new Error('the server told nothing of its own database');
  return { facts, receipt };
}

export async function readRelations(question: Question, sight: Sight) {
  const read = await readPages(question, 'analysis_relations', relation);
  return { ...read, rows: read.rows.filter(({ schema, name }) => sight.relation(schema, name)) };
}

/** An index over an expression or with a condition (either can name any column) is seen where the whole relation is. */
export async function readIndexes(question: Question, sight: Sight) {
  const read = await readPages(question, 'analysis_indexes', index);
  const seen = ({ schema, relation: table, columns, plain }: IndexFacts) =>
    plain ? sight.columns(schema, table, columns) : sight.whole(schema, table);
  return { ...read, rows: read.rows.filter(seen) };
}

/** A foreign key is seen where both its ends are. */
export async function readForeignKeys(question: Question, sight: Sight) {
  const read = await readPages(question, 'analysis_foreign_keys', foreignKey);
  const seen = (key: ForeignKeyFacts) =>
    sight.columns(key.schema, key.relation, key.columns) &&
    sight.columns(key.target_schema, key.target_relation, key.target_columns);
  return { ...read, rows: read.rows.filter(seen) };
}

/** A sequence is seen with the column that owns it, and else by a rule of its own. */
export async function readSequences(question: Question, sight: Sight) {
  const read = await readPages(question, 'analysis_sequences', sequence);
  const seen = ({
    schema,
    name,
    owner_schema: ownerSchema,
    owner_relation: owner,
    owner_column: column,
  }: SequenceFacts) =>
    ownerSchema === null || owner === null || column === null
      ? sight.relation(schema, name)
      : sight.columns(ownerSchema, owner, [column]);
  return { ...read, rows: read.rows.filter(seen) };
}

/** By OID: whoever pairs them with relations or indexes that are seen shows nothing else. */
export async function readBloat(question: Question, name: 'analysis_table_bloat' | 'analysis_index_bloat') {
  const { rows } = await readPages(question, name, bloat);
  return new Map(rows.map((facts) => [facts.oid, facts]));
}

export async function readExtensions(
  question: Question,
  name: 'analysis_extensions' | 'analysis_statements' = 'analysis_extensions',
) {
  const { rows, receipt } = await readOnce(question, name, extension);
  return { byName: new Map(rows.map((facts) => [facts.name, facts])), receipt };
}
