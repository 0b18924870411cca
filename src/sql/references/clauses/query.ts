/** A query inside a query: SELECT in any form, and in WITH also a statement that writes and returns rows. */

import type { Tree } from '../../statement.ts';
import { unwrap } from '../../tree.ts';
import type { Scope } from '../scope.ts';
import { readDelete } from '../statements/delete.ts';
import { readInsert } from '../statements/insert.ts';
import { readMerge } from '../statements/merge.ts';
import { readUpdate } from '../statements/update.ts';
import type { Field } from '../value.ts';
import { readSelect } from './select.ts';
import { fieldsOfOutputs, type Output } from './target-list.ts';

const writers: Readonly<Record<string, (parent: Scope, node: Tree) => readonly Output[]>> = {
  InsertStmt: readInsert,
  UpdateStmt: readUpdate,
  DeleteStmt: readDelete,
  MergeStmt: readMerge,
};

/** Reads a sub-query and answers its columns. */
export function readQuery(
  parent: Scope,
  node: unknown,
  started?: (columns: readonly Field[]) => void,
): readonly Field[] {
  const { kind, fields } = unwrap(node) ?? { kind: 'nothing', fields: {} };
  if (kind === 'SelectStmt') return fieldsOfOutputs(readSelect(parent, fields, { started }));
  const write = writers[kind];
  return write === undefined ? parent.reading.unknown(kind, -1) : fieldsOfOutputs(write(parent, fields));
}
