/** The relation a statement writes, and the columns it writes there. */

import type { Column } from '../../../catalog/catalog.ts';
import type { RelationAccess } from '../../access.ts';
import type { Tree } from '../../statement.ts';
import { listOf, stringOf } from '../../tree.ts';
import { fieldOf } from '../expressions/attribute.ts';
import { readSubscripts, type Step, stepsOf } from '../expressions/indirection.ts';
import { readAlias } from '../from/alias.ts';
import { findRelation, nameOf, relationEntry } from '../from/range-var.ts';
import { locationOf, part, quote, textField } from '../nodes.ts';
import type { RelationDraft } from '../reading.ts';
import type { RangeEntry, Scope } from '../scope.ts';
import { noteTarget } from '../types/coercion.ts';
import type { Value } from '../value.ts';

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

/**
 * Notes that a column is written; the name is refused as a column of SELECT would be. Where a field or an element of it is
 * (`home.city`, `tags[1]`), the column is answered with the type of that.
 */
export function writeColumn(scope: Scope, { columns }: WriteTarget, draft: RelationDraft, target: Tree): Column {
  const name = textField(target, 'name') ?? '';
  const column = columns.find((candidate) => candidate.name === name);
  if (column === undefined) return scope.reading.unbound(quote(name), 'column', locationOf(target));
  scope.reading.column(draft, column, locationOf(target), [name]).otherUse = true;
  const steps = stepsOf(listOf(target['indirection']));
  return steps.length === 0 ? column : { ...column, type: typeWithin(scope, column, steps, locationOf(target)) };
}

/** The type at the end of the path; what it leads through is made anew (parse_target.c: transformAssignmentIndirection). */
function typeWithin(scope: Scope, column: Column, steps: readonly Step[], location: number): number {
  let value: Value = { type: column.type, location };
  for (const step of steps) {
    noteTarget(scope.reading, value.type, location);
    if ('subscripts' in step) value = readSubscripts(scope, value, step.subscripts);
    else {
      const name = stringOf(step.field) ?? '';
      value = fieldOf(scope, value, name) ?? scope.reading.unbound(quote(name), 'column', location);
    }
  }
  return value.type;
}
