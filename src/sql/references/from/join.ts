/** JOIN: two sides, the columns USING or NATURAL merges, and what stays visible of either (parse_clause.c: transformFromClauseItem). */

import type { Tree } from '../../statement.ts';
import { readCondition } from '../clauses/condition.ts';
import { readOperator } from '../expressions/operator.ts';
import { columnOf, readColumn } from '../lookup.ts';
import { isSet, namesOf } from '../nodes.ts';
import { type NamespaceItem, type RangeEntry, type Scope, setLateralOnly } from '../scope.ts';
import { coerce } from '../types/coercion.ts';
import { commonType } from '../types/common-type.ts';
import { oid } from '../types/well-known.ts';
import { type RangeColumn, spend, type Value } from '../value.ts';
import { readAlias, renamed } from './alias.ts';
import { type FromItem, readFromItem } from './from-clause.ts';
import { entryOf } from './range-var.ts';

export function readJoin(scope: Scope, node: Tree): FromItem {
  const left = readFromItem(scope, node['larg']);
  setLateralOnly(left.items, true);
  const right = scope.withItems([...scope.items, ...left.items], () => readFromItem(scope, node['rarg']));
  const names = isSet(node, 'isNatural') ? commonNames(left.entry, right.entry) : namesOf(node['usingClause']);
  const merged = names.map((name) => merge(scope, node, name, left.entry, right.entry));
  const inner = [...left.items, ...right.items];
  setLateralOnly(inner, false);
  if (node['quals'] !== undefined) scope.withItems(inner, () => readCondition(scope, node['quals']));
  return joined(scope, node, { left, right, inner, names, merged });
}

/** NATURAL merges every name that both sides have, in the order of the left one. */
function commonNames(left: RangeEntry, right: RangeEntry): readonly string[] {
  const names = new Set(right.columns.map(({ name }) => name));
  return left.columns.map(({ name }) => name).filter((name) => names.has(name));
}

function side(scope: Scope, entry: RangeEntry, name: string): RangeColumn {
  const column = entry.columns.some((candidate) => candidate.name === name) ? columnOf(entry, name) : undefined;
  return column === undefined || column === 'ambiguous' ? scope.reading.unbound(name, 'column', -1) : column;
}

/** Both sides are read and compared; the result is the left one, the right one, or either (FULL). */
function merge(scope: Scope, node: Tree, name: string, left: RangeEntry, right: RangeEntry): RangeColumn {
  const { reading } = scope;
  const written = isSet(node, 'isNatural') ? undefined : [name]; // the caller of NATURAL wrote no name, and is told none
  const [l, r] = [left, right].map((entry) => readColumn(scope, side(scope, entry, name), -1, written));
  if (l === undefined || r === undefined) return reading.unbound(name, 'column', -1);
  for (const value of [l, r]) {
    reading.spread(value.origin?.columns.length ?? 0, -1); // in a chain of joins each merges all that were merged before
    spend(value.origin);
  }
  const operator = { catalog: undefined, schema: undefined, name: '=', written: '=' };
  readOperator(reading, operator, [l, r], -1);
  const type = commonType(reading.types, [l.type, r.type]);
  if (type === undefined) return reading.malformed('the columns of USING have no common type', -1);
  for (const value of [l, r]) coerce(reading, value, type, 'implicit');
  return { name, type, origin: originOfMerged(node, l, r, type) };
}

function originOfMerged(node: Tree, left: Value, right: Value, type: number) {
  const columns = [...(left.origin?.columns ?? []), ...(right.origin?.columns ?? [])];
  const chosen = choose(node, left, right, type);
  return { columns, source: chosen?.type === type ? chosen.origin?.source : undefined };
}

/** `buildMergedJoinVar`. */
function choose(node: Tree, left: Value, right: Value, type: number): Value | undefined {
  switch (node['jointype']) {
    case 'JOIN_INNER':
      return left.type === type || right.type !== type ? left : right;
    case 'JOIN_LEFT':
      return left;
    case 'JOIN_RIGHT':
      return right;
    default:
      return undefined;
  }
}

interface Sides {
  readonly left: FromItem;
  readonly right: FromItem;
  readonly inner: readonly NamespaceItem[];
  readonly names: readonly string[];
  readonly merged: readonly RangeColumn[];
}

function columnsOf(
  left: RangeEntry,
  right: RangeEntry,
  names: readonly string[],
  merged: readonly RangeColumn[],
): readonly RangeColumn[] {
  if (names.length === 0) return left.columns.concat(right.columns);
  const isRest = ({ name }: RangeColumn) => !names.includes(name);
  return merged.concat(left.columns.filter(isRest), right.columns.filter(isRest));
}

/** In a long chain of joins most are so already. */
const byNameOnly = (item: NamespaceItem): NamespaceItem => (item.byColumn ? { ...item, byColumn: false } : item);

/** Merged columns come first. An alias hides both sides; without one their names stay, their bare columns go through the join. */
function joined(scope: Scope, node: Tree, { left, right, inner, names, merged }: Sides): FromItem {
  const alias = readAlias(node);
  let columns: readonly RangeColumn[] | undefined;
  const all = () => {
    columns ??= renamed(scope.reading, columnsOf(left.entry, right.entry, names, merged), alias.columns, -1);
    return columns;
  };
  const entry: RangeEntry = {
    alias: alias.name ?? '',
    unaliased: undefined,
    relation: undefined,
    /** Put together when a bare name or a star asks for them: each join of a long chain has those of all before it. */
    get columns() {
      return all();
    },
    rowType: oid.record,
    isScalar: false,
    sides: [left.entry, right.entry],
  };
  if (alias.columns.length > 0) all(); // refuses too many of them
  const visible = alias.name === undefined ? inner.filter(({ byName }) => byName).map(byNameOnly) : [];
  const items: NamespaceItem[] = [
    ...visible,
    { entry, byName: alias.name !== undefined, byColumn: true, lateralOnly: false },
  ];
  const using = readAlias(node, 'join_using_alias');
  if (using.name !== undefined) {
    const short = entryOf(using.name, merged);
    items.push({ entry: short, byName: true, byColumn: false, lateralOnly: false });
  }
  return { entry, items };
}
