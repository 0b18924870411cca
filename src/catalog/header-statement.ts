/** The first text of a load: which server it is, a stamp by which its own objects are known again, and digests of them. */

import { bootstrapRole, type Kind, type KindName, kinds, kindsInOrder, normalOid } from './catalog-kinds.ts';

/** OIDs below this are the same in every installation of a version; initdb gives those from here on as it goes (access/transam.h). */
export const firstUnpinnedOid = 12000;

/** OIDs of one block; each has a digest, so that a fork's additions cost the blocks they lie in and those after them. */
export const blockOids = 1024;

/** The kinds of which facts are shipped. Schemas are few, always fetched, and some drop `public`. */
export const kindsOfFacts = kindsInOrder.filter((name) => name !== 'schemas');

const sha256 = (value: string) =>
  `pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(${value}, 'UTF8')), 'hex')`;

/** The rows exactly as a page brings them. */
function rowsOf({ columns, key, from }: Kind, name: KindName): string {
  const list = columns.map((column, index) => `${column} AS f${index}`).join(',\n        ');
  return `SELECT '${kindsInOrder.indexOf(name)}' AS kind, CAST(f0 AS pg_catalog.int8) AS key,
        pg_catalog.array_to_json(ARRAY[${columns.map((_, index) => `f${index}`).join(', ')}])::text AS object
      FROM (SELECT ${list}
        ${from(`${key} < CAST(${firstUnpinnedOid} AS pg_catalog.oid)`)}) AS rows_of_${name}`;
}

/** `block sha256,block sha256 …`: of each block that has rows, these in order of kind and key, a line for each. */
const digests = `SELECT pg_catalog.string_agg(pg_catalog.concat_ws(' ', block, digest), ',' ORDER BY block) FROM (
    SELECT block, ${sha256(`pg_catalog.string_agg(pg_catalog.concat(kind, object), pg_catalog.chr(10) ORDER BY kind, key)`)} AS digest
    FROM (SELECT kind, key, object, key / ${blockOids} AS block FROM (
      ${kindsOfFacts.map((name) => rowsOf(kinds[name], name)).join('\n      UNION ALL ')}) AS all_rows) AS parted
    GROUP BY block) AS blocks`;

const hashed = (columns: string, rest: string) =>
  `(SELECT pg_catalog.concat_ws(' ', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hash_record_extended(ROW(${columns}), 0))) FROM ${rest})`;

const below = (key: string) => `${key} < ${normalOid}`;
const otherOwner = (owner: string) =>
  `CASE WHEN ${owner} <> ${bootstrapRole} THEN pg_catalog.pg_get_userbyid(${owner}) END`;

/**
 * Equal where the objects of initdb are, at a fraction of what reading them costs. Bodies of views count by their length:
 * what a call reads of a view is compared with the server by each call.
 */
const stamped = [
  `pg_catalog.current_setting('server_version_num')`,
  `pg_catalog.hash_record_extended(ROW(pg_catalog.pg_get_userbyid(${bootstrapRole})), 0)`,
  hashed('n.oid, n.nspname', `pg_catalog.pg_namespace n WHERE ${below('n.oid')}`),
  hashed(
    `p.oid, p.pronamespace, p.proname, p.prokind, p.proargtypes, p.proargnames, p.proargmodes, p.proallargtypes,
      p.pronargdefaults, p.provariadic, p.prorettype, p.proretset, p.prolang, p.prosecdef, ${otherOwner('p.proowner')}`,
    `pg_catalog.pg_proc p WHERE ${below('p.oid')}`,
  ),
  hashed(
    'a.aggfnoid::pg_catalog.oid, a.aggkind, a.aggnumdirectargs',
    `pg_catalog.pg_aggregate a WHERE ${below('a.aggfnoid::pg_catalog.oid')}`,
  ),
  hashed('l.oid, l.lanname', `pg_catalog.pg_language l WHERE ${below('l.oid')}`),
  hashed(
    `t.oid, t.typnamespace, t.typname, pg_catalog.format_type(t.oid, NULL), t.typtype, t.typcategory, t.typispreferred,
      t.typrelid, t.typelem, t.typarray, t.typbasetype, t.typinput::pg_catalog.oid,
      t.typlen = -1`,
    `pg_catalog.pg_type t WHERE ${below('t.oid')}`,
  ),
  hashed('r.rngtypid, r.rngsubtype, r.rngmultitypid', `pg_catalog.pg_range r WHERE ${below('r.rngtypid')}`),
  hashed(
    'k.contypid, pg_catalog.pg_get_constraintdef(k.oid)',
    `pg_catalog.pg_constraint k WHERE ${below('k.contypid')} AND k.contypid <> CAST(0 AS pg_catalog.oid)`,
  ),
  hashed(
    'o.oid, o.oprnamespace, o.oprname, o.oprleft, o.oprright, o.oprresult, o.oprcode::pg_catalog.oid',
    `pg_catalog.pg_operator o WHERE ${below('o.oid')}`,
  ),
  hashed(
    'k.oid, k.castsource, k.casttarget, k.castfunc, k.castcontext, k.castmethod',
    `pg_catalog.pg_cast k WHERE ${below('k.oid')}`,
  ),
  hashed(
    `c.oid, c.relnamespace, c.relname, c.relkind, ${otherOwner('c.relowner')}, c.reltype, c.reloptions, c.relpersistence,
      c.relrowsecurity`,
    `pg_catalog.pg_class c WHERE ${below('c.oid')} AND c.relkind <> 'i'`,
  ),
  hashed(
    'a.attrelid, a.attnum, a.atttypid, a.attname',
    `pg_catalog.pg_attribute a WHERE ${below('a.attrelid')} AND a.attnum > 0 AND NOT a.attisdropped`,
  ),
  hashed(
    'w.ev_class, w.rulename, pg_catalog.octet_length(w.ev_action::text)',
    `pg_catalog.pg_rewrite w WHERE ${below('w.ev_class')}`,
  ),
  hashed('i.inhrelid, i.inhparent, i.inhseqno', `pg_catalog.pg_inherits i WHERE ${below('i.inhrelid')}`),
  hashed(
    'd.classid, d.objid, e.extname',
    `pg_catalog.pg_depend d JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid WHERE d.deptype = 'e'
      AND ${below('d.objid')} AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass::pg_catalog.oid`,
  ),
];

const header = `pg_catalog.current_setting('server_version_num') AS version,
  ${sha256(`pg_catalog.concat_ws(',',\n    ${stamped.join(',\n    ')})`)} AS stamp,
  pg_catalog.current_database()::text AS database, pg_catalog.pg_get_userbyid(${bootstrapRole})::text AS superuser`;

/** One row. */
export const headerText = `SELECT ${header}`;

/** The same row with the digests behind it, which cost the server a few times as much. */
export const digestsText = `SELECT ${header}, (${digests}) AS digests`;
