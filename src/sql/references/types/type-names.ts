/** Names of types become types (parse_type.c: typenameType). */

import type { Type } from '../../../catalog/catalog.ts';
import type { NameKind } from '../../name-not-available.ts';
import type { Tree } from '../../statement.ts';
import { fieldsOf, listOf } from '../../tree.ts';
import { isSet, locationOf, namesOf, type QualifiedName, qualifiedName } from '../nodes.ts';
import type { Reading } from '../reading.ts';
import type { TypeSystem } from './type-system.ts';

/** The type of that name along the path. */
export function typeNamed(types: TypeSystem, name: QualifiedName): Type | undefined {
  if (name.catalog !== undefined && name.catalog !== types.catalog.databaseName) return undefined;
  return types.catalog.typeByName(name.schema, name.name);
}

/**
 * The type a `TypeName` node names, and all that naming it reads: a row type, an array or a domain over one reads its
 * relation's columns.
 */
export function readTypeName(reading: Reading, node: Tree): number {
  const location = locationOf(node);
  const name = qualifiedName(namesOf(node['names']));
  if (isSet(node, 'setof') || isSet(node, 'pct_type')) reading.unknown('a type taken from a column', location);
  const type = typeNamed(reading.types, name);
  if (type === undefined) return reading.unbound(name.written, 'type', location);
  reading.bound.add(node);
  for (const modifier of listOf(node['typmods'])) {
    const word = fieldsOf(modifier, 'ColumnRef'); // geometry(Point): a bare word, no column
    if (word !== undefined) reading.bound.add(word);
  }
  readRowType(reading, type, { written: name.written, location, as: 'type' });
  if (listOf(node['arrayBounds']).length === 0) return type.oid;
  const array = reading.types.arrayOf(type.oid);
  return array === 0 ? reading.unbound(`${name.written}[]`, 'type', location) : array;
}

interface Mention {
  readonly written: string;
  readonly location: number;
  /** What a missing one would be called in its place. */
  readonly as: NameKind;
}

/** A row type is its relation: whoever makes a value of it learns its columns. */
export function readRowType(reading: Reading, type: Type, { written, location, as }: Mention): void {
  const relation = reading.catalog.relationByOid(relationWithin(reading.types, type));
  if (relation === undefined || relation.kind === 'composite') return;
  reading.mustSee(relation, written, location, as);
  const draft = reading.reached(relation, 'row_type', written, location);
  for (const column of reading.catalog.columns(relation)) reading.column(draft, column, location).otherUse = true;
}

/** The relation a type is over: through arrays and domains. */
function relationWithin(types: TypeSystem, type: Type): number {
  const inner = type.kind === 'domain' ? type.base : type.kind === 'array' ? type.element : 0;
  const innerType = inner === 0 ? undefined : types.get(inner);
  return innerType === undefined ? type.relation : relationWithin(types, innerType);
}
