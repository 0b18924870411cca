/** How the Data API searches a text for `:name`, as far as it is known: what is sent must read alike under every version of it. */

/** What one way of searching makes of a text. */
export interface Searched {
  /** The text PostgreSQL gets: every occurrence a `$n` of its own. */
  readonly sql: string;
  /** The names found, in order. */
  readonly names: readonly string[];
}

const quotedName = /"(?:[^"]|"")*(?:"|$)/y;
const lineComment = /--[^\n\r]*/y;
const plainString = /'(?:[^']|'')*(?:'|$)/y;
const escapeString = /[eE]'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)/y;
const dollarString = /\$([A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$[\s\S]*?(?:\$\1\$|$)/y;
const flatComment = /\/\*[\s\S]*?(?:\*\/|$)/y;
const typeCast = /::/y;
const word = /[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*/y;
const placeholder = /:([A-Za-z0-9_\u0080-\uffff]+)/y;

type Skip = (sql: string, at: number) => number;

const by =
  (expression: RegExp): Skip =>
  (sql, at) => {
    expression.lastIndex = at;
    return at + (expression.exec(sql)?.[0].length ?? 0);
  };

const nestedComment: Skip = (sql, at) => {
  if (!sql.startsWith('/*', at)) return at;
  let depth = 1;
  let end = at + 2;
  while (end < sql.length && depth > 0) {
    const pair = sql.slice(end, end + 2);
    if (pair === '/*' || pair === '*/') {
      depth += pair === '/*' ? 1 : -1;
      end += 2;
    } else end += 1;
  }
  return end;
};

const common = [by(quotedName), by(lineComment), by(typeCast), by(word)] as const;

/**
 * The first is what live services were seen to do: dollar quotes and slices are searched. The others are what a service
 * might do instead in places nobody has looked at; PostgreSQL's own lexer is the last.
 */
const ways: readonly (readonly Skip[])[] = [
  [by(escapeString), by(plainString), nestedComment, ...common],
  [by(plainString), nestedComment, ...common],
  [by(escapeString), by(plainString), by(flatComment), ...common],
  [by(escapeString), by(plainString), by(dollarString), nestedComment, ...common],
];

function search(sql: string, skips: readonly Skip[]): Searched {
  const names: string[] = [];
  let out = '';
  let at = 0;
  while (at < sql.length) {
    placeholder.lastIndex = at;
    const name = placeholder.exec(sql)?.[1];
    const end = name === undefined ? endOfSkip(sql, at, skips) : at + 1 + name.length;
    out += name === undefined ? sql.slice(at, end) : `$${names.push(name)}`;
    at = end;
  }
  return { sql: out, names };
}

function endOfSkip(sql: string, at: number, skips: readonly Skip[]): number {
  for (const skip of skips) {
    const end = skip(sql, at);
    if (end > at) return end;
  }
  return at + 1;
}

/**
 * What PostgreSQL will get of `sql`, if every way of searching finds exactly `expected` and makes the same text;
 * undefined where they differ, so that nobody can say what would be executed.
 */
export function asPostgresGetsIt(sql: string, expected: readonly string[]): string | undefined {
  const [first, ...others] = ways.map((skips) => search(sql, skips));
  if (first === undefined || first.names.join() !== expected.join()) return undefined;
  return others.every((other) => other.sql === first.sql) ? first.sql : undefined;
}
