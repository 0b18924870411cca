/** Fixed texts that read what a database role has been granted, page by page in order of OID. */

/** Relations of one page; each gives at most one row for each privilege. */
export const grantPageRows = 500;

/**
 * `$1` role, `$2` OID after which the page begins. `columns` is null where the privilege holds for the whole relation, else
 * a JSON array of the columns it holds for. Only what the role can reach: USAGE on the schema is needed too.
 */
export const relationGrantsText = `WITH page AS (
  SELECT c.oid, c.relname, n.nspname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.oid > CAST($2 AS pg_catalog.oid)
    AND n.nspname <> 'information_schema' AND NOT pg_catalog.starts_with(n.nspname::text, 'pg_')
  ORDER BY c.oid LIMIT ${grantPageRows})
SELECT page.oid::text AS oid, page.nspname::text AS schema, page.relname::text AS relation, asked.privilege AS privilege,
  CASE WHEN pg_catalog.has_schema_privilege(CAST($1 AS pg_catalog.name), page.nspname::text, 'USAGE') THEN
    CASE WHEN pg_catalog.has_table_privilege(CAST($1 AS pg_catalog.name), page.oid, asked.privilege) THEN 'all'
    ELSE (SELECT pg_catalog.json_agg(a.attname ORDER BY a.attnum)::text FROM pg_catalog.pg_attribute a
      WHERE a.attrelid = page.oid AND a.attnum > 0 AND NOT a.attisdropped AND asked.by_column
        AND pg_catalog.has_column_privilege(CAST($1 AS pg_catalog.name), page.oid, a.attnum,
          CASE WHEN asked.by_column THEN asked.privilege ELSE 'SELECT' END)) END END AS columns
FROM page CROSS JOIN (VALUES ('SELECT', true), ('INSERT', true), ('UPDATE', true), ('DELETE', false), ('TRUNCATE', false))
  AS asked(privilege, by_column)
ORDER BY page.oid, asked.privilege`;

/** `$1` role, `$2` OID after which the page begins: functions outside extensions and system schemas the role may execute. */
export const functionGrantsText = `SELECT p.oid::text AS oid, n.nspname::text AS schema, p.proname::text AS function,
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.format_type(t.type, NULL) ORDER BY t.ordinality), '[]')::text
    FROM pg_catalog.unnest(p.proargtypes::pg_catalog.oid[]) WITH ORDINALITY AS t(type, ordinality)) AS args
FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
WHERE p.oid > CAST($2 AS pg_catalog.oid) AND n.nspname <> 'information_schema'
  AND NOT pg_catalog.starts_with(n.nspname::text, 'pg_') AND p.prokind IN ('f', 'a', 'w')
  AND pg_catalog.has_schema_privilege(CAST($1 AS pg_catalog.name), n.oid, 'USAGE')
  AND pg_catalog.has_function_privilege(CAST($1 AS pg_catalog.name), p.oid, 'EXECUTE')
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e'
    AND d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass::pg_catalog.oid)
ORDER BY p.oid LIMIT ${grantPageRows}`;
