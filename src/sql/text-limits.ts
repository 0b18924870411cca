/** What a text must satisfy before any lexer sees it: nothing here depends on reading it as SQL. */

import { Refusal } from '../model/errors.ts';

/** Openers of block comments; the lexer of PostgreSQL (and so of libpg-query) is quadratic in adjacent ones. */
export const maxCommentOpeners = 200;
/** Depth of parentheses and brackets, counted without regard to quotes. The deepest legitimate text seen had 7. */
export const maxNesting = 500;
/**
 * Characters in one run of operator characters. The lexer reads a run anew for every operator it cuts from it, which is
 * quadratic; an operator itself is at most 63 long, but comment banners are runs too and stay far below this.
 */
export const maxOperatorRun = 512;

const operatorRun = new RegExp(`[-~!@#^&|\`?+*/%<>=]{${maxOperatorRun + 1}}`);

/** Bytes of texts that passed; clients send few texts many times. Emptied when it holds too much. */
const passed = new Map<string, number>();
let charactersPassed = 0;
const charactersKept = 2 * 1024 * 1024;
const longestKept = 16 * 1024;

/** Throws the Refusal for a text that is too large, not Unicode, or shaped to hold a lexer or a parser up. */
export function checkText(sql: string, maxSqlBytes: number): void {
  const known = passed.get(sql);
  if (known !== undefined && known <= maxSqlBytes) return;
  const bytes = check(sql, maxSqlBytes);
  if (known !== undefined || sql.length > longestKept) return;
  if (charactersPassed + sql.length > charactersKept) {
    passed.clear();
    charactersPassed = 0;
  }
  passed.set(sql, bytes);
  charactersPassed += sql.length;
}

function check(sql: string, maxSqlBytes: number): number {
  const bytes = Buffer.byteLength(sql, 'utf8');
  if (bytes > maxSqlBytes)
    throw tooComplex(
      `The statement is ${bytes} bytes long; ${maxSqlBytes} are accepted.`,
      'Send long lists of values as one array parameter.',
    );
  const foreign = /\u0000|\p{Surrogate}/u.exec(sql);
  if (foreign !== null)
    throw new Refusal(
      'STATEMENT_UNPARSABLE',
      foreign[0] === '\u0000' ? 'The text holds a NUL character.' : 'The text holds half of a surrogate pair.',
      {
        position: positionOfIndex(sql, foreign.index),
        hint: 'PostgreSQL accepts well-formed Unicode text without NUL.',
      },
    );
  if (count(sql, '/*') > maxCommentOpeners)
    throw tooComplex(`The statement opens more than ${maxCommentOpeners} comments.`, 'Remove the comments.');
  const run = operatorRun.exec(sql);
  if (run !== null)
    throw tooComplex(
      `The statement holds more than ${maxOperatorRun} operator characters in a row.`,
      'Separate the operators, or shorten the comment.',
      positionOfIndex(sql, run.index),
    );
  checkNesting(sql);
  return bytes;
}

function checkNesting(sql: string): void {
  let depth = 0;
  for (let index = 0; index < sql.length; index += 1) {
    const unit = sql.charCodeAt(index);
    if (unit === 0x28 || unit === 0x5b) depth += 1;
    else if ((unit === 0x29 || unit === 0x5d) && depth > 0) depth -= 1;
    if (depth > maxNesting)
      throw tooComplex(
        `The statement nests parentheses or brackets more than ${maxNesting} deep.`,
        'Flatten the expression.',
        positionOfIndex(sql, index),
      );
  }
}

function tooComplex(message: string, hint: string, position?: number): Refusal {
  return new Refusal('STATEMENT_TOO_COMPLEX', message, position === undefined ? { hint } : { hint, position });
}

function count(text: string, part: string): number {
  let found = 0;
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + 1)) found += 1;
  return found;
}

/** UTF-16 index to 1-based character position; an unpaired surrogate counts as one character. */
export function positionOfIndex(sql: string, index: number): number {
  let position = 1;
  for (const _ of sql.slice(0, index)) position += 1;
  return position;
}
