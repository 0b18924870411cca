/** Fixed texts of the analysis tools: facts and numbers about relations, one row each; what a caller may see of them is picked by the tools. */

/** Rows of one page: the answer stays below the RDS Data API's 1 MiB. */
export const analysisPage = 1000;

/** Pages are asked for by OID: `$1` is the last one seen. */
const after = (oid: string) =>
  `${oid} > CAST($1 AS pg_catalog.oid) AND n.nspname !~ '^pg_'::pg_catalog.text AND n.nspname <> 'information_schema'`;

const page = (oid: string) => `ORDER BY ${oid} LIMIT ${analysisPage}`;

/** Seconds since a moment, or null. */
const since = (moment: string) => `pg_catalog.floor(extract(epoch FROM pg_catalog.now() - ${moment}))::text`;

const columnNames = (
  numbers: string,
  relation: string,
) => `(SELECT pg_catalog.json_agg(a.attname ORDER BY u.ordinality)::text
    FROM pg_catalog.unnest(${numbers}) WITH ORDINALITY u(attnum)
    JOIN pg_catalog.pg_attribute a ON a.attrelid = ${relation} AND a.attnum = u.attnum)`;

/** Tables and materialized views: size, rows, use, maintenance, distance from wraparound (the TOAST table's counts with it). */
export const analysisRelationsText = `SELECT c.oid::text AS oid, n.nspname::text AS schema, c.relname::text AS name, c.relkind::text AS kind,
  c.relpersistence::text AS persistence, c.relispartition::text AS is_partition,
  c.reltuples::pg_catalog.int8::text AS rows_estimate, c.relpages::text AS pages,
  pg_catalog.pg_relation_size(c.oid)::text AS table_bytes, pg_catalog.pg_indexes_size(c.oid)::text AS index_bytes,
  pg_catalog.pg_total_relation_size(c.oid)::text AS total_bytes,
  EXISTS (SELECT 1 FROM pg_catalog.pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'p')::text AS has_primary_key,
  coalesce(s.n_live_tup, 0)::text AS live_rows, coalesce(s.n_dead_tup, 0)::text AS dead_rows,
  coalesce(s.n_mod_since_analyze, 0)::text AS modified_rows, coalesce(s.n_ins_since_vacuum, 0)::text AS inserted_rows,
  coalesce(s.seq_scan, 0)::text AS seq_scans, coalesce(s.seq_tup_read, 0)::text AS seq_rows,
  coalesce(s.idx_scan, 0)::text AS index_scans,
  ${since('greatest(s.last_vacuum, s.last_autovacuum)')} AS vacuumed_ago,
  ${since('greatest(s.last_analyze, s.last_autoanalyze)')} AS analyzed_ago,
  CASE WHEN c.relkind IN ('r', 'm') THEN greatest(pg_catalog.age(c.relfrozenxid),
    CASE WHEN t.relkind = 't' THEN pg_catalog.age(t.relfrozenxid) END) END::text AS xid_age,
  CASE WHEN c.relkind IN ('r', 'm') THEN pg_catalog.mxid_age(c.relminmxid) END::text AS mxid_age,
  pg_catalog.array_to_json(c.reloptions)::text AS options
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_stat_all_tables s ON s.relid = c.oid
LEFT JOIN pg_catalog.pg_class t ON t.oid = c.reltoastrelid
WHERE c.relkind IN ('r', 'p', 'm') AND c.relpersistence <> 't' AND ${after('c.oid')} ${page('c.oid')}`;

/**
 * Indexes. `shape` is equal for two indexes that serve the same searches with the same guarantees but uniqueness; `prefix`
 * holds the key columns with operator class, collation and order, so that one index can be seen to begin as another does.
 */
