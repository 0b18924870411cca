/** Patterns and pages of the listing tools. */

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
 * One page in order of key. A cursor is the key of the last item shown, so what comes or goes between two pages neither
 * repeats nor hides another item, and no cursor can be wrong: it only says where to go on.
 */
export function page<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  limit: number,
  cursor: string | undefined,
): Page<Item> {
  const after = cursor === undefined ? undefined : Buffer.from(cursor, 'base64url').toString();
  const sorted = items
    .map((item) => ({ item, key: keyOf(item) }))
    .filter(({ key }) => after === undefined || key > after)
    .sort((one, other) => (one.key < other.key ? -1 : 1));
  const shown = sorted.slice(0, limit);
  const last = shown.at(-1);
  const found = shown.map(({ item }) => item);
  if (last === undefined || shown.length === sorted.length) return { items: found };
  return { items: found, nextCursor: Buffer.from(last.key).toString('base64url') };
}
