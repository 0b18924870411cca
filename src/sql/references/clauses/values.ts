/** VALUES: rows of expressions; each column has the type its rows share. */

import type { Tree } from '../../statement.ts';
import { fieldsOf, listOf } from '../../tree.ts';
import { readRowItems } from '../expressions/row.ts';
import type { Scope } from '../scope.ts';
import { coerce } from '../types/coercion.ts';
import { commonType } from '../types/common-type.ts';
import type { Value } from '../value.ts';
import type { Output } from './target-list.ts';

/** The rows as written, for INSERT to give each column its own type. */
export function readValueRows(scope: Scope, node: Tree): readonly (readonly Value[])[] {
  return listOf(node['valuesLists']).map((row) => readRowItems(scope, listOf(fieldsOf(row, 'List')?.['items'])));
}

export function readValues(scope: Scope, node: Tree): readonly Output[] {
  const rows = readValueRows(scope, node);
  const [first = []] = rows;
  return first.map((_, index) => {
    const column = rows.flatMap((row) => row[index] ?? []);
    if (column.length !== rows.length) scope.reading.malformed('VALUES lists must all be the same length', -1);
    const type = commonType(
      scope.reading.types,
      column.map((value) => value.type),
    );
    if (type === undefined) return scope.reading.malformed('the rows of VALUES have no common type', -1);
    for (const value of column) coerce(scope.reading, value, type, 'implicit');
    return {
      name: `column${index + 1}`,
      value: { type, location: column[0]?.location ?? -1, fields: column[0]?.fields },
    };
  });
}
