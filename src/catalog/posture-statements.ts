/** Fixed texts about the broker's own role in a database, and about what everyone may do there (PUBLIC). */

import { grantPageRows } from './grant-statements.ts';

/** The broker's role and every role it is a member of, however far: what those may do it can do too, by inheritance or SET ROLE. */
const reach = `WITH RECURSIVE reach AS (
  SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = current_user
  UNION SELECT m.roleid FROM pg_catalog.pg_auth_members m JOIN reach ON m.member = reach.oid)`;

const rolesWith = (
  condition: string,
) => `(SELECT coalesce(pg_catalog.json_agg(x.rolname ORDER BY x.rolname), '[]')::text
    FROM pg_catalog.pg_roles x JOIN reach ON reach.oid = x.oid WHERE ${condition})`;

/** One row: the server, and for each dangerous attribute the roles in reach that have it, as JSON arrays of names. */
export const postureRoleText = `${reach}
SELECT pg_catalog.current_setting('server_version') AS version,
  pg_catalog.current_database()::text AS database, current_user::text AS role,
  pg_catalog.pg_is_in_recovery() AS in_recovery,
  coalesce((SELECT s.ssl FROM pg_catalog.pg_stat_ssl s WHERE s.pid = pg_catalog.pg_backend_pid()), false) AS encrypted,
  pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE') AS creates_schemas,
  pg_catalog.has_database_privilege(pg_catalog.current_database(), 'TEMP') AS creates_temporary,
  pg_catalog.has_database_privilege('public', pg_catalog.current_database(), 'CREATE') AS public_creates_schemas,
  pg_catalog.has_database_privilege('public', pg_catalog.current_database(), 'TEMP') AS public_creates_temporary,
  ${rolesWith('x.rolsuper')} AS superusers,
  ${rolesWith('x.rolbypassrls')} AS bypassing,
  ${rolesWith('x.rolcreaterole')} AS creating_roles,
  ${rolesWith('x.rolcreatedb')} AS creating_databases,
  ${rolesWith('x.rolreplication')} AS replicating,
  ${rolesWith('x.rolname <> current_user')} AS memberships`;

/** Schemas outside the system: what the broker's role and PUBLIC may do in each. */
export const postureSchemasText = `SELECT n.nspname::text AS schema,
  pg_catalog.has_schema_privilege(n.oid, 'CREATE') AS creates,
  pg_catalog.has_schema_privilege('public', n.oid, 'CREATE') AS public_creates
FROM pg_catalog.pg_namespace n
WHERE n.nspname <> 'information_schema' AND NOT pg_catalog.starts_with(n.nspname::text, 'pg_')
ORDER BY n.nspname`;

/** What the broker's role owns, itself or through a membership: at most a hundred names, and how many there are. */
export const postureOwnedText = `${reach}
SELECT kind, schema, name, pg_catalog.count(*) OVER () AS total FROM (
  SELECT 'relation' AS kind, n.nspname::text AS schema, c.relname::text AS name FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN reach ON reach.oid = c.relowner
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
  UNION ALL SELECT 'schema', n.nspname::text, '' FROM pg_catalog.pg_namespace n JOIN reach ON reach.oid = n.nspowner
  UNION ALL SELECT 'function', n.nspname::text, p.proname::text FROM pg_catalog.pg_proc p
    JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace JOIN reach ON reach.oid = p.proowner
  UNION ALL SELECT 'database', '', d.datname::text FROM pg_catalog.pg_database d JOIN reach ON reach.oid = d.datdba
    WHERE d.datname = pg_catalog.current_database()) AS owned
WHERE schema <> 'information_schema' AND NOT pg_catalog.starts_with(schema, 'pg_')
ORDER BY kind, schema, name LIMIT 100`;

/**
 * `$1` OID after which the page begins: every routine outside the system schemas. `types` holds the argument types with
 * their schemas, quoted as SQL writes them; `args` as policies write them.
 */
