/** Small readers of tree fields, beside those of `sql/tree.ts`. */

import type { Tree } from '../statement.ts';
import { isTree, listOf, stringOf } from '../tree.ts';

/** A field that holds a node's fields without a wrapper. */
export function part(node: Tree, field: string): Tree | undefined {
  const value = node[field];
  return isTree(value) ? value : undefined;
}

export function textField(node: Tree, field: string): string | undefined {
  const value = node[field];
  return typeof value === 'string' ? value : undefined;
}

export function isSet(node: Tree, field: string): boolean {
  return node[field] === true;
}

/** The grammar leaves out a location of 0. */
export function locationOf(node: Tree): number {
  const value = node['location'];
  return typeof value === 'number' ? value : 0;
}

/** The kind of a wrapped node; empty for the grammar's NULL. */
export function kindOf(value: unknown): string {
  if (isTree(value)) for (const kind in value) return kind;
  return '';
}

/** Texts of a list of `String` nodes. */
export function namesOf(list: unknown): readonly string[] {
  return listOf(list).map((item) => stringOf(item) ?? '');
}

/** A name of one to three parts: `[catalog.][schema.]name`. */
export interface QualifiedName {
  readonly catalog: string | undefined;
  readonly schema: string | undefined;
  readonly name: string;
  /** As the caller may be told: parts quoted where they must be. */
  readonly written: string;
}

const plain = /^[a-z_][a-z0-9_$]*$/;

export function quote(name: string): string {
  return plain.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** Parts of a name as they can be written. */
export function writtenAs(parts: readonly string[]): string {
  return parts.length === 1 ? quote(parts[0] ?? '') : parts.map(quote).join('.');
}

export function qualifiedName(parts: readonly string[]): QualifiedName {
  const name = parts.at(-1) ?? '';
  return { catalog: parts.at(-3), schema: parts.at(-2), name, written: writtenAs(parts) };
}

/** An operator's name is printed as it is; its schema, where one is given, as OPERATOR(schema.op). */
export function operatorName(list: unknown): QualifiedName {
  const parts = namesOf(list);
  const name = parts.at(-1) ?? '';
  const schema = parts.at(-2);
  return {
    catalog: parts.at(-3),
    schema,
    name,
    written: schema === undefined ? name : `OPERATOR(${quote(schema)}.${name})`,
  };
}
