/** The grammar's view of a text, as redaction needs it; the same text is read once, since clients send few texts many times. */

import type { Principal } from '../model/principal.ts';
import type { Token } from '../sql/parser.ts';
import { readFingerprint, readTokens } from '../sql/read-tokens.ts';
import { inTurn } from '../sql/turns.ts';
import { plainPieces } from './plain-pieces.ts';

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
export async function readSql(sql: string, principal: Principal): Promise<SqlReading | undefined> {
  const known = kept.get(sql);
  if (known !== undefined) {
    kept.delete(sql);
    kept.set(sql, known); // the newest is last
    return known;
  }
  const reading = await read(sql, principal);
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

async function read(sql: string, principal: Principal): Promise<SqlReading | undefined> {
  if (Buffer.byteLength(sql) > maxReadBytes) return undefined;
  try {
    const plain = await inTurn(principal, () => plainPieces(sql));
    if (plain !== undefined) return { fingerprint: await fingerprintOf(sql, plain, principal), pieces: plain };
    const hash = await readFingerprint(sql, principal);
    return { fingerprint: hash, pieces: lexedPieces(sql, await readTokens(sql, principal)) };
  } catch {
    return undefined;
  }
}

/** Fingerprints of texts that differed from this one in their constants alone, by what they have in common. */
const fingerprints = new Map<string, string>();
const keptShapes = 2048;
const keptShapeLength = 4 * 1024;

/**
 * A fingerprint costs a parse of its own and passes over constants, so a text of a known shape need not be parsed again.
 * Not so where a constant is part of a type or of a command.
 */
const isQuery = /^\(*(?:select|with|values|table|insert|update|delete|merge)\b/i;
const constantsCount = /\b(?:float|current_time|current_timestamp|localtime|localtimestamp) ?\(/i;

async function fingerprintOf(sql: string, pieces: readonly Piece[], principal: Principal): Promise<string> {
  const shape = pieces.map(shapeOf).join('');
  const known = fingerprints.get(shape);
  if (known !== undefined) return known;
  const made = await readFingerprint(sql, principal);
  if (shape.length > keptShapeLength || !isQuery.test(shape) || constantsCount.test(shape)) return made;
  if (fingerprints.size >= keptShapes)
    for (const oldest of [...fingerprints.keys()].slice(0, keptShapes / 2)) fingerprints.delete(oldest);
  fingerprints.set(shape, made);
  return made;
}

/** A backslash stands in no plain text outside strings and quoted names, so no text has the shape of another kind. */
function shapeOf({ kind, text }: Piece): string {
  if (kind !== 'literal') return text;
  if (text.startsWith("'")) return '\\s';
  return text.includes('.') ? '\\d' : '\\i';
}

/** The pieces of a text whose tokens the lexer has found. */
export function lexedPieces(sql: string, tokens: readonly Token[]): readonly Piece[] {
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
