/** A name in FROM: a common table expression, else a relation along the search_path. */

import type { Relation } from '../../../catalog/catalog.ts';
import type { Tree } from '../../statement.ts';
import { locationOf, type QualifiedName, qualifiedName, textField } from '../nodes.ts';
import type { Reading, RelationDraft } from '../reading.ts';
import type { RangeEntry, Scope } from '../scope.ts';
import { oid } from '../types/well-known.ts';
import type { RangeColumn } from '../value.ts';
import { readAlias, renamed } from './alias.ts';

/** The name a `RangeVar` writes. */
export function nameOf(node: Tree): QualifiedName {
  const parts = [textField(node, 'catalogname'), textField(node, 'schemaname'), textField(node, 'relname')];
  return qualifiedName(parts.filter((text) => text !== undefined));
}

/** The relation of that name; NAME_NOT_AVAILABLE where there is none, or where rows cannot be asked of it. */
export function findRelation(reading: Reading, name: QualifiedName, location: number): Relation {
  const { catalog } = reading;
  const foreign = name.catalog !== undefined && name.catalog !== catalog.databaseName;
  const relation = foreign ? undefined : catalog.relation(name.schema, name.name);
  if (relation === undefined || relation.kind === 'composite')
    return reading.unbound(name.written, 'relation', location);
  return relation;
}

export function readRangeVar(scope: Scope, node: Tree): RangeEntry {
  const { reading } = scope;
  const [name, location] = [nameOf(node), locationOf(node)];
  reading.bound.add(node);
  const common = name.schema === undefined ? scope.findCommonTable(name.name) : undefined;
  const alias = readAlias(node);
  if (common !== undefined) {
    const columns = renamed(reading, common.columns(), alias.columns, location);
    return entryOf(alias.name ?? name.name, columns);
  }
  const draft = reading.relation(findRelation(reading, name, location), 'select', name.written, location);
  return relationEntry(reading, draft, { alias: alias.name, columns: alias.columns, location });
}

/** An item that is no relation. */
export function entryOf(alias: string, columns: readonly RangeColumn[], rowType: number = oid.record): RangeEntry {
  return { alias, unaliased: undefined, relation: undefined, columns, rowType, isScalar: false, sides: [] };
}

interface Naming {
  readonly alias: string | undefined;
  readonly columns: readonly string[];
  readonly location: number;
}

/** An item that is a relation: its columns are read when they are named. */
export function relationEntry(reading: Reading, draft: RelationDraft, naming: Naming): RangeEntry {
  const columns = columnsOf(reading, draft);
  return {
    alias: naming.alias ?? draft.relation.name,
    unaliased: naming.alias === undefined ? draft : undefined,
    relation: draft,
    columns: renamed(reading, columns, naming.columns, naming.location),
    rowType: draft.relation.rowType === 0 ? oid.record : draft.relation.rowType,
    isScalar: false,
    sides: [],
  };
}

/** Made once for all the places where a statement names the relation. */
const columnsOfDrafts = new WeakMap<RelationDraft, readonly RangeColumn[]>();

function columnsOf(reading: Reading, draft: RelationDraft): readonly RangeColumn[] {
  const known = columnsOfDrafts.get(draft);
  if (known !== undefined) return known;
  const columns = reading.catalog
    .columns(draft.relation)
    .map((is): RangeColumn => ({ name: is.name, type: is.type, column: { of: draft, is } }));
  columnsOfDrafts.set(draft, columns);
  return columns;
}
