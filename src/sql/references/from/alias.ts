/** `AS name(a, b, c)`: an item of FROM under another name, its first columns under others. */

import type { Tree } from '../../statement.ts';
import { namesOf, part, textField } from '../nodes.ts';
import type { Reading } from '../reading.ts';
import type { RangeColumn } from '../value.ts';

export interface AliasNames {
  readonly name: string | undefined;
  readonly columns: readonly string[];
}

export function readAlias(node: Tree, field = 'alias'): AliasNames {
  const alias = part(node, field);
  if (alias === undefined) return { name: undefined, columns: [] };
  return { name: textField(alias, 'aliasname'), columns: namesOf(alias['colnames']) };
}

/** Renames the first columns; more names than columns are refused, as PostgreSQL does. */
export function renamed(
  reading: Reading,
  columns: readonly RangeColumn[],
  names: readonly string[],
  location: number,
): readonly RangeColumn[] {
  if (names.length === 0) return columns;
  if (names.length > columns.length) reading.malformed('there are more column aliases than columns', location);
  reading.spread(columns.length, location);
  return columns.map((column, index) => ({ ...column, name: names[index] ?? column.name }));
}
