/** `(row).field`, `array[1]`, `array[1:2]` and chains of them (parse_expr.c: transformIndirection). */

import type { Tree } from '../../statement.ts';
import { fieldsOf, listOf, stringOf } from '../../tree.ts';
import { isSet, kindOf, quote } from '../nodes.ts';
import type { Scope } from '../scope.ts';
import { coerce } from '../types/coercion.ts';
import { oid } from '../types/well-known.ts';
import type { Value } from '../value.ts';
import { readAttribute } from './attribute.ts';
import { readExpression } from './expression.ts';

export function readIndirection(scope: Scope, node: Tree): Value {
  let value = readExpression(scope, node['arg']);
  for (const step of stepsOf(listOf(node['indirection'])))
    value = 'subscripts' in step ? readSubscripts(scope, value, step.subscripts) : readField(scope, value, step.field);
  return value;
}

export type Step = { readonly subscripts: readonly unknown[] } | { readonly field: unknown };

/** Neighbouring subscripts are one step. */
export function stepsOf(list: readonly unknown[]): readonly Step[] {
  const steps: Step[] = [];
  for (let rest = list; rest.length > 0; ) {
    const subscripts = rest.slice(0, rest.findIndex((item) => kindOf(item) !== 'A_Indices') >>> 0);
    steps.push(subscripts.length > 0 ? { subscripts } : { field: rest[0] });
    rest = rest.slice(Math.max(1, subscripts.length));
  }
  return steps;
}

function readField(scope: Scope, value: Value, step: unknown): Value {
  const name = stringOf(step);
  if (name === undefined) return value; // `(row).*` as a value is the row
  return readAttribute(scope, value, name, { written: quote(name), location: value.location });
}

/** One slice among them makes all of it a slice. */
export function readSubscripts(scope: Scope, value: Value, list: readonly unknown[]): Value {
  const { reading } = scope;
  const base = reading.types.base(value.type);
  const type = reading.types.get(base);
  const isText = type?.element === 0 && base !== oid.jsonb; // hstore: by key
  const indices = list.map((item) => fieldsOf(item, 'A_Indices') ?? {});
  for (const index of indices)
    for (const field of ['lidx', 'uidx']) {
      if (index[field] === undefined) continue;
      const subscript = readExpression(scope, index[field]);
      if (base === oid.jsonb)
        coerce(reading, subscript, subscript.type === oid.unknown ? oid.text : subscript.type, 'implicit');
      else coerce(reading, subscript, isText ? oid.text : oid.int4, 'assignment');
    }
  const isSlice = indices.some((index) => isSet(index, 'is_slice'));
  if (base === oid.jsonb || isSlice) return { type: base, location: value.location };
  return { type: isText ? oid.text : (type?.element ?? 0), location: value.location };
}
