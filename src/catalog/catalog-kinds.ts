/** What a snapshot is made of: objects of seven kinds, their columns as text, and where they come from. */

import { constraintKey, functionFingerprint, relationFingerprint } from './fingerprints.ts';

/** OIDs below this were given by initdb: objects PostgreSQL brings itself (access/transam.h). */
export const firstNormalOid = 16384;
export const normalOid = `CAST(${firstNormalOid} AS pg_catalog.oid)`;
const noOid = 'CAST(0 AS pg_catalog.oid)';

/** The role initdb makes (catalog/pg_authid.dat). Its name is the server's own; rows say '' where it is the owner. */
export const bootstrapRole = 'CAST(10 AS pg_catalog.oid)';

const ownerName = (oid: string) =>
  `CASE WHEN ${oid} <> ${bootstrapRole} THEN pg_catalog.pg_get_userbyid(${oid})::text ELSE '' END`;

const extensionOf = (table: string, oid: string) => `(SELECT e.extname::text FROM pg_catalog.pg_depend d
    JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
    WHERE d.classid = 'pg_catalog.${table}'::pg_catalog.regclass::pg_catalog.oid AND d.objid = ${oid} AND d.deptype = 'e'
      AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass::pg_catalog.oid LIMIT 1)`;

/** Objects of one kind: their columns, all text, the key first, and where they come from. */
export interface Kind {
  readonly columns: readonly string[];
  /** The key as an oid; a page is in its order. */
  readonly key: string;
  /** What follows the columns up to the order: `range` is the condition on the key. */
  readonly from: (range: string) => string;
  /** Rows of one page. */
  readonly rows: number;
}

/** Rows of one page. */
export const rows = 1000;

/** A server brings more than three thousand functions, and their rows are short: one page takes them. */
const functionRows = 4000;

const schemas: Kind = {
  columns: ['n.oid::text', 'n.nspname::text'],
  key: 'n.oid',
  from: (range) => `FROM pg_catalog.pg_namespace n
    WHERE ${range} AND n.nspname !~ '^pg_(toast|temp|toast_temp)'::pg_catalog.text`,
  rows,
};

const types: Kind = {
  columns: [
    't.oid::text',
    't.typnamespace::text',
    't.typname::text',
    'pg_catalog.format_type(t.oid, NULL)',
    't.typtype::text',
    't.typcategory::text',
    't.typispreferred::text',
    't.typelem::text',
    't.typarray::text',
    't.typbasetype::text',
    't.typinput::pg_catalog.oid::text',
    '(t.typlen = -1)::text',
    `coalesce((SELECT r.rngsubtype FROM pg_catalog.pg_range r WHERE r.rngtypid = t.oid),
      (SELECT r.rngtypid FROM pg_catalog.pg_range r WHERE r.rngmultitypid = t.oid))::text`,
    extensionOf('pg_type', 't.oid'),
    `(SELECT pg_catalog.json_agg(pg_catalog.pg_get_constraintdef(k.oid) ORDER BY k.oid)::text
      FROM pg_catalog.pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c')`,
  ],
  key: 't.oid',
  from: (
    range,
  ) => `FROM pg_catalog.pg_type t LEFT JOIN pg_catalog.pg_type el ON el.oid = t.typelem AND t.typcategory = 'A'
    WHERE ${range} AND t.typrelid = ${noOid} AND coalesce(el.typrelid, ${noOid}) = ${noOid}`,
  rows,
};

const functions: Kind = {
  columns: [
    'p.oid::text',
    'p.pronamespace::text',
    'p.proname::text',
    'p.prokind::text',
    'p.proargtypes::text',
    'pg_catalog.array_to_json(p.proargnames)::text',
    `pg_catalog.array_to_string(p.proargmodes, '')`,
    `pg_catalog.array_to_string(p.proallargtypes, ' ')`,
    'p.pronargdefaults::text',
    'p.provariadic::text',
    'p.prorettype::text',
    'p.proretset::text',
    'l.lanname::text',
    'p.prosecdef::text',
    ownerName('p.proowner'),
    `CASE WHEN p.oid >= ${normalOid} THEN ${extensionOf('pg_proc', 'p.oid')} END`,
    'a.aggkind::text',
    'a.aggnumdirectargs::text',
    `CASE WHEN p.oid >= ${normalOid} THEN ${functionFingerprint} END`,
  ],
  key: 'p.oid',
  from: (
    range,
  ) => `FROM pg_catalog.pg_proc p LEFT JOIN pg_catalog.pg_aggregate a ON a.aggfnoid::pg_catalog.oid = p.oid AND p.prokind = 'a'
    LEFT JOIN pg_catalog.pg_language l ON l.oid = p.prolang
    WHERE ${range}`,
  rows: functionRows,
};

