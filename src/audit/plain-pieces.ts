/**
 * Cuts a text into pieces without the grammar's lexer, whose answer costs twice a parse, where the cut leaves no question.
 * A text with comments, escapes, dollar quotes, prefixed or continued strings, or numbers other than plain decimals is not
 * cut here but left to the lexer.
 */

import type { Piece } from './sql-reading.ts';

/** PostgreSQL's own words: bytes from 0x80 on are letters, a tag or an operand may stand right behind another token. */
const space = '([ \\t\\n\\r\\f\\v]+)';
const string = "('[^']*(?:''[^']*)*')";
const quotedName = '("[^"]*(?:""[^"]*)*")';
const number = '((?:\\d+(?:\\.\\d+)?|\\.\\d+)(?![\\w$.\\u0080-\\uffff]))';
const nameOrParameter = '([A-Za-z_\\u0080-\\uffff][\\w$\\u0080-\\uffff]*|\\$\\d+(?![\\w$\\u0080-\\uffff]))';
/** Minus and slash open comments where they are doubled or meet an asterisk; an ampersand before a quote is part of a prefix; a dot before a digit is a number's, two are an operator. */
const sign = '(-(?!-)|/(?!\\*)|&(?![\'"])|\\.(?![\\d.])|[+*<>=~!@#%^|`?()[\\],;:])';

const token = new RegExp([space, string, quotedName, number, nameOrParameter, sign].join('|'), 'y');

/** As the lexer's tokens would give them, or undefined. White space is folded to one blank; numbers are told apart by their text. */
export function plainPieces(sql: string): readonly Piece[] | undefined {
  const pieces: Piece[] = [];
  let plain = '';
  let gap = '';
  /** What stood before: a name takes no quote right behind it, and a string no other string however far. */
  let before: 'nothing' | 'name' | 'string' | 'other' = 'nothing';
  token.lastIndex = 0;
  while (token.lastIndex < sql.length) {
    const found = token.exec(sql);
    if (found === null) return undefined;
    const [text, blank, literal, quoted, digits, name] = found;
    if (blank !== undefined) {
      gap = before === 'nothing' ? '' : ' ';
      continue;
    }
    if (literal !== undefined && (before === 'string' || (before === 'name' && gap === ''))) return undefined;
    if (quoted !== undefined && before === 'name' && gap === '') return undefined;
    plain += gap;
    gap = '';
    if (literal === undefined && quoted === undefined && digits === undefined) plain += text;
    else {
      pieces.push({ kind: 'plain', text: plain }, { kind: quoted === undefined ? 'literal' : 'quoted', text });
      plain = '';
    }
    before = literal !== undefined ? 'string' : name !== undefined || quoted !== undefined ? 'name' : 'other';
  }
  return [...pieces, { kind: 'plain', text: plain }];
}
