/** The service's rewriting of `:name` to `$n`, with its known faults (README, E7). */

export interface Rewritten {
  readonly sql: string;
  /** The name behind `$1`, `$2`, …: one entry per occurrence. */
  readonly names: readonly string[];
}

const skipped = [
  /[eE]'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)/y,
  /'(?:[^']|'')*(?:'|$)/y,
  /"(?:[^"]|"")*(?:"|$)/y,
  /--[^\n]*/y,
  /::/y,
] as const;
const name = /:([A-Za-z0-9_]+)/y;
const word = /[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*/y;

function blockComment(sql: string, from: number): number {
  let depth = 0;
  for (let at = from; at < sql.length; at++) {
    const pair = sql.slice(at, at + 2);
    if (pair === '/*') depth++;
    else if (pair === '*/') depth--;
    else continue;
    at++;
    if (depth === 0) return at + 1;
  }
  return sql.length;
}

function match(expression: RegExp, sql: string, at: number): RegExpExecArray | null {
  expression.lastIndex = at;
  return expression.exec(sql);
}

/** Where a stretch that is not searched for placeholders ends; `at` itself where none begins. Dollar quotes are not known. */
function endOfSkipped(sql: string, at: number): number {
  if (sql.startsWith('/*', at)) return blockComment(sql, at);
  for (const expression of skipped) {
    const found = match(expression, sql, at);
    if (found !== null) return at + found[0].length;
  }
  return at + (match(word, sql, at)?.[0].length ?? 0);
}

/** Every occurrence becomes a number of its own, even of a repeated name. */
export function rewritePlaceholders(sql: string): Rewritten {
  const names: string[] = [];
  let out = '';
  for (let at = 0; at < sql.length; ) {
    const found = match(name, sql, at);
    if (found?.[1] !== undefined && sql[at - 1] !== ':') {
      names.push(found[1]);
      out += `$${names.length}`;
      at += found[0].length;
      continue;
    }
    const end = Math.max(endOfSkipped(sql, at), at + 1);
    out += sql.slice(at, end);
    at = end;
  }
  return { sql: out, names };
}
