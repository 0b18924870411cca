/** TABLESAMPLE: a relation, a sampling method (which is a function), and its arguments. */

import type { Tree } from '../../statement.ts';
import { fieldsOf, listOf } from '../../tree.ts';
import { readExpression } from '../expressions/expression.ts';
import { locationOf, namesOf, qualifiedName } from '../nodes.ts';
import type { RangeEntry, Scope } from '../scope.ts';
import { coerce } from '../types/coercion.ts';
import { oid } from '../types/well-known.ts';
import { readRangeVar } from './range-var.ts';

/** tsm_handler: what a sampling method's function answers. */
const samplingHandler = 3310;

/** What a method takes is known to its code alone; these are PostgreSQL's own. */
const argumentTypes: Readonly<Record<string, number>> = {
  bernoulli: oid.float4,
  system: oid.float4,
  system_rows: oid.int8,
  system_time: oid.float8,
};

export function readTableSample(scope: Scope, node: Tree): RangeEntry {
  const { reading } = scope;
  const relation = fieldsOf(node['relation'], 'RangeVar');
  if (relation === undefined) return reading.unknown('TABLESAMPLE of something other than a table', locationOf(node));
  const entry = readRangeVar(scope, relation);
  const name = qualifiedName(namesOf(node['method']));
  const method = reading.catalog
    .procedures(name.schema, name.name)
    .find(({ args, returns }) => args.length === 1 && returns === samplingHandler);
  if (method === undefined) return reading.unbound(name.written, 'function', locationOf(node));
  reading.call(method, 'sampling', locationOf(node), name.written);
  const type = argumentTypes[name.name];
  for (const argument of listOf(node['args'])) {
    const value = readExpression(scope, argument);
    if (type !== undefined) coerce(reading, value, type, 'assignment');
  }
  if (node['repeatable'] !== undefined)
    coerce(reading, readExpression(scope, node['repeatable']), oid.float8, 'implicit');
  return entry;
}
