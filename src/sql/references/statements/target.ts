/** The relation a statement writes, and the columns it writes there. */

import type { Column } from '../../../catalog/catalog.ts';
import type { RelationAccess } from '../../access.ts';
import type { Tree } from '../../statement.ts';
import { fieldsOf, listOf } from '../../tree.ts';
import { readExpression } from '../expressions/expression.ts';
import { readAlias } from '../from/alias.ts';
import { findRelation, nameOf, relationEntry } from '../from/range-var.ts';
import { locationOf, part, quote, textField } from '../nodes.ts';
import type { RelationDraft } from '../reading.ts';
import type { RangeEntry, Scope } from '../scope.ts';

export interface WriteTarget {
  /** What is written. */
  readonly draft: RelationDraft;
  /** The same relation as expressions see it: reading it is an access of its own, made when a column is named. */
  readonly entry: RangeEntry;
  readonly columns: readonly Column[];
}

type WriteAction = Exclude<RelationAccess['action'], 'select'>;

const writable: ReadonlySet<string> = new Set(['table', 'partitioned', 'view', 'foreign']);

/** Finds the relation to write; a common table of the same name does not hide it. */
export function readWriteTarget(scope: Scope, statement: Tree, action: WriteAction): WriteTarget {
  const { reading } = scope;
  const node = part(statement, 'relation') ?? {};
  const [name, location] = [nameOf(node), locationOf(node)];
  reading.bound.add(node);
  const relation = findRelation(reading, name, location);
  if (!writable.has(relation.kind)) reading.malformed('this relation cannot be written', location);
  const draft = reading.relation(relation, action, name.written, location);
  const shadow = reading.shadow(relation, name.written, location);
  const { name: alias } = readAlias(node);
  return {
    draft,
    entry: relationEntry(reading, shadow, { alias, columns: [], location }),
    columns: reading.catalog.columns(relation),
  };
}

/** Notes that a column is written; the name is refused as a column of SELECT would be. */
export function writeColumn(scope: Scope, { columns }: WriteTarget, draft: RelationDraft, target: Tree): Column {
  const name = textField(target, 'name') ?? '';
  const column = columns.find((candidate) => candidate.name === name);
  if (column === undefined) return scope.reading.unbound(quote(name), 'column', locationOf(target));
  scope.reading.column(draft, column, locationOf(target), [name]).otherUse = true;
  for (const step of listOf(target['indirection'])) {
    const index = fieldsOf(step, 'A_Indices');
    for (const field of ['lidx', 'uidx']) if (index?.[field] !== undefined) readExpression(scope, index[field]);
  }
  return column;
}
