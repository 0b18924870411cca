/** Coercing a value: notes every function that takes part (parse_coerce.c: coerce_type). */

import type { Column, Type } from '../../../catalog/catalog.ts';
import type { Reading } from '../reading.ts';
import type { Value } from '../value.ts';
import { type Context, findPathway } from './pathways.ts';
import type { TypeSystem } from './type-system.ts';
import { isPolymorphic, nameTypes, oid } from './well-known.ts';

/**
 * Makes `value` one of type `target`. False where PostgreSQL would say it cannot; then nothing was noted.
 * Polymorphic targets must have been resolved before.
 */
export function coerce(reading: Reading, value: Value, target: number, context: Context): boolean {
  if (value.type === target || target === oid.any || isPolymorphic(target)) return true;
  if (!coerceToBase(reading, value, target, context)) return false;
  if (reading.types.get(target)?.kind === 'domain') noteLengthCoercion(reading, target, value.location);
  return true;
}

function coerceToBase(reading: Reading, value: Value, target: number, context: Context): boolean {
  if (value.type === oid.unknown) {
    if (value.parameter !== undefined) reading.settleParameter(value.parameter, target);
    noteInput(reading, target, value.location);
    return true;
  }
  const done = coerceKnown(reading, value, target, context);
  if (done) noteTarget(reading, target, value.location);
  return done;
}

/** What `coerce` leaves a value of type `given` as: pseudo-types and `record` do not change what they take. */
export function typeAfter(types: TypeSystem, given: number, target: number): number {
  if (passesAnything.has(target)) return given;
  if (isPolymorphic(target)) return given === oid.unknown ? target : types.base(given);
  if (target === oid.record && types.isComplex(given)) return given;
  return target === oid.recordArray && types.isComplex(types.element(given)) ? given : target;
}

/** Not even a constant of unknown type is read as one of these. */
const passesAnything: ReadonlySet<number> = new Set([
  oid.any,
  oid.anyelement,
  oid.anynonarray,
  oid.anycompatible,
  oid.anycompatiblenonarray,
]);

function coerceKnown(reading: Reading, value: Value, target: number, context: Context): boolean {
  const { types } = reading;
  const pathway = findPathway(types, target, value.type, context);
  if (pathway !== undefined) {
    if (pathway.procedure !== 0) noteCast(reading, pathway.procedure, value.location, target);
    if (pathway.way === 'io') noteInput(reading, target, value.location);
    return true;
  }
  if (value.type === oid.record && types.isComplex(target)) return coerceRow(reading, value, target, context);
  if (target === oid.record) return types.isComplex(value.type);
  if (target === oid.recordArray) return types.isComplex(types.element(value.type));
  return types.inherits(value.type, target);
}

/** `coerce_record_to_complex`: column by column; a row of unknown shape is only told at run time, from any type. */
function coerceRow(reading: Reading, value: Value, target: number, context: Context): boolean {
  const relation = reading.catalog.relationByOid(reading.types.relation(target));
  if (relation === undefined || value.fields === undefined) return false;
  const columns = reading.catalog.columns(relation);
  if (columns.length !== value.fields.length) return false;
  return columns.every((column, index) => {
    const item = value.items?.[index] ?? value.fields?.[index];
    return item !== undefined && coerce(reading, { ...item, location: value.location }, column.type, context);
  });
}

function noteCast(reading: Reading, procedure: number, location: number, target: number): void {
  reading.call(reading.catalog.procedureByOid(procedure), 'cast', location, reading.types.display(target));
}

/**
 * `varchar(10)`, `numeric(8,2)`: a cast of the type to itself cuts to length. A domain may carry a length too; the
 * snapshot does not keep it, so what would cut is named for every domain over a type that has one.
 */
export function noteLengthCoercion(reading: Reading, target: number, location: number): void {
  const base = reading.types.base(target);
  const cut = reading.types.element(base) === 0 ? base : reading.types.element(base);
  const cast = reading.catalog.cast(cut, cut);
  if (cast !== undefined && cast.procedure !== 0) noteCast(reading, cast.procedure, location, target);
}

/** Makes a value fit a column, which may cut it to the column's length. */
export function assign(reading: Reading, value: Value, column: Column): boolean {
  noteLengthCoercion(reading, column.type, value.location);
  return coerce(reading, value, column.type, 'assignment');
}

/** What a value of the type always passes, however it is made: a domain's checks, a look into a catalog. */
export function noteTarget(reading: Reading, target: number, location: number): void {
  const type = reading.types.get(target);
  if (type === undefined) return;
  if (type.kind === 'array') noteTarget(reading, type.element, location);
  if (type.kind === 'domain') {
    if (type.checks.length > 0) reading.domains.set(type, location);
    noteTarget(reading, type.base, location);
  }
  if (type.schema === 'pg_catalog' && nameTypes.has(type.name))
    reading.call(reading.catalog.procedureByOid(type.input), 'cast', location, type.display);
}

/** What reading a value of the type from text calls: input functions down to the columns of a row. */
export function noteInput(reading: Reading, target: number, location: number, depth = 0): void {
  const type = reading.types.get(target);
  if (type === undefined || depth > 32) return;
  noteTarget(reading, target, location);
  for (const inner of innerTypes(reading, type)) noteInput(reading, inner, location, depth + 1);
  const input = reading.catalog.procedureByOid(type.input);
  if (input !== undefined && input.schema !== 'pg_catalog') reading.call(input, 'type_io', location, type.display);
}

/** Types whose values a value of this type is made of. */
function innerTypes({ catalog }: Reading, type: Type): readonly number[] {
  switch (type.kind) {
    case 'array':
      return [type.element];
    case 'domain':
      return [type.base];
    case 'range':
    case 'multirange':
      return [type.subtype];
    case 'composite': {
      const relation = catalog.relationByOid(type.relation);
      return relation === undefined ? [] : catalog.columns(relation).map((column) => column.type);
    }
    default:
      return [];
  }
}
