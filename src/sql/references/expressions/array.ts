/** ARRAY[…] (parse_expr.c: transformArrayExpr). */

import type { Tree } from '../../statement.ts';
import { fieldsOf, listOf } from '../../tree.ts';
import { locationOf } from '../nodes.ts';
import type { Scope } from '../scope.ts';
import { coerce } from '../types/coercion.ts';
import { commonType } from '../types/common-type.ts';
import { oid } from '../types/well-known.ts';
import type { Value } from '../value.ts';
import { readExpression } from './expression.ts';

/** `wanted`: the array type it is cast to at once, if any; elements are then cast one by one. */
export function readArray(scope: Scope, node: Tree, wanted = 0): Value {
  const { reading } = scope;
  const { types } = reading;
  const location = locationOf(node);
  const elements = listOf(node['elements']).map((element) => {
    const nested = fieldsOf(element, 'A_ArrayExpr');
    const value = nested === undefined ? readExpression(scope, element) : readArray(scope, nested, wanted);
    return { value, isArray: nested !== undefined || isArrayType(scope, value.type) };
  });
  const deep = elements.some(({ isArray }) => isArray);
  const each =
    wanted === 0
      ? commonOf(
          scope,
          elements.map(({ value }) => value),
          location,
        )
      : deep
        ? wanted
        : types.element(wanted);
  for (const { value } of elements)
    if (!coerce(reading, value, each, wanted === 0 ? 'implicit' : 'explicit'))
      reading.malformed('an element of ARRAY cannot be cast', value.location);
  if (wanted !== 0 || deep) return { type: wanted === 0 ? each : wanted, location };
  const array = types.arrayOf(each);
  return array === 0 ? reading.malformed('there is no array of such values', location) : { type: array, location };
}

function isArrayType({ reading }: Scope, type: number): boolean {
  return type !== oid.int2vector && type !== oid.oidvector && reading.types.element(type) !== 0;
}

function commonOf({ reading }: Scope, values: readonly Value[], location: number): number {
  if (values.length === 0) return reading.malformed('the type of an empty array must be stated', location);
  const type = commonType(
    reading.types,
    values.map((value) => value.type),
  );
  return type ?? reading.malformed('the elements of ARRAY have no common type', location);
}
