/** The texts that load a snapshot: keyset pages of plain text columns, so that every backend can run and limit them. */

import { constraintKey, functionFingerprint, relationFingerprint } from './fingerprints.ts';

/**
 * Rows of one page at most, and bytes of text after which a page is cut (one row may exceed it alone: 1600 columns of
 * 63 bytes are about 120 kB). Both hold on every backend, the RDS Data API's 1 MiB included.
 */
export const page = { rows: 1000, bytes: 512 * 1024 } as const;

/** A server brings more than three thousand functions, and their rows are short: one page takes them. */
export const functionRows = 4000;

/**
 * What the first page of all kinds holds at most: rows, and bytes as PostgreSQL writes them inside a row (quotes and
 * backslashes twice), which is how they reach the broker over the Data API.
 */
export const firstPage = { rows: 4900, bytes: 900 * 1024 } as const;

/** OIDs below this were given by initdb: objects PostgreSQL brings itself (access/transam.h). */
export const firstNormalOid = 16384;

const extensionOf = (table: string, oid: string) => `(SELECT e.extname::text FROM pg_catalog.pg_depend d
    JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
    WHERE d.classid = 'pg_catalog.${table}'::pg_catalog.regclass::pg_catalog.oid AND d.objid = ${oid} AND d.deptype = 'e'
      AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass::pg_catalog.oid LIMIT 1)`;

const range = (oid: string) => `${oid} > CAST($1 AS pg_catalog.oid) AND ${oid} < CAST($2 AS pg_catalog.oid)`;

/** Objects of one kind: their columns, all text, the key first, and where they come from. */
interface Kind {
  readonly columns: readonly string[];
  readonly rest: string;
  /** Rows of one page. */
  readonly rows: number;
}

const kind = (columns: readonly string[], rest: string, rows: number = page.rows): Kind => ({ columns, rest, rows });

/**
 * One page of a kind: `$1` is the last key seen, `$2` the end of the range. The first column is the key, the last says how
 * many rows the page held before it was cut by size.
 */
function paged({ columns, rest, rows }: Kind): string {
  const names = columns.map((_, index) => `f${index}`);
  const list = columns.map((column, index) => `${column} AS f${index}`).join(',\n    ');
  const size = names.map((name) => `coalesce(pg_catalog.octet_length(${name}), 0)`).join(' + ');
  return `SELECT ${names.join(', ')}, fetched FROM (
  SELECT *, pg_catalog.count(*) OVER ()::text AS fetched,
    pg_catalog.sum(size) OVER (ORDER BY key) - size AS before
  FROM (SELECT *, CAST(f0 AS pg_catalog.int8) AS key, ${size} AS size FROM (
    SELECT ${list}
    ${rest} LIMIT ${rows}) AS found) AS measured) AS numbered
WHERE before < ${page.bytes} ORDER BY key`;
}

/** One row: what the snapshot as a whole depends on; the stamp is equal where the objects of initdb are. */
export const headerText = `SELECT pg_catalog.current_setting('server_version_num') AS version,
  (SELECT pg_catalog.concat_ws(' ', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtext(pg_catalog.concat_ws(' ',
      p.oid, p.proname, p.pronamespace, p.proargtypes, p.prorettype, p.prosecdef, p.prolang, p.prokind))))
    FROM pg_catalog.pg_proc p WHERE p.oid < 16384) || ' ' ||
  (SELECT pg_catalog.concat_ws(' ', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtext(pg_catalog.concat_ws(' ',
      c.oid, c.relname, c.relnamespace, c.relkind, c.reltype, c.relnatts))))
    FROM pg_catalog.pg_class c WHERE c.oid < 16384 AND c.relkind <> 'i') || ' ' ||
  (SELECT pg_catalog.concat_ws(' ', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtext(pg_catalog.concat_ws(' ',
      o.oid, o.oprname, o.oprleft, o.oprright, o.oprcode::pg_catalog.oid))))
    FROM pg_catalog.pg_operator o WHERE o.oid < 16384) || ' ' ||
  (SELECT pg_catalog.concat_ws(' ', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtext(pg_catalog.concat_ws(' ',
      k.castsource, k.casttarget, k.castfunc, k.castcontext))))
    FROM pg_catalog.pg_cast k WHERE k.oid < 16384) AS stamp,
  pg_catalog.current_database()::text AS database`;

const schemas = kind(
  ['n.oid::text', 'n.nspname::text'],
  `FROM pg_catalog.pg_namespace n
    WHERE ${range('n.oid')} AND n.nspname !~ '^pg_(toast|temp|toast_temp)' ORDER BY n.oid`,
);

const types = kind(
  [
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
    't.typlen::text',
    `coalesce((SELECT r.rngsubtype FROM pg_catalog.pg_range r WHERE r.rngtypid = t.oid),
      (SELECT r.rngtypid FROM pg_catalog.pg_range r WHERE r.rngmultitypid = t.oid))::text`,
    extensionOf('pg_type', 't.oid'),
    `(SELECT pg_catalog.json_agg(pg_catalog.pg_get_constraintdef(k.oid) ORDER BY k.oid)::text
      FROM pg_catalog.pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c')`,
  ],
  `FROM pg_catalog.pg_type t LEFT JOIN pg_catalog.pg_type el ON el.oid = t.typelem AND t.typcategory = 'A'
    WHERE ${range('t.oid')} AND t.typrelid = 0 AND coalesce(el.typrelid, 0) = 0 ORDER BY t.oid`,
);

