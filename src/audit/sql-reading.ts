/** The grammar's view of a text, as redaction needs it; the same text is read once, since clients send few texts many times. */

import { fingerprint, scan, type Token } from '../sql/parser.ts';

/** What a text is made of: `plain` may be shown, `literal` never, `quoted` when its name is bound. */
export interface Piece {
  readonly kind: 'plain' | 'literal' | 'quoted';
  readonly text: string;
}

export interface SqlReading {
  /** Sixteen hex digits. */
  readonly fingerprint: string;
  /** White space folded, comments gone. */
  readonly pieces: readonly Piece[];
}

/** Text longer than this is not read: its hash alone is stored. */
const maxReadBytes = 1024 * 1024;

/** Characters of text whose readings are kept, and of the longest single one. */
const keptCharacters = 4 * 1024 * 1024;
const keptLength = 16 * 1024;

const kept = new Map<string, SqlReading>();
let keptNow = 0;

/** Undefined for a text that the grammar does not read, or that is too long to be. */
export async function readSql(sql: string): Promise<SqlReading | undefined> {
  const known = kept.get(sql);
  if (known !== undefined) {
    kept.delete(sql);
    kept.set(sql, known); // the newest is last
    return known;
  }
  const reading = await read(sql);
  if (reading !== undefined && sql.length <= keptLength) keep(sql, reading);
  return reading;
}

function keep(sql: string, reading: SqlReading): void {
  if (kept.has(sql)) return;
  kept.set(sql, reading);
  keptNow += sql.length;
  for (const oldest of kept.keys()) {
    if (keptNow <= keptCharacters) return;
    kept.delete(oldest);
    keptNow -= oldest.length;
  }
}

async function read(sql: string): Promise<SqlReading | undefined> {
  if (Buffer.byteLength(sql) > maxReadBytes) return undefined;
  try {
    return { fingerprint: await fingerprint(sql), pieces: piecesOf(sql, await scan(sql)) };
  } catch {
    return undefined;
  }
}

function piecesOf(sql: string, tokens: readonly Token[]): readonly Piece[] {
  const bytes = Buffer.from(sql);
  const pieces: Piece[] = [];
  let plain = '';
  let end = 0;
  for (const { start, end: tokenEnd, kind, text } of tokens) {
    if (isComment(kind, text)) continue;
    if (start > end && end > 0) plain += ' ';
    end = tokenEnd;
    if (!isLiteral(text) && !text.endsWith('"')) {
      plain += kind === 'keyword' ? bytes.toString('utf8', start, tokenEnd) : text;
      continue;
    }
    pieces.push({ kind: 'plain', text: plain }, { kind: isLiteral(text) ? 'literal' : 'quoted', text });
    plain = '';
  }
  return [...pieces, { kind: 'plain', text: plain }];
}

/**
 * By the token's text: the lexer's names for `B'…'`, `X'…'` and `U&'…'` do not tell that they are literals. `$1` is a
 * parameter, every other token that begins with `$` is a dollar-quoted string.
 */
function isLiteral(text: string): boolean {
  return text.endsWith("'") || /^\.?\d/.test(text) || /^\$(?!\d)/.test(text);
}

function isComment(kind: Token['kind'], text: string): boolean {
  return kind === 'comment' || text.startsWith('--') || text.startsWith('/*');
}
