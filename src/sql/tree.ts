/** The shape of a parse tree, and the few ways of looking at it without trusting it. */

import type { Tree } from './statement.ts';

/** Whether `value` is a node or a field set of the parse tree. */
export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A wrapped node `{ Kind: { …fields } }` taken apart; undefined for anything else, and for the empty node `{}` that stands for NULL. */
export function unwrap(value: unknown): { readonly kind: string; readonly fields: Tree } | undefined {
  if (!isTree(value)) return undefined;
  let found: { readonly kind: string; readonly fields: Tree } | undefined;
  for (const kind in value) {
    const fields = value[kind];
    if (found !== undefined || !isTree(fields)) return undefined;
    found = { kind, fields };
  }
  return found;
}

/** The fields of `value` if it is a node of that kind. */
export function fieldsOf(value: unknown, kind: string): Tree | undefined {
  if (!isTree(value)) return undefined;
  const fields = value[kind];
  return isTree(fields) ? fields : undefined;
}

/** A field that holds a list; the grammar leaves empty lists out. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The text of a `String` node. */
export function stringOf(value: unknown): string | undefined {
  const text = fieldsOf(value, 'String')?.['sval'];
  return typeof text === 'string' ? text : undefined;
}
