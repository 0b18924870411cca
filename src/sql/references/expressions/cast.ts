/** CAST and `::` (parse_expr.c: transformTypeCast). */

import type { Tree } from '../../statement.ts';
import { fieldsOf, listOf } from '../../tree.ts';
import { locationOf, part } from '../nodes.ts';
import type { Scope } from '../scope.ts';
import { coerce, noteLengthCoercion, typeAfter } from '../types/coercion.ts';
import { canCoerce } from '../types/pathways.ts';
import { readTypeName } from '../types/type-names.ts';
import { isPolymorphic, oid } from '../types/well-known.ts';
import { spend, type Value } from '../value.ts';
import { readArray } from './array.ts';
import { readBareExpression } from './expression.ts';

export function readCast(scope: Scope, node: Tree): Value {
  const { reading } = scope;
  const typeName = part(node, 'typeName');
  if (typeName === undefined) return reading.unknown('a cast to no type', locationOf(node));
  const target = readTypeName(reading, typeName);
  const hasModifier = listOf(typeName['typmods']).length > 0;
  const value = readOperand(scope, node, target);
  const exists = !isPolymorphic(target) || canCoerce(reading.types, [value.type], [target], 'explicit');
  if (!exists || !coerce(reading, value, target, 'explicit'))
    return reading.malformed('this cast does not exist', locationOf(typeName));
  if (hasModifier) noteLengthCoercion(reading, target, value.location);
  const type = typeAfter(reading.types, value.type, target);
  if (value.type === type && (value.origin !== undefined || type !== target))
    return hasModifier ? { ...value, maySurvive: true } : value; // no cast at all: the same column or constant
  spend(value.origin);
  return {
    type,
    location: value.location,
    fields: value.type === type ? value.fields : undefined,
    isNull: value.isNull,
    literal: keepsText(type, hasModifier) ? value.literal : undefined,
  };
}

/** Whether the text of a constant is the same after the cast. */
function keepsText(target: number, hasModifier: boolean): boolean {
  return !hasModifier && (target === oid.text || target === oid.varchar);
}

/** ARRAY[…] that is cast at once is made of elements of the wanted type. */
function readOperand(scope: Scope, node: Tree, target: number): Value {
  const array = fieldsOf(node['arg'], 'A_ArrayExpr');
  const { types } = scope.reading;
  const wanted = types.base(target);
  if (array !== undefined && types.element(wanted) !== 0) return readArray(scope, array, wanted);
  return readBareExpression(scope, node['arg']);
}
