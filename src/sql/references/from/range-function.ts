/** Functions in FROM: one or several (ROWS FROM), with the columns their results have (parse_relation.c: addRangeTableEntryForFunction). */

import type { Tree } from '../../statement.ts';
import { fieldsOf, listOf } from '../../tree.ts';
import { readCollation } from '../expressions/collation.ts';
import { readExpression } from '../expressions/expression.ts';
import { nameOfExpression } from '../expressions/output-name.ts';
import { isSet, locationOf, namesOf, part, textField } from '../nodes.ts';
import type { RangeEntry, Scope } from '../scope.ts';
import { noteInput } from '../types/coercion.ts';
import { readTypeName } from '../types/type-names.ts';
import { oid } from '../types/well-known.ts';
import type { Field, RangeColumn, Value } from '../value.ts';
import { readAlias, renamed } from './alias.ts';
import { entryOf } from './range-var.ts';

interface FunctionInFrom {
  readonly expression: unknown;
  readonly definitions: readonly unknown[];
}

interface Result {
  readonly columns: readonly RangeColumn[];
  readonly rowType: number;
  readonly isScalar: boolean;
}

/** Functions are implicitly lateral. */
export function readRangeFunction(scope: Scope, node: Tree): RangeEntry {
  const alias = readAlias(node);
  const functions = listOf(node['functions']).flatMap((item) => functionsOf(scope, item));
  const outer = listOf(node['coldeflist']);
  const only = functions.length === 1;
  const results = functions.map((call) => {
    const value = scope.withLateral(true, () => readExpression(scope, call.expression));
    const name = nameOfExpression(call.expression);
    const definitions = only && outer.length > 0 ? outer : call.definitions;
    return resultOf(scope, value, { definitions, name, alias: only ? alias.name : undefined });
  });
  const ordinality = isSet(node, 'ordinality') ? [{ name: 'ordinality', type: oid.int8 }] : [];
  const columns = [...results.flatMap((result) => result.columns), ...ordinality];
  const [first] = results;
  const name = alias.name ?? nameOfExpression(functions[0]?.expression);
  const entry = entryOf(name, renamed(scope.reading, columns, alias.columns, -1));
  if (first === undefined || !only || ordinality.length > 0) return entry;
  return { ...entry, rowType: first.rowType, isScalar: first.isScalar };
}

/** `unnest(a, b)` with several arrays stands for several calls. */
function functionsOf({ reading }: Scope, item: unknown): readonly FunctionInFrom[] {
  const [expression, definitions] = listOf(fieldsOf(item, 'List')?.['items']);
  const columns = listOf(fieldsOf(definitions, 'List')?.['items']);
  const call = fieldsOf(expression, 'FuncCall');
  const args = listOf(call?.['args']);
  if (call === undefined || args.length < 2 || namesOf(call['funcname']).join('.') !== 'unnest')
    return [{ expression, definitions: columns }];
  reading.bound.add(call);
  return args.map((arg) => ({ expression: { FuncCall: { ...call, args: [arg] } }, definitions: columns }));
}

interface Naming {
  readonly definitions: readonly unknown[];
  readonly name: string;
  readonly alias: string | undefined;
}

function resultOf(scope: Scope, value: Value, { definitions, name, alias }: Naming): Result {
  const { reading } = scope;
  if (definitions.length > 0)
    return { columns: definitions.map((column) => defined(scope, column)), rowType: oid.record, isScalar: false };
  const relation = reading.catalog.relationByOid(reading.types.relation(value.type));
  if (relation !== undefined)
    return { columns: reading.catalog.columns(relation), rowType: value.type, isScalar: false };
  if (value.type !== oid.record)
    return {
      columns: [{ name: value.outputName ?? alias ?? name, type: value.type }],
      rowType: value.type,
      isScalar: true,
    };
  if (value.fields === undefined)
    return reading.malformed('a column definition list is required for this function', value.location);
  return { columns: value.fields.map(plain), rowType: oid.record, isScalar: false };
}

function plain({ name, type, fields }: Field): RangeColumn {
  return { name, type, fields };
}

/** `AS (name type, …)`. */
function defined(scope: Scope, node: unknown): RangeColumn {
  const column = fieldsOf(node, 'ColumnDef');
  const typeName = column && part(column, 'typeName');
  if (column === undefined || typeName === undefined)
    return scope.reading.unknown('a column definition without a type', column ? locationOf(column) : -1);
  const type = readTypeName(scope.reading, typeName);
  const collation = part(column, 'collClause');
  if (collation !== undefined) readCollation(scope.reading, collation);
  noteInput(scope.reading, type, locationOf(column)); // json_to_record reads its columns from text
  return { name: textField(column, 'colname') ?? '', type };
}
