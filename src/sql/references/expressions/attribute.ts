/** `value.name`: a field of a row, else a call of the function `name` on it (parse_func.c: ParseFuncOrColumn). */

import type { Scope } from '../scope.ts';
import { oid } from '../types/well-known.ts';
import type { Value } from '../value.ts';
import { call } from './call.ts';

interface Place {
  readonly written: string;
  readonly location: number;
}

/** A field of a row value; undefined where its type has none of that name. */
export function fieldOf(scope: Scope, value: Value, name: string): Value | undefined {
  const { reading } = scope;
  const known = value.fields?.find((field) => field.name === name);
  if (known !== undefined)
    return { type: known.type, location: value.location, origin: known.origin, fields: known.fields };
  if (value.fields !== undefined) return undefined;
  const relation = reading.catalog.relationByOid(reading.types.relation(value.type));
  const column = relation && reading.catalog.columns(relation).find((candidate) => candidate.name === name);
  return column && { type: column.type, location: value.location };
}

export function readAttribute(scope: Scope, value: Value, name: string, { written, location }: Place): Value {
  const field = fieldOf(scope, value, name);
  if (field !== undefined) {
    // the row has been read whole; the caller's own word for one of its columns is what sight is asked about
    const source = field.origin?.source;
    if (source !== undefined) scope.reading.mustSeeColumn(source.relation, source.name, written, location);
    return field;
  }
  const isRow = value.type === oid.record || scope.reading.types.isComplex(value.type);
  const result = call(scope.reading, {
    name: { catalog: undefined, schema: undefined, name, written },
    args: [value],
    via: 'attribute',
    location,
  });
  return result ?? scope.reading.unbound(written, isRow ? 'column' : 'function', location);
}
