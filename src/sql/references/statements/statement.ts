/** The statement as a whole: which kind it is, and what its answer looks like. */

import type { Tree } from '../../statement.ts';
import { fieldsOf, listOf, unwrap } from '../../tree.ts';
import { readSelect } from '../clauses/select.ts';
import type { Output } from '../clauses/target-list.ts';
import { findRelation, nameOf } from '../from/range-var.ts';
import { locationOf, textField } from '../nodes.ts';
import { Scope } from '../scope.ts';
import { readDelete } from './delete.ts';
import { readInsert } from './insert.ts';
import { readMerge } from './merge.ts';
import { readUpdate } from './update.ts';

/** Undefined outputs: the shape of the answer cannot be predicted. */
type Reader = (scope: Scope, node: Tree) => readonly Output[] | undefined;

const readers: Readonly<Record<string, Reader>> = {
  SelectStmt: readSelect,
  InsertStmt: readInsert,
  UpdateStmt: readUpdate,
  DeleteStmt: readDelete,
  MergeStmt: readMerge,
  TruncateStmt: readTruncate,
  VariableShowStmt: readShow,
  ExplainStmt: readExplain,
};

export function readStatement(scope: Scope, statement: Tree): readonly Output[] | undefined {
  const { kind, fields } = unwrap(statement) ?? { kind: 'nothing', fields: {} };
  const read = Object.hasOwn(readers, kind) ? readers[kind] : undefined;
  return read === undefined ? scope.reading.unknown(kind, 0) : read(scope, fields);
}

/** Explaining reads what running would. */
function readExplain(scope: Scope, node: Tree): undefined {
  const { kind, fields } = unwrap(node['query']) ?? { kind: 'nothing', fields: {} };
  readStatement(new Scope(scope.reading, scope), { [kind]: fields });
}

function readShow(scope: Scope, node: Tree): undefined {
  scope.reading.settings.add((textField(node, 'name') ?? 'all').toLowerCase());
}

function readTruncate(scope: Scope, node: Tree): undefined {
  for (const item of listOf(node['relations'])) {
    const relation = fieldsOf(item, 'RangeVar') ?? {};
    const [name, location] = [nameOf(relation), locationOf(relation)];
    scope.reading.bound.add(relation);
    scope.reading.relation(findRelation(scope.reading, name, location), 'truncate', name.written, location);
  }
}
