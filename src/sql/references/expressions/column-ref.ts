/** Names of columns and rows in an expression (parse_expr.c: transformColumnRef). */

import type { Tree } from '../../statement.ts';
import { listOf, stringOf } from '../../tree.ts';
import { columnOf, findColumn, findEntry, readColumn, readWholeRow } from '../lookup.ts';
import { kindOf, locationOf, qualifiedName, quote, writtenAs } from '../nodes.ts';
import type { RangeEntry, Scope } from '../scope.ts';
import type { Value } from '../value.ts';
import { readAttribute } from './attribute.ts';

export function readColumnRef(scope: Scope, node: Tree): Value {
  const parts = listOf(node['fields']);
  const location = locationOf(node);
  scope.reading.bound.add(node);
  const names = parts.map((item) => stringOf(item) ?? '');
  if (kindOf(parts.at(-1)) === 'A_Star') return readRowNamed(scope, names.slice(0, -1), location);
  const [name = ''] = names;
  return names.length === 1 ? readBareName(scope, name, location) : readQualified(scope, names, location);
}

/** A column, else the whole row of the item so named; inside a domain's CHECK, VALUE. */
function readBareName(scope: Scope, name: string, location: number): Value {
  const checked = name === 'value' ? checkedValue(scope) : undefined;
  if (checked !== undefined) return { type: checked, location };
  const column = findColumn(scope, name);
  if (column === 'ambiguous') return scope.reading.unbound(quote(name), 'column', location);
  if (column !== undefined) return readColumn(scope, column, location, [name]);
  const entry = findEntry(scope, undefined, name);
  if (entry === undefined || entry === 'ambiguous') return scope.reading.unbound(quote(name), 'column', location);
  return readWholeRow(scope, entry, location);
}

/** The type of VALUE inside a domain's CHECK. */
function checkedValue(start: Scope): number | undefined {
  for (let scope: Scope | undefined = start; scope !== undefined; scope = scope.parent)
    if (scope.value !== undefined) return scope.value;
  return undefined;
}

/** `t.c`, `s.t.c`, `d.s.t.c`; where `t` has no column `c`, a function called `c` on the whole row. */
function readQualified(scope: Scope, names: readonly string[], location: number): Value {
  const entry = itemNamed(scope, names.slice(0, -1));
  if (entry === undefined) return scope.reading.unbound(writtenAs(names), 'column', location);
  const name = names.at(-1) ?? '';
  const column = columnOf(entry, name);
  if (column === 'ambiguous') return scope.reading.unbound(writtenAs(names), 'column', location);
  if (column !== undefined) return readColumn(scope, column, location, names);
  return readAttribute(scope, readWholeRow(scope, entry, location), name, { written: writtenAs(names), location });
}

function itemNamed(scope: Scope, names: readonly string[]): RangeEntry | undefined {
  const { catalog, schema, name } = qualifiedName(names);
  if (names.length > 3 || (catalog !== undefined && catalog !== scope.reading.catalog.databaseName)) return undefined;
  const entry = findEntry(scope, schema, name);
  return entry === 'ambiguous' ? undefined : entry;
}

/** `t.*` in an expression is the whole row. */
function readRowNamed(scope: Scope, names: readonly string[], location: number): Value {
  const entry = itemNamed(scope, names);
  if (entry === undefined) return scope.reading.unbound(writtenAs(names), 'relation', location);
  return readWholeRow(scope, entry, location);
}
