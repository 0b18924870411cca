/** Patterns and pages of the listing tools. */

/** Whether a name fits a pattern with `*` and `?`, upper and lower case alike; everything fits when there is none. */
export function nameMatcher(pattern: string | undefined): (name: string) => boolean {
  if (pattern === undefined) return () => true;
  const wanted = [...pattern.toLowerCase()];
  return (name) => fits(wanted, [...name.toLowerCase()]);
}

/**
 * Where a text stops fitting, only the last `*` can still give way: so the work is at most the product of the lengths,
 * where a regular expression could be made to try every way of dividing a name among a hundred stars.
 */
function fits(pattern: readonly string[], name: readonly string[]): boolean {
  let at = 0;
  let star = -1;
  let taken = 0;
  for (let index = 0; index < name.length; ) {
    if (pattern[at] === '*') {
      star = at;
      taken = index;
      at += 1;
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === name[index])) {
      at += 1;
      index += 1;
    } else if (star >= 0) {
      taken += 1;
      index = taken;
      at = star + 1;
    } else return false;
  }
  return pattern.slice(at).every((character) => character === '*');
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
