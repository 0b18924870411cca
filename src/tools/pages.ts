/** Patterns and pages of the listing tools. */

import { InvalidArguments } from './invalid-arguments.ts';

/** Whether a name fits a pattern with `*` and `?`; everything fits when there is none. */
export function nameMatcher(pattern: string | undefined): (name: string) => boolean {
  if (pattern === undefined) return () => true;
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replace(/\?/g, '.');
  const expression = new RegExp(`^${source}$`, 'isu');
  return (name) => expression.test(name);
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor?: string;
}

/**
 * The page after `cursor`. A cursor is the key of the last item shown, so that items that come or go between two pages
 * never repeat or hide another; when that very item is gone the caller starts anew.
 */
export function page<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  limit: number,
  cursor: string | undefined,
): Page<Item> {
  const after = cursor === undefined ? -1 : items.findIndex((item) => encodeCursor(keyOf(item)) === cursor);
  if (cursor !== undefined && after < 0) {
    throw new InvalidArguments('The argument "cursor" does not belong to this list.', 'Start again without a cursor.');
  }
  const shown = items.slice(after + 1, after + 1 + limit);
  const last = shown.at(-1);
  const more = after + 1 + shown.length < items.length;
  return more && last !== undefined ? { items: shown, nextCursor: encodeCursor(keyOf(last)) } : { items: shown };
}

function encodeCursor(key: string): string {
  return Buffer.from(key).toString('base64url');
}
