/** The conditions of a plan's filter that a B-tree could serve, read from the text PostgreSQL prints. */

export interface Condition {
  readonly column: string;
  readonly kind: 'equal' | 'range';
}

const identifier = String.raw`"(?:[^"]|"")+"|[a-z_\u0080-\uffff][a-z0-9_$\u0080-\uffff]*`;
const comparison = new RegExp(
  String.raw`^\(*(?:(${identifier})\.)?(${identifier})\)*(?:::[a-z ]+(?:\(\d+\))?)?\s*(=|<=|>=|<|>)\s*(.+)$`,
  's',
);

/** Unknown forms, OR and expressions over the column are left out: what is not read gives no advice. */
export function conditionsOf(filter: string, alias: string | undefined): Condition[] {
  return conjuncts(filter).flatMap((text) => {
    const [, prefix, column = '', operator = '', rest = ''] = comparison.exec(text) ?? [];
    if (column === '' || !isOneTerm(rest) || namesOwnColumn(rest, alias)) return [];
    if (prefix !== undefined && alias !== undefined && bare(prefix) !== alias) return [];
    return [{ column: bare(column), kind: operator === '=' ? ('equal' as const) : ('range' as const) }];
  });
}

/** What the column is compared with must be known before the scan: the plan prefixes columns of others, and leaves its own bare. */
function namesOwnColumn(text: string, alias: string | undefined): boolean {
  const words = text.replaceAll(/'(?:[^']|'')*'/g, '').replaceAll(/::[a-z ]+/g, '');
  const names = [...words.matchAll(new RegExp(String.raw`(?:(${identifier})\.)?(${identifier})(?!\w|\s*\()`, 'g'))];
  return names.some(([, prefix]) => prefix === undefined || bare(prefix) === alias);
}

/** A sort key as a column with its direction, or undefined for an expression. */
export function sortColumn(key: string): { readonly column: string; readonly descending: boolean } | undefined {
  const found = new RegExp(String.raw`^(?:(?:${identifier})\.)?(${identifier})( DESC)?$`).exec(key);
  return found?.[1] === undefined ? undefined : { column: bare(found[1]), descending: found[2] !== undefined };
}

const bare = (name: string): string => (name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name);

/** The parts of a text outside quotes, with their depth in parentheses: each character once. */
function* characters(
  text: string,
): Generator<{ readonly at: number; readonly character: string; readonly depth: number }> {
  let depth = 0;
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? '';
    if (quote !== '') {
      if (character === quote) quote = '';
      continue;
    }
    if (character === "'" || character === '"') quote = character;
    else if (character === '(') depth += 1;
    else if (character === ')') depth -= 1;
    yield { at, character, depth };
  }
}

/** The terms of a conjunction, without the parentheses around each. */
function conjuncts(filter: string): string[] {
  const text = unwrap(filter);
  const cuts = [...characters(text)]
    .filter(({ at, depth }) => depth === 0 && text.startsWith(' AND ', at))
    .map(({ at }) => at);
  if (cuts.length === 0) return [text];
  const edges = [-5, ...cuts, text.length];
  return edges.slice(1).flatMap((end, index) => conjuncts(text.slice((edges[index] ?? 0) + 5, end)));
}

/** Takes away parentheses that hold the whole text. */
function unwrap(text: string): string {
  if (!text.startsWith('(') || !text.endsWith(')')) return text;
  const closes = [...characters(text)].find(({ character, depth }) => character === ')' && depth === 0);
  return closes?.at === text.length - 1 ? unwrap(text.slice(1, -1)) : text;
}

/** Whether the right side is one value: no OR beside it, and no parenthesis that closes what it did not open. */
function isOneTerm(text: string): boolean {
  return ![...characters(text)].some(
    ({ at, depth }) => depth < 0 || (depth === 0 && (text.startsWith(' OR ', at) || text.startsWith(' AND ', at))),
  );
}