export const postureFunctionsText = `SELECT p.oid::text AS oid, n.nspname::text AS schema, p.proname::text AS name,
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.format_type(u.type, NULL) ORDER BY u.ordinality), '[]')::text
    FROM pg_catalog.unnest(p.proargtypes::pg_catalog.oid[]) WITH ORDINALITY AS u(type, ordinality)) AS args,
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.quote_ident(tn.nspname::text) || '.' || pg_catalog.quote_ident(t.typname::text)
      ORDER BY u.ordinality), '[]')::text
    FROM pg_catalog.unnest(p.proargtypes::pg_catalog.oid[]) WITH ORDINALITY AS u(type, ordinality)
    JOIN pg_catalog.pg_type t ON t.oid = u.type JOIN pg_catalog.pg_namespace tn ON tn.oid = t.typnamespace) AS types,
  l.lanname::text AS language, p.prosecdef AS security_definer,
  p.prorettype IN ('pg_catalog.trigger'::pg_catalog.regtype, 'pg_catalog.event_trigger'::pg_catalog.regtype) AS is_trigger,
  coalesce((SELECT e.extname::text FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
    WHERE d.objid = p.oid AND d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass::pg_catalog.oid AND d.deptype = 'e'
      AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass::pg_catalog.oid LIMIT 1), '') AS extension,
  pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_function_privilege(p.oid, 'EXECUTE') AS executes,
  pg_catalog.has_function_privilege('public', p.oid, 'EXECUTE') AS public_executes
FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
JOIN pg_catalog.pg_language l ON l.oid = p.prolang
WHERE p.oid > CAST($1 AS pg_catalog.oid) AND n.nspname <> 'information_schema'
  AND NOT pg_catalog.starts_with(n.nspname::text, 'pg_')
ORDER BY p.oid LIMIT ${grantPageRows}`;

/**
 * `$1` OID after which the page begins: relations on which PUBLIC has any privilege. `columns` is `all`, a JSON array of
 * the columns it may select, or null; `writes` whether it may do more than select.
 */
export const posturePublicText = `SELECT c.oid::text AS oid, n.nspname::text AS schema, c.relname::text AS name,
  CASE WHEN pg_catalog.has_table_privilege('public', c.oid, 'SELECT') THEN 'all'
  ELSE (SELECT pg_catalog.json_agg(a.attname ORDER BY a.attnum)::text FROM pg_catalog.pg_attribute a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      AND pg_catalog.has_column_privilege('public', c.oid, a.attnum, 'SELECT')) END AS columns,
  pg_catalog.has_any_column_privilege('public', c.oid, 'INSERT, UPDATE, REFERENCES')
    OR pg_catalog.has_table_privilege('public', c.oid, 'DELETE, TRUNCATE, TRIGGER') AS writes
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid > CAST($1 AS pg_catalog.oid) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND n.nspname <> 'information_schema' AND NOT pg_catalog.starts_with(n.nspname::text, 'pg_')
  AND (pg_catalog.has_any_column_privilege('public', c.oid, 'SELECT, INSERT, UPDATE, REFERENCES')
    OR pg_catalog.has_table_privilege('public', c.oid, 'DELETE, TRUNCATE, TRIGGER'))
ORDER BY c.oid LIMIT ${grantPageRows}`;

/** `$1` OID after which the page begins: sequences behind the defaults of serial columns, with the relation they belong to. */
export const postureSequencesText = `SELECT s.oid::text AS oid, sn.nspname::text AS schema, s.relname::text AS name,
  tn.nspname::text AS table_schema, t.relname::text AS table_name
FROM pg_catalog.pg_class s JOIN pg_catalog.pg_namespace sn ON sn.oid = s.relnamespace
JOIN pg_catalog.pg_depend d ON d.objid = s.oid AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid
  AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid AND d.deptype = 'a' AND d.refobjsubid > 0
JOIN pg_catalog.pg_class t ON t.oid = d.refobjid JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
WHERE s.relkind = 'S' AND s.oid > CAST($1 AS pg_catalog.oid)
ORDER BY s.oid LIMIT ${grantPageRows}`;