export const analysisIndexesText = `SELECT i.oid::text AS oid, n.nspname::text AS schema, c.relname::text AS relation, i.relname::text AS name, m.amname::text AS method,
  ${columnNames('x.indkey::pg_catalog.int2[]', 'x.indrelid')} AS columns,
  (x.indexprs IS NULL AND x.indpred IS NULL)::text AS plain,
  x.indisunique::text AS is_unique, x.indisprimary::text AS is_primary,
  (x.indisexclusion OR EXISTS (SELECT 1 FROM pg_catalog.pg_constraint k WHERE k.conindid = i.oid))::text AS is_constraint,
  (x.indisvalid AND x.indisready AND x.indislive)::text AS valid, x.indisreplident::text AS is_replica_identity,
  i.relispartition::text AS is_partition,
  CASE i.relkind WHEN 'I' THEN (SELECT coalesce(pg_catalog.sum(ps.idx_scan), 0) FROM pg_catalog.pg_partition_tree(i.oid) pt
      JOIN pg_catalog.pg_stat_all_indexes ps ON ps.indexrelid = pt.relid::pg_catalog.oid) ELSE coalesce(s.idx_scan, 0) END::text AS scans,
  pg_catalog.pg_relation_size(i.oid)::text AS bytes, (i.relkind = 'I')::text AS is_partitioned,
  pg_catalog.pg_get_indexdef(i.oid) AS definition,
  pg_catalog.concat_ws('|', m.amname, x.indkey::text, x.indclass::text, x.indcollation::text, x.indoption::text,
    pg_catalog.pg_get_expr(x.indexprs, x.indrelid), pg_catalog.pg_get_expr(x.indpred, x.indrelid), x.indnkeyatts) AS shape,
  CASE WHEN m.amname = 'btree' AND x.indexprs IS NULL AND x.indpred IS NULL THEN
    (SELECT pg_catalog.json_agg(pg_catalog.concat_ws(' ', x.indkey[k], x.indclass[k], x.indcollation[k], x.indoption[k]) ORDER BY k)::text
      FROM pg_catalog.generate_series(0, x.indnkeyatts - 1) k) END AS prefix
FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid JOIN pg_catalog.pg_class c ON c.oid = x.indrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_am m ON m.oid = i.relam
LEFT JOIN pg_catalog.pg_stat_all_indexes s ON s.indexrelid = i.oid
WHERE c.relkind IN ('r', 'p', 'm') AND c.relpersistence <> 't' AND ${after('i.oid')} ${page('i.oid')}`;

/** Foreign keys, and whether an index begins with their columns (in any order): what a change of the referenced row searches by. */
export const analysisForeignKeysText = `SELECT k.oid::text AS oid, k.conname::text AS name, n.nspname::text AS schema, c.relname::text AS relation,
  ${columnNames('k.conkey', 'k.conrelid')} AS columns,
  fn.nspname::text AS target_schema, f.relname::text AS target_relation, ${columnNames('k.confkey', 'k.confrelid')} AS target_columns,
  EXISTS (SELECT 1 FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
    JOIN pg_catalog.pg_am m ON m.oid = i.relam
    WHERE x.indrelid = k.conrelid AND x.indisvalid AND x.indpred IS NULL
      AND (m.amname = 'btree' OR (m.amname IN ('hash', 'gist', 'spgist') AND pg_catalog.cardinality(k.conkey) = 1))
      AND x.indnkeyatts >= pg_catalog.cardinality(k.conkey)
      AND (x.indkey::pg_catalog.int2[])[0:pg_catalog.cardinality(k.conkey) - 1] OPERATOR(pg_catalog.@>) k.conkey
      AND (x.indkey::pg_catalog.int2[])[0:pg_catalog.cardinality(k.conkey) - 1] OPERATOR(pg_catalog.<@) k.conkey)::text AS covered,
  greatest(c.reltuples::pg_catalog.int8, coalesce(s.n_live_tup, 0))::text AS rows_estimate,
  pg_catalog.pg_relation_size(c.oid)::text AS table_bytes,
  (coalesce(fs.n_tup_del, 0) + coalesce(fs.n_tup_upd, 0))::text AS target_changes
FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_class f ON f.oid = k.confrelid JOIN pg_catalog.pg_namespace fn ON fn.oid = f.relnamespace
LEFT JOIN pg_catalog.pg_stat_all_tables s ON s.relid = c.oid LEFT JOIN pg_catalog.pg_stat_all_tables fs ON fs.relid = f.oid
WHERE k.contype = 'f' AND k.conparentid = CAST(0 AS pg_catalog.oid) AND ${after('k.oid')} ${page('k.oid')}`;

/**
 * Sequences with their position, and the column that owns them: an integer column ends long before a bigint sequence.
 * pg_sequences shows the position only where the broker's role may read it.
 */
export const analysisSequencesText = `SELECT c.oid::text AS oid, n.nspname::text AS schema, c.relname::text AS name, q.last_value::text AS last_value,
  q.start_value::text AS start_value, q.min_value::text AS min_value, q.max_value::text AS max_value,
  q.increment_by::text AS increment, q.cycle::text AS cycles,
  o.schema::text AS owner_schema, o.relation::text AS owner_relation, o.column_name::text AS owner_column, o.type AS owner_type
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_sequences q ON q.schemaname = n.nspname AND q.sequencename = c.relname
LEFT JOIN LATERAL (SELECT tn.nspname AS schema, t.relname AS relation, a.attname AS column_name,
    pg_catalog.format_type(a.atttypid, NULL) AS type
  FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_class t ON t.oid = d.refobjid
  JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
  JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
  WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid AND d.objid = c.oid AND d.deptype IN ('a', 'i')
    AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid AND d.refobjsubid > 0 LIMIT 1) o ON true
WHERE c.relkind = 'S' AND c.relpersistence <> 't' AND ${after('c.oid')} ${page('c.oid')}`;

