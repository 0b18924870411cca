/** What the server hashes so that a changed relation or function shows: the same SQL when loading and when checking. */

/** MD5 over kind, options, columns and view body; `c` is the pg_class row. */
export const relationFingerprint = `pg_catalog.md5(c.relkind::text || ' ' || coalesce(c.reloptions::text, '') || ' ' || coalesce((
  SELECT pg_catalog.string_agg(a.attnum::text || ' ' || a.atttypid::text || ' ' || a.attname, ',' ORDER BY a.attnum)
  FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), '') || ' ' || coalesce((
  SELECT pg_catalog.md5(r.ev_action::text) FROM pg_catalog.pg_rewrite r WHERE r.ev_class = c.oid AND r.rulename = '_RETURN'), ''))`;

/** MD5 over identity, result, owner, language and rights; `p` is the pg_proc row. */
export const functionFingerprint = `pg_catalog.md5(p.prokind::text || ' ' || p.prosecdef::text || ' ' || p.prolang::text || ' ' ||
  p.proowner::text || ' ' || p.prorettype::text || ' ' || p.proargtypes::text || ' ' || p.provariadic::text)`;
