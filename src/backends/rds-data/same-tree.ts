/** Compares parse trees but for the places where things stand: what two texts mean, not how they are laid out. */

import type { Tree } from '../../sql/statement.ts';
import { isTree } from '../../sql/tree.ts';

const places = new Set([
  'location',
  'stmt_location',
  'stmt_len',
  'list_start',
  'list_end',
  'rexpr_list_start',
  'rexpr_list_end',
]);

function fieldsBut(tree: Tree): readonly string[] {
  return Object.keys(tree).filter((field) => !places.has(field));
}

/** `replace` may give a node to be compared instead of one on the left. */
export function isSameTree(left: unknown, right: unknown, replace: (node: Tree) => unknown = (node) => node): boolean {
  if (Array.isArray(left))
    return (
      Array.isArray(right) &&
      left.length === right.length &&
      left.every((item, index) => isSameTree(item, right[index], replace))
    );
  if (!isTree(left)) return left === right;
  const replaced = replace(left);
  if (replaced !== left) return isSameTree(replaced, right);
  if (!isTree(right)) return false;
  const fields = fieldsBut(left);
  return (
    fields.length === fieldsBut(right).length && fields.every((field) => isSameTree(left[field], right[field], replace))
  );
}
