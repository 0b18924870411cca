/** Functions that read rows from text or write values as JSON: what they call for the types of their arguments stands in no tree. */

import type { Procedure } from '../../../catalog/catalog.ts';
import type { Reading } from '../reading.ts';
import type { Field, Value } from '../value.ts';
import { noteInput } from './coercion.ts';
import { oid } from './well-known.ts';

/** By schema or extension: they fill a row like the one they are given from text (jsonfuncs.c: populate_record_worker). */
const rowReaders: Readonly<Record<string, RegExp>> = {
  pg_catalog: /^jsonb?_populate_record(set|_valid)?$/,
  hstore: /^populate_record$/,
  postgis: /^st_fromflatgeobuf$/,
};

/** They ask the catalog whether there is a cast to json (json.c: json_categorize_type). */
const jsonWriters: Readonly<Record<string, RegExp>> = {
  pg_catalog:
    /^(to_jsonb?|row_to_json|array_to_json|jsonb?_(agg|object_agg|build_array|build_object)(_unique)?(_strict)?)$/,
  postgis: /^st_asgeojson$/,
};

/** What a value is made of. */
type Shape = Pick<Value, 'type' | 'fields' | 'isNull'>;

/** Notes what `procedure` calls for these arguments besides what their coercion calls. */
export function noteConversions(
  reading: Reading,
  procedure: Procedure,
  args: readonly Value[],
  location: number,
): void {
  const { schema, extension, name } = procedure;
  const from = extension ?? schema;
  if (Object.hasOwn(rowReaders, from) && rowReaders[from]?.test(name))
    for (const value of args) noteRowInput(reading, value, location);
  if (Object.hasOwn(jsonWriters, from) && jsonWriters[from]?.test(name))
    for (const value of args) noteJson(reading, value, location);
}

function noteRowInput(reading: Reading, { type, fields, isNull }: Shape, location: number): void {
  if (type !== oid.record) noteInput(reading, type, location);
  else if (fields !== undefined) for (const field of fields) noteRowInput(reading, field, location);
  else if (isNull !== true) reading.unknown('text that is read into a row of unknown shape', location);
}

/** Types from here on are made by users; casts of built-in ones are not asked for (transam.h: FirstNormalObjectId). */
const firstOwnOid = 16_384;

/** Notes the casts to json that writing the value as JSON calls; of a row of unknown shape, any there is. */
export function noteJson(reading: Reading, value: Shape | Field, location: number): void {
  const casts = reading.catalog
    .castsTo(oid.json)
    .filter(({ method, source }) => method === 'function' && source >= firstOwnOid);
  if (casts.length === 0) return;
  const procedures = new Map(casts.map(({ source, procedure }) => [source, procedure]));
  for (const procedure of castsOf(reading, value, procedures, 0))
    reading.call(reading.catalog.procedureByOid(procedure), 'type_io', location, 'json');
}

function castsOf(
  reading: Reading,
  { type, fields }: Shape,
  casts: ReadonlyMap<number, number>,
  depth: number,
): readonly number[] {
  const { types, catalog } = reading;
  const base = types.base(type);
  const within = (inner: Shape) => castsOf(reading, inner, casts, depth + 1);
  if (depth > 32 || base === oid.recordArray || base === oid.anyarray) return [...casts.values()];
  if (base === oid.record) return fields?.flatMap(within) ?? [...casts.values()];
  if (types.element(base) !== 0) return within({ type: types.element(base) });
  const relation = catalog.relationByOid(types.relation(base));
  if (relation !== undefined) return catalog.columns(relation).flatMap((column) => within({ type: column.type }));
  const cast = casts.get(base);
  return cast === undefined ? [] : [cast];
}
