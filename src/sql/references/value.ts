/** What the reading knows of an expression, a column of FROM, or a column of a query's result. */

import type { Column } from '../../catalog/catalog.ts';
import type { ColumnDraft, RelationDraft } from './reading.ts';

/** Where a value comes from unchanged: what a mask and the comparison with RowDescription need. */
export interface Origin {
  /** Columns whose value this may be; several where a name merges them. */
  readonly columns: readonly ColumnDraft[];
  /** What RowDescription will name as the source; `attnum` 0 for a whole row. */
  readonly source: { readonly relation: RelationDraft; readonly attnum: number; readonly name: string } | undefined;
}

/** One column of a row whose shape is known. */
export interface Field {
  readonly name: string;
  readonly type: number;
  readonly origin?: Origin | undefined;
  /** The shape of a value of type record. */
  readonly fields?: readonly Field[] | undefined;
}

/** Inside a row that is passed on, or made, its columns are no longer the columns they came from. */
export function shapeOf(field: Field): Field {
  if (shapes.has(field)) return field;
  const { name, type, fields } = field;
  const shape: Field = { name, type, fields: fields?.map(shapeOf) };
  shapes.add(shape);
  return shape;
}

/** Those made: a row within a row within a row is not made anew at each level. */
const shapes = new WeakSet<Field>();

export interface Value {
  readonly type: number;
  /** Byte offset in the text. */
  readonly location: number;
  /** Set only for a column passed on unchanged. */
  readonly origin?: Origin | undefined;
  readonly fields?: readonly Field[] | undefined;
  /** Name of the one OUT parameter of the function that answers it. */
  readonly outputName?: string | undefined;
  /** The items of ROW(…): they can still be coerced one by one. */
  readonly items?: readonly Value[] | undefined;
  /** A cast to its own type with a length: whether RowDescription still names the column depends on the column's length. */
  readonly maySurvive?: boolean | undefined;
  /** The text of a string constant. */
  readonly literal?: string | undefined;
  /** The constant NULL, whatever it was cast to. */
  readonly isNull?: boolean | undefined;
  /** Number of a parameter whose type is not known yet. */
  readonly parameter?: number | undefined;
}

/** A column an item of FROM offers: of a relation (read when named), or passed on from a query. */
export interface RangeColumn {
  readonly name: string;
  readonly type: number;
  /** Left out of `*`: what SEARCH and CYCLE add, inside the recursion. */
  readonly isHidden?: boolean | undefined;
  readonly column?: { readonly of: RelationDraft; readonly is: Column } | undefined;
  readonly origin?: Origin | undefined;
  readonly fields?: readonly Field[] | undefined;
}

/** Says that a value is used for more than being passed on. */
export function spend(origin: Origin | undefined): void {
  if (origin !== undefined) for (const column of origin.columns) column.otherUse = true;
}

/** Every column of a query's result is used for more than being passed on. */
export function spendAll(fields: readonly Field[]): void {
  for (const field of fields) spend(field.origin);
}
