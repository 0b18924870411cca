/** Fixed texts of the looking tools. */

/**
 * One relation, given as schema and name (`$1`, `$2`): one row per part. `part` is relation, column, key, foreign_key or
 * index; `columns` and `target_columns` are JSON arrays of names, so that a tool can show only what may be seen.
 */
export const describeRelationText = `WITH target AS (
  SELECT c.oid, c.relkind, c.relname, n.nspname FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = CAST($1 AS pg_catalog.text) AND c.relname = CAST($2 AS pg_catalog.text)
    AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c'))
SELECT part, position::text AS position, name, columns, type, nullable, default_value, definition,
  target_schema, target_relation, target_columns, comment
FROM (
  SELECT 0 AS rank, 'relation' AS part, 0 AS position, t.relname::text AS name, NULL::text AS columns,
    t.relkind::text AS type, NULL::text AS nullable, NULL::text AS default_value, NULL::text AS definition,
    t.nspname::text AS target_schema, NULL::text AS target_relation, NULL::text AS target_columns,
    pg_catalog.obj_description(t.oid, 'pg_class') AS comment
  FROM target t
  UNION ALL
  SELECT 1, 'column', a.attnum, a.attname::text, pg_catalog.json_build_array(a.attname)::text,
    pg_catalog.format_type(a.atttypid, a.atttypmod), (NOT a.attnotnull)::text,
    pg_catalog.pg_get_expr(d.adbin, d.adrelid), a.attgenerated::text || a.attidentity::text, NULL, NULL, NULL,
    pg_catalog.col_description(t.oid, a.attnum)
  FROM target t JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  UNION ALL
  SELECT 2, CASE k.contype WHEN 'f' THEN 'foreign_key' ELSE 'key' END,
    pg_catalog.row_number() OVER (ORDER BY k.contype, k.conname), k.conname::text,
    (SELECT pg_catalog.json_agg(a.attname ORDER BY u.ordinality)::text
      FROM pg_catalog.unnest(k.conkey) WITH ORDINALITY u(attnum)
      JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.attnum),
    CASE k.contype WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique' WHEN 'x' THEN 'exclusion'
      WHEN 'c' THEN 'check' ELSE 'foreign key' END,
    NULL, NULL, pg_catalog.pg_get_constraintdef(k.oid), fn.nspname::text, f.relname::text,
    (SELECT pg_catalog.json_agg(a.attname ORDER BY u.ordinality)::text
      FROM pg_catalog.unnest(k.confkey) WITH ORDINALITY u(attnum)
      JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.attnum),
    pg_catalog.obj_description(k.oid, 'pg_constraint')
  FROM target t JOIN pg_catalog.pg_constraint k ON k.conrelid = t.oid AND k.contype IN ('p', 'u', 'x', 'f', 'c')
  LEFT JOIN pg_catalog.pg_class f ON f.oid = k.confrelid
  LEFT JOIN pg_catalog.pg_namespace fn ON fn.oid = f.relnamespace
  UNION ALL
  SELECT 3, 'index', pg_catalog.row_number() OVER (ORDER BY i.relname), i.relname::text,
    (SELECT pg_catalog.json_agg(a.attname ORDER BY u.ordinality)::text
      FROM pg_catalog.unnest(x.indkey::pg_catalog.int2[]) WITH ORDINALITY u(attnum)
      JOIN pg_catalog.pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = u.attnum),
    m.amname::text, NULL, NULL, pg_catalog.pg_get_indexdef(x.indexrelid), NULL, NULL,
    CASE WHEN x.indexprs IS NULL AND x.indpred IS NULL THEN NULL ELSE 'expression' END,
    pg_catalog.obj_description(x.indexrelid, 'pg_class')
  FROM target t JOIN pg_catalog.pg_index x ON x.indrelid = t.oid
  JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid JOIN pg_catalog.pg_am m ON m.oid = i.relam
) AS parts ORDER BY rank, position`;

/** One row about the server and the broker's own role there. */
export const serverInfoText = `SELECT pg_catalog.current_setting('server_version') AS version,
  pg_catalog.current_setting('server_version_num') AS version_number,
  pg_catalog.current_database()::text AS database,
  pg_catalog.pg_database_size(pg_catalog.current_database())::text AS size_bytes,
  current_user::text AS role,
  r.rolsuper AS is_superuser, r.rolbypassrls AS bypasses_row_security, r.rolcreaterole AS creates_roles,
  r.rolcreatedb AS creates_databases, r.rolreplication AS replicates,
  pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE') AS creates_schemas,
  pg_catalog.has_database_privilege(pg_catalog.current_database(), 'TEMP') AS creates_temporary_tables,
  pg_catalog.pg_is_in_recovery() AS in_recovery,
  coalesce((SELECT s.ssl FROM pg_catalog.pg_stat_ssl s WHERE s.pid = pg_catalog.pg_backend_pid()), false) AS ssl,
  pg_catalog.current_setting('server_encoding') AS encoding,
  pg_catalog.current_setting('TimeZone') AS timezone
FROM pg_catalog.pg_roles r WHERE r.rolname = current_user`;

/**
 * `committed`, `aborted`, `in progress`, or NULL where the server no longer keeps it; for a number it has not come to yet,
 * invalid_parameter_value.
 */
export const transactionStatusText =
  'SELECT pg_catalog.pg_xact_status(CAST(CAST($1 AS pg_catalog.text) AS pg_catalog.xid8)) AS status';
