/** ROW(…), and rows spread out again: `(row).*`, `t.*` inside ROW or VALUES. */

import type { Tree } from '../../statement.ts';
import { listOf } from '../../tree.ts';
import { readStar } from '../clauses/target-list.ts';
import { locationOf } from '../nodes.ts';
import type { Scope } from '../scope.ts';
import { oid } from '../types/well-known.ts';
import { type Field, shapeOf, spend, type Value } from '../value.ts';
import { readExpression } from './expression.ts';

/** Items of a row, stars spread out (`transformExpressionList`). */
export function readRowItems(scope: Scope, list: readonly unknown[]): readonly Value[] {
  return list.flatMap((item) => {
    const star = readStar(scope, item)?.map(({ value }) => value);
    for (const value of star ?? []) spend(value.origin);
    return star ?? [readExpression(scope, item)];
  });
}

export function readRow(scope: Scope, node: Tree): Value {
  const values = readRowItems(scope, listOf(node['args']));
  const fields = values.map(
    ({ type, fields: inner }, index): Field => shapeOf({ name: `f${index + 1}`, type, fields: inner }),
  );
  return { type: oid.record, location: locationOf(node), fields, items: values };
}

/** The columns of a row value; refused where its shape is not known. */
export function expandRow(scope: Scope, value: Value): readonly Field[] {
  const fields = value.fields ?? fieldsOfType(scope, value);
  scope.reading.spread(fields.length, value.location);
  return fields;
}

function fieldsOfType(scope: Scope, value: Value): readonly Field[] {
  const { catalog, types } = scope.reading;
  const relation = catalog.relationByOid(types.relation(value.type));
  if (relation === undefined) return scope.reading.malformed('this value has no columns to spread out', value.location);
  return catalog.columns(relation).map(({ name, type }) => ({ name, type }));
}
