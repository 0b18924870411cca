/** The one text by which an adapter asks a database about types it has never seen: names and shapes, nothing of a caller's data. */

import type { Step } from '../protocol/encode.ts';
import { builtInTypes } from './built-in-types.ts';
import type { Type } from './type.ts';

const oidArray = 1028;

/** Every type reached from `$1` through elements, domains, ranges and fields, one row each, all columns text. */
const lookupText = `WITH RECURSIVE reached (oid) AS (
  SELECT pg_catalog.unnest($1)
  UNION
  SELECT n.next FROM reached r JOIN pg_catalog.pg_type t ON t.oid = r.oid CROSS JOIN LATERAL (
    SELECT t.typelem WHERE t.typcategory = 'A'
    UNION ALL SELECT t.typbasetype
    UNION ALL SELECT g.rngsubtype FROM pg_catalog.pg_range g WHERE g.rngtypid = t.oid
    UNION ALL SELECT a.atttypid FROM pg_catalog.pg_attribute a
      WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
  ) AS n (next) WHERE n.next <> 0
)
SELECT t.oid::text, pg_catalog.format_type(t.oid, NULL), t.typtype::text, t.typcategory::text,
  (CASE t.typtype WHEN 'd' THEN t.typbasetype
    WHEN 'r' THEN (SELECT g.rngsubtype FROM pg_catalog.pg_range g WHERE g.rngtypid = t.oid) ELSE t.typelem END)::text,
  coalesce((SELECT e.typdelim::text FROM pg_catalog.pg_type e WHERE e.oid = t.typelem), ','),
  coalesce((SELECT pg_catalog.json_agg(pg_catalog.json_build_array(a.attname, a.atttypid::text) ORDER BY a.attnum)::text
    FROM pg_catalog.pg_attribute a
    WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped), '[]')
FROM reached r JOIN pg_catalog.pg_type t ON t.oid = r.oid`;

/** More types than any result names; beyond it a type stays text. */
const most = 2000;

export function lookupStep(oids: readonly number[]): Step {
  return { text: lookupText, types: [oidArray], values: [`{${oids.join(',')}}`], maxRows: most };
}

interface Found {
  readonly name: string;
  readonly kind: string;
  readonly category: string;
  readonly inner: number;
  readonly delimiter: string;
  readonly fields: readonly (readonly [string, number])[];
}

function readFields(text: string): Found['fields'] {
  const list: unknown = JSON.parse(text);
  if (!Array.isArray(list)) return [];
  return list.map((pair: unknown): readonly [string, number] =>
    Array.isArray(pair) ? [String(pair[0]), Number(pair[1])] : ['', 0],
  );
}

/** Multiranges look up as opaque (their text is left as it is) unless they are built in. */
function assemble(found: ReadonlyMap<number, Found>, oid: number, depth: number): Type {
  const builtIn = builtInTypes.get(oid);
  if (builtIn !== undefined) return builtIn;
  const row = found.get(oid);
  if (row === undefined || depth > 32) return { kind: 'opaque', name: row?.name ?? 'unknown' };
  const { name } = row;
  const inner = () => assemble(found, row.inner, depth + 1);
  if (row.kind === 'd') return inner();
  if (row.kind === 'r') return { kind: 'range', name, subtype: inner() };
  if (row.kind === 'c') {
    const fields = row.fields.map(([field, type]) => ({ name: field, type: assemble(found, type, depth + 1) }));
    return { kind: 'composite', name, fields };
  }
  if (row.category === 'A' && row.inner !== 0)
    return { kind: 'array', name, element: inner(), delimiter: row.delimiter };
  return { kind: 'opaque', name };
}

/** Types of `oids` from the rows of the look-up; every one of them gets an entry. */
export function readTypes(oids: readonly number[], rows: readonly (readonly (string | null)[])[]): Map<number, Type> {
  const found = new Map<number, Found>();
  for (const [oid, name, kind, category, inner, delimiter, fields] of rows) {
    found.set(Number(oid), {
      name: name ?? 'unknown',
      kind: kind ?? '',
      category: category ?? '',
      inner: Number(inner),
      delimiter: delimiter ?? ',',
      fields: readFields(fields ?? '[]'),
    });
  }
  return new Map(oids.map((oid) => [oid, assemble(found, oid, 0)]));
}
