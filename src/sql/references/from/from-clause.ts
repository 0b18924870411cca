/** FROM: its items from left to right, each seen by LATERAL items after it (parse_clause.c: transformFromClause). */

import type { Tree } from '../../statement.ts';
import { unwrap } from '../../tree.ts';
import { type NamespaceItem, type RangeEntry, type Scope, setLateralOnly } from '../scope.ts';
import { readJoin } from './join.ts';
import { readRangeFunction } from './range-function.ts';
import { readRangeSubselect } from './range-subselect.ts';
import { readRangeVar } from './range-var.ts';
import { readJsonTable, readXmlTable } from './table-function.ts';
import { readTableSample } from './table-sample.ts';

/** An item read: what it is, and the names it brings. */
export interface FromItem {
  readonly entry: RangeEntry;
  readonly items: readonly NamespaceItem[];
}

/** Reads the items into the scope. */
export function readFrom(scope: Scope, list: readonly unknown[]): void {
  const before = scope.items.length;
  for (const node of list) {
    const { items } = readFromItem(scope, node);
    setLateralOnly(items, true);
    scope.items.push(...items);
  }
  setLateralOnly(scope.items.slice(before), false);
}

const readers: Readonly<Record<string, (scope: Scope, node: Tree) => FromItem>> = {
  RangeVar: (scope, node) => alone(readRangeVar(scope, node)),
  RangeSubselect: (scope, node) => alone(readRangeSubselect(scope, node)),
  RangeFunction: (scope, node) => alone(readRangeFunction(scope, node)),
  RangeTableFunc: (scope, node) => alone(readXmlTable(scope, node)),
  JsonTable: (scope, node) => alone(readJsonTable(scope, node)),
  RangeTableSample: (scope, node) => alone(readTableSample(scope, node)),
  JoinExpr: readJoin,
};

export function readFromItem(scope: Scope, node: unknown): FromItem {
  const { kind, fields } = unwrap(node) ?? { kind: 'nothing', fields: {} };
  const read = readers[kind];
  return read === undefined ? scope.reading.unknown(`${kind} in FROM`, 0) : read(scope, fields);
}

function alone(entry: RangeEntry): FromItem {
  return { entry, items: [{ entry, byName: entry.alias !== '', byColumn: true, lateralOnly: false }] };
}
