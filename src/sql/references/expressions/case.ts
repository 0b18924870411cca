/** CASE, COALESCE, GREATEST, LEAST: several results of one type. */

import type { Tree } from '../../statement.ts';
import { fieldsOf, listOf } from '../../tree.ts';
import { readCondition } from '../clauses/condition.ts';
import { locationOf, type QualifiedName } from '../nodes.ts';
import type { Scope } from '../scope.ts';
import { coerce } from '../types/coercion.ts';
import { commonType } from '../types/common-type.ts';
import { oid } from '../types/well-known.ts';
import type { Value } from '../value.ts';
import { readExpression, readExpressions } from './expression.ts';
import { readOperator } from './operator.ts';

const equals: QualifiedName = { catalog: undefined, schema: undefined, name: '=', written: '=' };

export function readCase(scope: Scope, node: Tree): Value {
  const tested = node['arg'] === undefined ? undefined : readTested(scope, node['arg']);
  const results = listOf(node['args']).map((item) => {
    const when = fieldsOf(item, 'CaseWhen') ?? {};
    if (tested === undefined) readCondition(scope, when['expr']);
    else readOperator(scope.reading, equals, [tested, readExpression(scope, when['expr'])], locationOf(when));
    return readExpression(scope, when['result']);
  });
  const otherwise: Value =
    node['defresult'] === undefined
      ? { type: oid.unknown, location: locationOf(node) }
      : readExpression(scope, node['defresult']);
  return unite(scope, [otherwise, ...results], locationOf(node));
}

function readTested(scope: Scope, node: unknown): Value {
  const value = readExpression(scope, node);
  if (value.type !== oid.unknown) return value;
  coerce(scope.reading, value, oid.text, 'implicit');
  return { type: oid.text, location: value.location };
}

export function readCoalesce(scope: Scope, node: Tree): Value {
  return unite(scope, readExpressions(scope, node['args']), locationOf(node));
}

export function readMinMax(scope: Scope, node: Tree): Value {
  return unite(scope, readExpressions(scope, node['args']), locationOf(node));
}

function unite({ reading }: Scope, values: readonly Value[], location: number): Value {
  const type = commonType(
    reading.types,
    values.map((value) => value.type),
  );
  if (type === undefined) return reading.malformed('the results of an expression have no common type', location);
  for (const value of values) coerce(reading, value, type, 'implicit');
  return { type, location, fields: type === oid.record ? values[0]?.fields : undefined };
}
