/** One operator: which it means and the function behind it (parse_oper.c: make_op, make_scalar_array_op). */

import type { QualifiedName } from '../nodes.ts';
import type { Reading } from '../reading.ts';
import { coerce } from '../types/coercion.ts';
import { noteConversions } from '../types/conversions.ts';
import { type OperatorMeaning, resolveOperator } from '../types/operators.ts';
import { oid } from '../types/well-known.ts';
import type { Value } from '../value.ts';

/** `operands`: one for a prefix operator, two for an infix one. */
export function readOperator(
  reading: Reading,
  name: QualifiedName,
  operands: readonly Value[],
  location: number,
): Value {
  return { type: applyOperator(reading, name, operands, location).returns, location };
}

/** Answers also what the operands became. */
export function applyOperator(
  reading: Reading,
  name: QualifiedName,
  operands: readonly Value[],
  location: number,
): OperatorMeaning {
  const meaning = resolveOperator(
    reading.types,
    name,
    operands.map((value) => value.type),
  );
  const behind = meaning && reading.catalog.procedureByOid(meaning.operator.procedure);
  if (meaning === undefined || behind === undefined) return reading.unbound(name.written, 'operator', location);
  reading.call(behind, 'operator', location, name.written);
  for (const [index, value] of operands.entries()) coerce(reading, value, meaning.args[index] ?? oid.any, 'implicit');
  noteConversions(reading, behind, operands, location);
  return meaning;
}

/** `x op ANY (array)`: the operator is applied to elements. */
export function readArrayOperator(
  reading: Reading,
  name: QualifiedName,
  [left, array]: readonly [Value, Value],
  location: number,
): Value {
  const element = array.type === oid.unknown ? oid.unknown : reading.types.baseElement(array.type);
  if (element === 0) return reading.malformed('ANY and ALL need an array on the right', location);
  const meaning = resolveOperator(reading.types, name, [left.type, element]);
  const behind = meaning && reading.catalog.procedureByOid(meaning.operator.procedure);
  if (meaning === undefined || behind === undefined) return reading.unbound(name.written, 'operator', location);
  reading.call(behind, 'operator', location, name.written);
  const [leftType = oid.any, elementType = oid.any] = meaning.args;
  coerce(reading, left, leftType, 'implicit');
  coerce(reading, array, reading.types.arrayOf(elementType), 'implicit');
  return { type: oid.bool, location };
}