/** Bytes of a thing rounded up to eight, PostgreSQL's MAXALIGN on 64-bit systems. */
const aligned = (bytes: string) => `(pg_catalog.ceil(${bytes}::pg_catalog.numeric / 8.0) * 8.0)`;

const fillfactor = (options: string, standard: number) =>
  `coalesce(pg_catalog.substring(pg_catalog.array_to_string(${options}, ' '), 'fillfactor=([0-9]+)')::pg_catalog.int4, ${standard})`;

/**
 * Pages a table would fill if it were written anew: rows × (line pointer + header + null bitmap + average widths of
 * pg_stats, each part aligned) on pages of the fillfactor. `known` counts the columns with statistics: with fewer than
 * `columns` there is no estimate. Rows and pages are those of the last VACUUM or ANALYZE. A page of the answer holds every
 * relation of its range, or a short one would be taken for the last.
 */
export const analysisTableBloatText = `SELECT oid::text AS oid, schema::text AS schema, name::text AS name, pages::text AS pages, columns::text AS columns, known::text AS known,
  block::text AS block, pg_catalog.ceil(tuples * (4.0 + ${aligned('header')} + ${aligned('width')})
    / ((block - 24.0) * fill::pg_catalog.numeric / 100.0))::pg_catalog.int8::text AS expected_pages
FROM (SELECT c.oid, n.nspname AS schema, c.relname AS name, c.relpages AS pages, greatest(c.reltuples, 0)::pg_catalog.numeric AS tuples,
    pg_catalog.current_setting('block_size')::pg_catalog.numeric AS block, ${fillfactor('c.reloptions', 100)} AS fill,
    pg_catalog.count(a.attnum) AS columns, pg_catalog.count(s.avg_width) AS known,
    23 + CASE WHEN pg_catalog.bool_or(s.null_frac > 0::pg_catalog.float4) THEN (pg_catalog.count(*) + 7) / 8 ELSE 0 END AS header,
    coalesce(pg_catalog.sum((1::pg_catalog.float8 - s.null_frac) * s.avg_width::pg_catalog.float8), 0)::pg_catalog.numeric AS width
  FROM (SELECT r.* FROM pg_catalog.pg_class r JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace
    WHERE r.relkind IN ('r', 'm') AND r.relpersistence <> 't' AND r.relpages > 0 AND ${after('r.oid')} ${page('r.oid')}) c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_catalog.pg_stats s ON s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = a.attname AND NOT s.inherited
  GROUP BY c.oid, n.nspname, c.relname, c.relpages, c.reltuples, c.reloptions) AS measured ORDER BY measured.oid`;

/** The same for B-tree indexes: entries × (line pointer + header + key widths) on leaf pages of the fillfactor, and the meta page. */
export const analysisIndexBloatText = `SELECT oid::text AS oid, pages::text AS pages, columns::text AS columns, known::text AS known, block::text AS block,
  (1.0 + pg_catalog.ceil(tuples * (4.0 + ${aligned('header')} + ${aligned('width')})
    / ((block - 40.0) * fill::pg_catalog.numeric / 100.0)))::pg_catalog.int8::text AS expected_pages
FROM (SELECT i.oid, i.relpages AS pages, greatest(i.reltuples, 0)::pg_catalog.numeric AS tuples,
    pg_catalog.current_setting('block_size')::pg_catalog.numeric AS block, ${fillfactor('i.reloptions', 90)} AS fill,
    pg_catalog.count(*) AS columns, pg_catalog.count(coalesce(s.avg_width, e.avg_width)) AS known,
    8 + CASE WHEN pg_catalog.bool_or(coalesce(s.null_frac, e.null_frac) > 0::pg_catalog.float4) THEN 8 ELSE 0 END AS header,
    coalesce(pg_catalog.sum((1::pg_catalog.float8 - coalesce(s.null_frac, e.null_frac))
      * coalesce(s.avg_width, e.avg_width)::pg_catalog.float8), 0)::pg_catalog.numeric AS width
  FROM (SELECT r.*, n.nspname, x.indrelid, x.indkey FROM pg_catalog.pg_class r JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace
    JOIN pg_catalog.pg_index x ON x.indexrelid = r.oid JOIN pg_catalog.pg_am m ON m.oid = r.relam AND m.amname = 'btree'
    WHERE r.relkind = 'i' AND r.relpersistence <> 't' AND r.relpages > 0 AND ${after('r.oid')} ${page('r.oid')}) i
  JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
  JOIN pg_catalog.pg_attribute ia ON ia.attrelid = i.oid AND ia.attnum > 0
  LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[ia.attnum - 1] AND a.attnum > 0
  LEFT JOIN pg_catalog.pg_stats s ON s.schemaname = i.nspname AND s.tablename = c.relname AND s.attname = a.attname AND NOT s.inherited
  LEFT JOIN pg_catalog.pg_stats e ON a.attnum IS NULL AND e.schemaname = i.nspname AND e.tablename = i.relname AND e.attname = ia.attname AND NOT e.inherited
  GROUP BY i.oid, i.relpages, i.reltuples, i.reloptions) AS measured ORDER BY measured.oid`;

