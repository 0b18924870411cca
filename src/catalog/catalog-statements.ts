/** The texts that load a snapshot: keyset pages of plain text columns, so that every backend can run and limit them. */

import { type Kind, type KindName, kinds, kindsInOrder, normalOid } from './catalog-kinds.ts';

/**
 * Bytes of text after which a page is cut (one row may exceed it alone: 1600 columns of 63 bytes are about 120 kB). It
 * holds on every backend, the RDS Data API's 1 MiB included.
 */
const pageBytes = 512 * 1024;

/**
 * What the first page of all kinds holds at most: rows, and bytes as PostgreSQL writes them inside a row (quotes and
 * backslashes twice), which is how they reach the broker over the Data API.
 */
const firstPage = { rows: 4900, bytes: 900 * 1024 } as const;

const after = (key: string) => `${key} > CAST($1 AS pg_catalog.oid)`;
const until = (key: string) => `${key} < CAST($2 AS pg_catalog.oid)`;
const between = (key: string) => `${after(key)} AND ${until(key)}`;

/** The rows of one kind, its columns named `f0`, `f1` … */
const found = ({ columns, key, from, rows }: Kind, range: string) =>
  `SELECT ${columns.map((column, index) => `${column} AS f${index}`).join(',\n      ')}
      ${from(range)} ORDER BY ${key} LIMIT ${rows}`;

/**
 * One page of a kind: `$1` is the last key seen, `$2` the end of the range. The first column is the key, the last says how
 * many rows the page held before it was cut by size.
 */
function paged(kind: Kind): string {
  const names = kind.columns.map((_, index) => `f${index}`);
  const size = names.map((name) => `coalesce(pg_catalog.octet_length(${name}), 0)`).join(' + ');
  return `SELECT ${names.join(', ')}, fetched FROM (
  SELECT *, pg_catalog.count(*) OVER ()::text AS fetched,
    pg_catalog.sum(size) OVER (ORDER BY key) - size AS before
  FROM (SELECT *, CAST(f0 AS pg_catalog.int8) AS key, ${size} AS size FROM (
    ${found(kind, between(kind.key))}) AS found) AS measured) AS numbered
WHERE before < ${pageBytes} ORDER BY key`;
}

export const schemasText = paged(kinds.schemas);
export const typesText = paged(kinds.types);
export const functionsText = paged(kinds.functions);
export const operatorsText = paged(kinds.operators);
export const castsText = paged(kinds.casts);
export const relationsText = paged(kinds.relations);
export const inheritanceText = paged(kinds.inheritance);

/** Of the schemas, which are few, the server's own are in every first page: the rows of shipped facts name them by number. */
const ofFirstPage = (name: KindName, key: string) =>
  name === 'schemas' ? `${until(key)} AND (${after(key)} OR ${key} < ${normalOid})` : between(key);

/** Each object is one JSON array of text; `place` in the order of kinds is its kind. */
function firstOf(name: KindName, place: number): string {
  const kind = kinds[name];
  return `SELECT '${place}' AS kind, CAST(f0 AS pg_catalog.int8) AS key,
      pg_catalog.array_to_json(ARRAY[${kind.columns.map((_, index) => `f${index}`).join(', ')}])::text AS object,
      pg_catalog.count(*) OVER ()::text AS fetched
    FROM (${found(kind, ofFirstPage(name, kind.key))}) AS found${place}`;
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
    FROM (${kindsInOrder.map(firstOf).join('\n    UNION ALL ')}) AS arms) AS measured) AS numbered
WHERE before < ${firstPage.bytes} AND place <= ${firstPage.rows} ORDER BY kind, key`;
