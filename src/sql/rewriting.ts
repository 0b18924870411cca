/** A text made from the caller's, with the way back from its positions to the caller's. */

/** Positions are 1-based characters (code points). */
export interface Rewriting {
  readonly sql: string;
  readonly toCaller: (position: number) => number;
}

/** The text as the caller wrote it. */
export function unchanged(sql: string): Rewriting {
  return { sql, toCaller: (position) => position };
}

/** `prefix` set before a text; positions inside the prefix lead to its beginning. */
export function prefixed(prefix: string, inner: Rewriting): Rewriting {
  const length = [...prefix].length;
  return { sql: prefix + inner.sql, toCaller: (position) => inner.toCaller(Math.max(1, position - length)) };
}