const settings = [
  'server_version_num',
  'block_size',
  'autovacuum',
  'track_counts',
  'autovacuum_vacuum_threshold',
  'autovacuum_vacuum_scale_factor',
  'autovacuum_analyze_threshold',
  'autovacuum_analyze_scale_factor',
  'autovacuum_freeze_max_age',
  'autovacuum_multixact_freeze_max_age',
  'seq_page_cost',
  'random_page_cost',
  'cpu_tuple_cost',
  'cpu_index_tuple_cost',
  'cpu_operator_cost',
];

/** One row: what the planner and autovacuum reckon with, how far this database is from wraparound, how old its counters are. */
export const analysisServerText = `SELECT ${settings.map((name) => `pg_catalog.current_setting('${name}') AS ${name}`).join(',\n  ')},
  pg_catalog.pg_size_bytes(pg_catalog.current_setting('work_mem'))::text AS work_mem_bytes,
  pg_catalog.age(d.datfrozenxid)::text AS xid_age, pg_catalog.mxid_age(d.datminmxid)::text AS mxid_age,
  ${since('coalesce(s.stats_reset, pg_catalog.pg_postmaster_start_time())')} AS counted_for,
  pg_catalog.pg_is_in_recovery()::text AS in_recovery
FROM pg_catalog.pg_database d LEFT JOIN pg_catalog.pg_stat_database s ON s.datid = d.oid
WHERE d.datname = pg_catalog.current_database()`;

/** One row: what keeps VACUUM from removing dead rows, as ages and counts without a name. */
export const analysisHorizonText = `SELECT
  (SELECT pg_catalog.max(pg_catalog.age(a.backend_xmin)) FROM pg_catalog.pg_stat_activity a WHERE a.pid <> pg_catalog.pg_backend_pid())::text AS snapshot_age,
  (SELECT pg_catalog.floor(extract(epoch FROM pg_catalog.max(pg_catalog.now() - a.xact_start))) FROM pg_catalog.pg_stat_activity a
    WHERE a.backend_type = 'client backend' AND a.pid <> pg_catalog.pg_backend_pid())::text AS transaction_seconds,
  (SELECT pg_catalog.max(pg_catalog.age(p.transaction)) FROM pg_catalog.pg_prepared_xacts p)::text AS prepared_age,
  (SELECT pg_catalog.max(greatest(pg_catalog.age(r.xmin), pg_catalog.age(r.catalog_xmin))) FROM pg_catalog.pg_replication_slots r)::text AS slot_age`;

/** The extensions analyses can use: whether they are at hand, created, and where. */
export const analysisExtensionsText = `SELECT a.name::text AS name, e.extversion::text AS version, n.nspname::text AS schema
FROM pg_catalog.pg_available_extensions a LEFT JOIN pg_catalog.pg_extension e ON e.extname = a.name
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
WHERE a.name IN ('pg_stat_statements', 'hypopg', 'pgstattuple') ORDER BY a.name`;

/** Every setting the broker's role is shown; placeholders of unknown extensions are not among them. */
export const analysisSettingsText = `SELECT name::text AS name, setting::text AS setting, unit::text AS unit, category::text AS category,
  short_desc::text AS description, vartype::text AS type, source::text AS source, boot_val::text AS standard,
  context::text AS context, pending_restart::text AS pending_restart
FROM pg_catalog.pg_settings ORDER BY name`;