const operators: Kind = {
  columns: [
    'o.oid::text',
    'o.oprnamespace::text',
    'o.oprname::text',
    'o.oprleft::text',
    'o.oprright::text',
    'o.oprresult::text',
    'o.oprcode::pg_catalog.oid::text',
  ],
  key: 'o.oid',
  from: (range) => `FROM pg_catalog.pg_operator o WHERE ${range}`,
  rows,
};

const casts: Kind = {
  columns: [
    'k.oid::text',
    'k.castsource::text',
    'k.casttarget::text',
    'k.castfunc::text',
    'k.castcontext::text',
    'k.castmethod::text',
  ],
  key: 'k.oid',
  from: (range) => `FROM pg_catalog.pg_cast k WHERE ${range}`,
  rows,
};

/**
 * What ON CONFLICT ON CONSTRAINT can name: each as the numbers of its columns (0: an expression) and its name. Most tables
 * have one or none; what has no index has none.
 */
const uniqueConstraints = `CASE WHEN c.oid >= ${normalOid} AND c.relhasindex AND c.relkind IN ('r', 'p') THEN (
      SELECT pg_catalog.json_agg(${constraintKey} || ' ' || k.conname::text ORDER BY k.conname)::text
      FROM pg_catalog.pg_constraint k WHERE k.conrelid = c.oid AND k.contype IN ('p', 'u', 'x')) END`;

/** Tables, views and the like with their columns; toast tables and indexes are no relations a statement may name. */
const relations: Kind = {
  columns: [
    'c.oid::text',
    'c.relnamespace::text',
    'c.relname::text',
    'c.relkind::text',
    ownerName('c.relowner'),
    `CASE WHEN c.oid >= ${normalOid} THEN ${extensionOf('pg_class', 'c.oid')} END`,
    'c.reltype::text',
    't.typarray::text',
    `CASE WHEN ta.typname <> '_' || c.relname::text THEN ta.typname::text END`,
    `(coalesce(c.reloptions::text, '') ~* 'security_invoker=(true|on|yes|1)')::text`,
    `EXISTS (SELECT 1 FROM pg_catalog.pg_rewrite w WHERE w.ev_class = c.oid AND w.rulename <> '_RETURN')::text`,
    relationFingerprint,
    `CASE WHEN c.relkind IN ('v', 'm') THEN pg_catalog.pg_get_viewdef(c.oid) END`,
    'col.nums',
    'col.types',
    'col.names',
    'c.relrowsecurity::text',
    uniqueConstraints,
  ],
  key: 'c.oid',
  from: (range) => `FROM pg_catalog.pg_class c
    LEFT JOIN pg_catalog.pg_type t ON t.oid = c.reltype
    LEFT JOIN pg_catalog.pg_type ta ON ta.oid = t.typarray,
    LATERAL (SELECT pg_catalog.string_agg(a.attnum::text, ' ' ORDER BY a.attnum) AS nums,
        pg_catalog.string_agg(a.atttypid::text, ' ' ORDER BY a.attnum) AS types,
        pg_catalog.json_agg(a.attname ORDER BY a.attnum)::text AS names
      FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS col
    WHERE ${range} AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c') AND c.relpersistence <> 't'`,
  rows,
};

/** One row per child, its parents in order. */
const inheritance: Kind = {
  columns: ['i.inhrelid::text', `pg_catalog.string_agg(i.inhparent::text, ' ' ORDER BY i.inhseqno)`],
  key: 'i.inhrelid',
  from: (
    range,
  ) => `FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid AND c.relkind IN ('r', 'p', 'f')
    WHERE ${range} GROUP BY i.inhrelid`,
  rows,
};

/** The kinds in the order of the first page: the largest, which may not fit into it, last. */
export const kindsInOrder = [
  'schemas',
  'types',
  'operators',
  'casts',
  'inheritance',
  'relations',
  'functions',
] as const;
export type KindName = (typeof kindsInOrder)[number];

export const kinds: Readonly<Record<KindName, Kind>> = {
  schemas,
  types,
  operators,
  casts,
  inheritance,
  relations,
  functions,
};
