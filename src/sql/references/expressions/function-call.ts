/** `f(…)` with all that can follow: DISTINCT, ORDER BY, FILTER, WITHIN GROUP, OVER (parse_func.c, parse_agg.c). */

import type { Tree } from '../../statement.ts';
import { fieldsOf, listOf } from '../../tree.ts';
import { readCondition } from '../clauses/condition.ts';
import { readOrderBy } from '../clauses/order-by.ts';
import { readWindow } from '../clauses/window.ts';
import { isSet, locationOf, namesOf, part, qualifiedName, textField } from '../nodes.ts';
import type { Scope } from '../scope.ts';
import { oid } from '../types/well-known.ts';
import type { Value } from '../value.ts';
import { fieldOf } from './attribute.ts';
import { call } from './call.ts';
import { readExpression } from './expression.ts';

interface Arguments {
  readonly values: readonly Value[];
  readonly names: readonly string[];
}

export function readFunctionCall(scope: Scope, node: Tree): Value {
  const { reading } = scope;
  const location = locationOf(node);
  const name = qualifiedName(namesOf(node['funcname']));
  reading.bound.add(node);
  const given = readArguments(scope, listOf(node['args']));
  const sorted = readOrderBy(scope, listOf(node['agg_order']));
  if (node['agg_filter'] !== undefined) readCondition(scope, node['agg_filter']);
  const over = part(node, 'over');
  if (over !== undefined) readWindow(scope, over);
  const args = isSet(node, 'agg_within_group') ? [...given.values, ...sorted] : given.values;
  const result = call(reading, {
    name,
    args,
    argNames: given.names,
    variadic: isSet(node, 'func_variadic'),
    sorted: args.length - given.values.length,
    via: 'call',
    location,
  });
  return result ?? readProjection(scope, node, args) ?? reading.unbound(name.written, 'function', location);
}

function readArguments(scope: Scope, list: readonly unknown[]): Arguments {
  const names: string[] = [];
  const values = list.map((item) => {
    const named = fieldsOf(item, 'NamedArgExpr');
    if (named === undefined) return readExpression(scope, item);
    names.push(textField(named, 'name') ?? '');
    return readExpression(scope, named['arg']);
  });
  return { values, names };
}

/** `name(row)` is `row.name` where no such function exists. */
function readProjection(scope: Scope, node: Tree, args: readonly Value[]): Value | undefined {
  const [value] = args;
  const names = namesOf(node['funcname']);
  const decorations = ['agg_order', 'agg_filter', 'agg_star', 'agg_distinct', 'over', 'func_variadic'];
  if (value === undefined || args.length !== 1 || names.length !== 1) return undefined;
  if (decorations.some((field) => node[field] !== undefined)) return undefined;
  if (value.type !== oid.record && !scope.reading.types.isComplex(value.type)) return undefined;
  return fieldOf(scope, value, names[0] ?? '');
}
