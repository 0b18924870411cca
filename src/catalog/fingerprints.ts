/** What the server hashes so that a changed relation or function shows: the same SQL when loading and when checking. */

/**
 * MD5 over kind, options, columns and view body; `c` is the pg_class row. Part of every call's exchange: an ordered array
 * comes straight from the index, where an ordered aggregate sorts.
 */
export const relationFingerprint = `pg_catalog.md5(c.relkind::text || ' ' || coalesce(c.reloptions::text, '') || ' ' || pg_catalog.array_to_string(ARRAY(
  SELECT a.attnum::text || ' ' || a.atttypid::text || ' ' || a.attname::text
  FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum), ',') || ' ' || coalesce((
  SELECT pg_catalog.md5(r.ev_action::text) FROM pg_catalog.pg_rewrite r WHERE r.ev_class = c.oid AND r.rulename = '_RETURN'), ''))`;

/**
 * The same hash for a relation without a body, at half the server's work. It holds for nothing that has one: the kind,
 * which is hashed, tells them apart.
 */
export const bodilessFingerprint = `pg_catalog.md5(pg_catalog.concat(c.relkind, ' ', c.reloptions, ' ', pg_catalog.array_to_string(ARRAY(
  SELECT pg_catalog.concat_ws(' ', a.attnum, a.atttypid, a.attname)
  FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum), ','), ' '))`;

/** MD5 over identity, result, owner, language and rights; `p` is the pg_proc row. */
export const functionFingerprint = `pg_catalog.md5(p.prokind::text || ' ' || p.prosecdef::text || ' ' || p.prolang::text || ' ' ||
  p.proowner::text || ' ' || p.prorettype::text || ' ' || p.proargtypes::text || ' ' || p.provariadic::text)`;

/** The numbers of a constraint's columns, 0 for an expression, joined by commas; `k` is the pg_constraint row. */
export const constraintKey = `pg_catalog.array_to_string(k.conkey, ',')`;