const functions = kind(
  [
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
    '(SELECT l.lanname::text FROM pg_catalog.pg_language l WHERE l.oid = p.prolang)',
    'p.prosecdef::text',
    'pg_catalog.pg_get_userbyid(p.proowner)::text',
    `CASE WHEN p.oid >= ${firstNormalOid} THEN ${extensionOf('pg_proc', 'p.oid')} END`,
    'a.aggkind::text',
    'a.aggnumdirectargs::text',
    `CASE WHEN p.oid >= ${firstNormalOid} THEN ${functionFingerprint} END`,
  ],
  `FROM pg_catalog.pg_proc p LEFT JOIN pg_catalog.pg_aggregate a ON a.aggfnoid = p.oid AND p.prokind = 'a'
    WHERE ${range('p.oid')} ORDER BY p.oid`,
  functionRows,
);

const operators = kind(
  [
    'o.oid::text',
    'o.oprnamespace::text',
    'o.oprname::text',
    'o.oprleft::text',
    'o.oprright::text',
    'o.oprresult::text',
    'o.oprcode::pg_catalog.oid::text',
  ],
  `FROM pg_catalog.pg_operator o WHERE ${range('o.oid')} ORDER BY o.oid`,
);

const casts = kind(
  [
    'k.oid::text',
    'k.castsource::text',
    'k.casttarget::text',
    'k.castfunc::text',
    'k.castcontext::text',
    'k.castmethod::text',
  ],
  `FROM pg_catalog.pg_cast k WHERE ${range('k.oid')} ORDER BY k.oid`,
);

/**
 * What ON CONFLICT ON CONSTRAINT can name: each as the numbers of its columns (0: an expression) and its name. Most tables
 * have one or none; what has no index has none.
 */
const uniqueConstraints = `CASE WHEN c.oid >= ${firstNormalOid} AND c.relhasindex AND c.relkind IN ('r', 'p') THEN (
      SELECT pg_catalog.json_agg(${constraintKey} || ' ' || k.conname::text ORDER BY k.conname)::text
      FROM pg_catalog.pg_constraint k WHERE k.conrelid = c.oid AND k.contype IN ('p', 'u', 'x')) END`;

/** Tables, views and the like with their columns; toast tables and indexes are no relations a statement may name. */
const relations = kind(
  [
    'c.oid::text',
    'c.relnamespace::text',
    'c.relname::text',
    'c.relkind::text',
    'pg_catalog.pg_get_userbyid(c.relowner)::text',
    `CASE WHEN c.oid >= ${firstNormalOid} THEN ${extensionOf('pg_class', 'c.oid')} END`,
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
  `FROM pg_catalog.pg_class c
    LEFT JOIN pg_catalog.pg_type t ON t.oid = c.reltype
    LEFT JOIN pg_catalog.pg_type ta ON ta.oid = t.typarray,
    LATERAL (SELECT pg_catalog.string_agg(a.attnum::text, ' ' ORDER BY a.attnum) AS nums,
        pg_catalog.string_agg(a.atttypid::text, ' ' ORDER BY a.attnum) AS types,
        pg_catalog.json_agg(a.attname ORDER BY a.attnum)::text AS names
      FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS col
    WHERE ${range('c.oid')} AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c') AND c.relpersistence <> 't' ORDER BY c.oid`,
);

/** One row per child, its parents in order. */
const inheritance = kind(
  ['i.inhrelid::text', `pg_catalog.string_agg(i.inhparent::text, ' ' ORDER BY i.inhseqno)`],
  `FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid AND c.relkind IN ('r', 'p', 'f')
    WHERE ${range('i.inhrelid')} GROUP BY i.inhrelid ORDER BY i.inhrelid`,
);

export const schemasText = paged(schemas);
export const typesText = paged(types);
export const functionsText = paged(functions);
export const operatorsText = paged(operators);
export const castsText = paged(casts);
export const relationsText = paged(relations);
export const inheritanceText = paged(inheritance);

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

const kinds: Readonly<Record<KindName, Kind>> = {
  schemas,
  types,
  operators,
  casts,
  inheritance,
  relations,
  functions,
};

/** Rows of one page of each kind. */
export const rowsOfPage = (name: KindName): number => kinds[name].rows;

/** Each object is one JSON array of text; `place` in the order of kinds is its kind. */
function firstOf({ columns, rest, rows }: Kind, place: number): string {
  const list = columns.map((column, index) => `${column} AS f${index}`).join(',\n      ');
  const names = columns.map((_, index) => `f${index}`).join(', ');
  return `SELECT '${place}' AS kind, CAST(f0 AS pg_catalog.int8) AS key, pg_catalog.array_to_json(ARRAY[${names}])::text AS object,
      pg_catalog.count(*) OVER ()::text AS fetched
    FROM (SELECT ${list}
      ${rest} LIMIT ${rows}) AS found${place}`;
}

/**
 * The first page of every kind in one text, since each costs four requests over the Data API. `fetched`: rows of the kind
 * before the whole was cut; `total`: rows of all.
 */
export const objectsText = `SELECT kind, object, fetched, total FROM (
  SELECT kind, key, object, fetched, pg_catalog.count(*) OVER ()::text AS total,
    pg_catalog.row_number() OVER (ORDER BY kind, key) AS place,
    pg_catalog.sum(size) OVER (ORDER BY kind, key) - size AS before
  FROM (SELECT kind, key, object, fetched,
      pg_catalog.octet_length(pg_catalog.replace(pg_catalog.replace(object, '"', '""'), '\\', '\\\\')) + 20 AS size
    FROM (${kindsInOrder.map((name, place) => firstOf(kinds[name], place)).join('\n    UNION ALL ')}) AS arms) AS measured) AS numbered
WHERE before < ${firstPage.bytes} AND place <= ${firstPage.rows} ORDER BY kind, key`;
