/** Finding a name of an expression among the items of FROM (parse_relation.c). */

import type { Column } from '../../catalog/catalog.ts';
import type { RelationDraft } from './reading.ts';
import type { NamespaceItem, RangeEntry, Scope } from './scope.ts';
import { oid } from './types/well-known.ts';
import { type Field, type Origin, type RangeColumn, spend, type Value } from './value.ts';

/** Columns every stored row has besides its own (heap.c). */
const systemColumns: readonly Column[] = [
  { name: 'ctid', attnum: -1, type: oid.tid },
  { name: 'xmin', attnum: -2, type: oid.xid },
  { name: 'cmin', attnum: -3, type: oid.cid },
  { name: 'xmax', attnum: -4, type: oid.xid },
  { name: 'cmax', attnum: -5, type: oid.cid },
  { name: 'tableoid', attnum: -6, type: oid.oid },
];

const storesRows: ReadonlySet<string> = new Set(['table', 'partitioned', 'matview', 'foreign', 'sequence', 'toast']);

export type Ambiguous = 'ambiguous';

/** `scanNSItemForColumn`: a column of one item by name, its system columns included. */
export function columnOf(entry: RangeEntry, name: string): RangeColumn | Ambiguous | undefined {
  let found: RangeColumn | undefined;
  for (const column of entry.columns) {
    if (column.name !== name) continue;
    if (found !== undefined) return 'ambiguous';
    found = column;
  }
  return found ?? systemColumnOf(entry, name);
}

function systemColumnOf({ relation }: RangeEntry, name: string): RangeColumn | undefined {
  if (relation === undefined || !storesRows.has(relation.relation.kind)) return undefined;
  const column = systemColumns.find((candidate) => candidate.name === name);
  return column && { name, type: column.type, column: { of: relation, is: column } };
}

/** `colNameToVar`: a bare column name, the nearest level first. */
export function findColumn(start: Scope, name: string, localOnly = false): RangeColumn | Ambiguous | undefined {
  for (let scope: Scope | undefined = start; scope !== undefined; scope = localOnly ? undefined : scope.parent) {
    let found: RangeColumn | undefined;
    for (const item of scope.items) {
      if (!item.byColumn || (item.lateralOnly && !scope.lateral)) continue;
      const column = columnOf(item.entry, name);
      if (column === undefined) continue;
      if (column === 'ambiguous' || found !== undefined) return 'ambiguous';
      found = column;
    }
    if (found !== undefined) return found;
  }
  return undefined;
}

/** `refnameNamespaceItem`: an item by its name, or a relation without alias by schema and name. */
export function findEntry(start: Scope, schema: string | undefined, name: string): RangeEntry | Ambiguous | undefined {
  const matches = matcher(start, schema, name);
  for (let scope: Scope | undefined = start; scope !== undefined; scope = scope.parent) {
    const found: NamespaceItem[] = [];
    for (const item of scope.items)
      if (item.byName && !(item.lateralOnly && !scope.lateral) && matches(item.entry)) found.push(item);
    if (found.length > 1) return 'ambiguous';
    if (found[0] !== undefined) return found[0].entry;
  }
  return undefined;
}

function matcher({ reading }: Scope, schema: string | undefined, name: string): (entry: RangeEntry) => boolean {
  if (schema === undefined) return (entry) => entry.alias === name;
  const relation = reading.catalog.relation(schema, name);
  return (entry) => relation !== undefined && entry.unaliased?.relation.oid === relation.oid;
}

/** Reads one column of an item: notes it where it is a relation's. */
export function readColumn(scope: Scope, column: RangeColumn, location: number, written?: readonly string[]): Value {
  const { type, fields } = column;
  if (column.column === undefined) return { type, location, origin: column.origin, fields };
  const { of, is } = column.column;
  const draft = scope.reading.column(of, is, location, written);
  return { type, location, origin: originOf(of, is, draft) };
}

function originOf(relation: RelationDraft, column: Column, draft: Origin['columns'][number]): Origin {
  return { columns: [draft], source: { relation, attnum: column.attnum, name: column.name } };
}

/** All columns of an item, as `*` and whole rows read them. */
export function readAll(scope: Scope, entry: RangeEntry, location: number): readonly Field[] {
  scope.reading.spread(entry.columns.length, location);
  return entry.columns
    .filter((column) => column.isHidden !== true)
    .map((column) => {
      const { type, origin, fields } = readColumn(scope, column, location);
      return { name: column.name, type, origin, fields };
    });
}

/** A whole row: every column of the item is read, those of both sides where it is a join. */
export function readWholeRow(scope: Scope, entry: RangeEntry, location: number): Value {
  const fields = readAll(scope, entry, location);
  for (const field of fields) spend(field.origin);
  for (const side of entry.sides) readWholeRow(scope, side, location);
  if (entry.isScalar) return { type: fields[0]?.type ?? entry.rowType, location };
  const source = entry.relation && { relation: entry.relation, attnum: 0, name: '' };
  return { type: entry.rowType, location, fields, origin: source && { columns: [], source } };
}
