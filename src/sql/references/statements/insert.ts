/** INSERT: columns written, where the rows come from, ON CONFLICT, RETURNING (analyze.c: transformInsertStmt). */

import type { Column } from '../../../catalog/catalog.ts';
import type { Tree } from '../../statement.ts';
import { fieldsOf, listOf } from '../../tree.ts';
import { readCondition } from '../clauses/condition.ts';
import { readSelect } from '../clauses/select.ts';
import type { Output } from '../clauses/target-list.ts';
import { readWith } from '../clauses/with.ts';
import { readExpression } from '../expressions/expression.ts';
import { kindOf, locationOf, part, quote, textField } from '../nodes.ts';
import type { Reading, RelationDraft } from '../reading.ts';
import { Scope } from '../scope.ts';
import { assign } from '../types/coercion.ts';
import { spend } from '../value.ts';
import { readAssignments } from './assignments.ts';
import { readReturning } from './returning.ts';
import { readWriteTarget, type WriteTarget, writeColumn } from './target.ts';

export function readInsert(parent: Scope, node: Tree): readonly Output[] {
  const scope = new Scope(parent.reading, parent);
  const withClause = part(node, 'withClause');
  if (withClause !== undefined) readWith(scope, withClause);
  const target = readWriteTarget(scope, node, 'insert');
  const named = listOf(node['cols']).map((item) => fieldsOf(item, 'ResTarget') ?? {});
  const columns = named.map((item) => writeColumn(scope, target, target.draft, item));
  readRows(scope, node, target, columns);
  scope.items = [{ entry: target.entry, byName: true, byColumn: true, lateralOnly: false }];
  const conflict = part(node, 'onConflictClause');
  if (conflict !== undefined) readConflict(scope, conflict, target);
  return readReturning(scope, node, target);
}

/** Without a column list, as many columns are written as there are values. */
function readRows(scope: Scope, node: Tree, target: WriteTarget, named: readonly Column[]): void {
  const select = fieldsOf(node['selectStmt'], 'SelectStmt');
  if (select === undefined) return; // DEFAULT VALUES
  const columns = named.length > 0 ? named : target.columns;
  const rows = listOf(select['valuesLists']);
  if (rows.length === 0 || select['withClause'] !== undefined || select['sortClause'] !== undefined) {
    const outputs = readSelect(scope, select, { keepUnknowns: true });
    assignRow(
      scope,
      target,
      columns,
      outputs.map(({ value }) => value),
    );
    return;
  }
  for (const row of rows) {
    const items = listOf(fieldsOf(row, 'List')?.['items']);
    const values = items.map((item) => (kindOf(item) === 'SetToDefault' ? undefined : readExpression(scope, item)));
    assignRow(scope, target, columns, values);
  }
}

type Assigned = readonly (ReturnType<typeof readExpression> | undefined)[];

function assignRow(scope: Scope, target: WriteTarget, columns: readonly Column[], values: Assigned): void {
  for (const [index, value] of values.entries()) {
    const column = columns[index];
    spend(value?.origin);
    if (column === undefined) scope.reading.malformed('INSERT has more expressions than target columns', -1);
    else {
      scope.reading.column(target.draft, column, -1).otherUse = true;
      if (value !== undefined) assign(scope.reading, value, column);
    }
  }
}

/** The columns that tell a conflict are read; so are those of EXCLUDED, the row proposed (PostgreSQL asks SELECT for them). */
function readConflict(scope: Scope, conflict: Tree, target: WriteTarget): void {
  const { reading } = scope;
  const infer = part(conflict, 'infer');
  if (infer !== undefined) readInference(scope, infer, target);
  if (conflict['action'] !== 'ONCONFLICT_UPDATE') return;
  const draft = reading.relation(target.draft.relation, 'update', target.draft.written, target.draft.location);
  const excluded = { ...target.entry, alias: 'excluded', unaliased: undefined };
  scope.withItems([...scope.items, { entry: excluded, byName: true, byColumn: false, lateralOnly: false }], () => {
    readAssignments(scope, listOf(conflict['targetList']), target, draft);
    readCondition(scope, conflict['whereClause']);
  });
}

function readInference(scope: Scope, infer: Tree, target: WriteTarget): void {
  const { reading } = scope;
  const shadow = reading.shadow(target.draft.relation, target.draft.written, target.draft.location);
  const constraint = textField(infer, 'conname');
  if (constraint !== undefined) readConstraint(shadow, constraint, locationOf(infer), target, reading);
  for (const item of listOf(infer['indexElems'])) {
    const element = fieldsOf(item, 'IndexElem') ?? {};
    const name = textField(element, 'name');
    const node = name === undefined ? element['expr'] : { ColumnRef: { fields: [{ String: { sval: name } }] } };
    readExpression(scope, node);
  }
  readCondition(scope, infer['whereClause']);
}

/** PostgreSQL asks for the constraint's columns, and for all of the table where the constraint is over an expression. */
function readConstraint(
  shadow: RelationDraft,
  name: string,
  location: number,
  { columns }: WriteTarget,
  reading: Reading,
): void {
  const key = reading.catalog.constraint(shadow.relation.oid, name);
  if (key === undefined) reading.unbound(quote(name), 'constraint', location);
  const read = key.includes(0) ? columns : columns.filter(({ attnum }) => key.includes(attnum));
  // the name of a constraint over hidden columns ends where a missing one does
  for (const column of read) reading.mustSeeColumn(shadow, column.name, quote(name), location, 'constraint');
  for (const column of read) reading.column(shadow, column, location).otherUse = true;
  reading.constraints.push({ of: shadow, name, key });
}
