/** PostgreSQL's own grammar (libpg-query, WebAssembly): the only reading of SQL text that decides anything. */

import { createRequire } from 'node:module';
import type { ScanToken } from 'libpg-query';
import { Refusal } from '../model/errors.ts';
import type { Tree } from './statement.ts';
import { isTree } from './tree.ts';

/** The grammar's answer: the server version it reads like (e.g. 180004), and one entry per statement. */
export interface ParsedText {
  readonly version: number;
  readonly stmts: readonly Tree[];
}

/** One lexical token; `start` and `end` are byte offsets in UTF-8. */
export interface Token {
  readonly start: number;
  readonly end: number;
  readonly kind: TokenKind;
  /** As written, in lower case for keywords and identifiers without quotes; for anything long, the text as it stands. */
  readonly text: string;
  readonly keyword: 'none' | 'unreserved' | 'column_name' | 'type_function' | 'reserved';
}

export type TokenKind =
  | 'identifier'
  | 'number'
  | 'string'
  | 'bit_string'
  | 'parameter'
  | 'operator'
  | 'comment'
  | 'keyword'
  | 'punctuation';

type Library = typeof import('libpg-query');

const requireLibrary = createRequire(import.meta.url);
let loading: Promise<Library> | undefined;
let loaded: Library | undefined;

/** Loads the grammar on the first call; after `discard`, a fresh instance. */
function grammar(): Promise<Library> {
  loading ??= instantiate();
  return loading;
}

async function instantiate(): Promise<Library> {
  const library: Library = requireLibrary('libpg-query');
  await library.loadModule();
  loaded = library;
  return library;
}

/**
 * An exception that PostgreSQL did not raise itself (a stack overflow, an abort) leaves the instance's stack pointer and
 * memory as they were in mid-air, so nothing it reads afterwards can be trusted: it is thrown away.
 */
function discard(): void {
  delete requireLibrary.cache[requireLibrary.resolve('libpg-query')];
  loading = undefined;
  loaded = undefined;
}

/** Reads a text; STATEMENT_UNPARSABLE with a position where PostgreSQL would report a syntax error. Check the text's limits first. */
export async function parseTree(sql: string): Promise<ParsedText> {
  if (sql === '') return { version: 0, stmts: [] };
  const parsed: unknown = await guarded((library) => library.parseSync(sql));
  if (!isTree(parsed)) throw new Refusal('STATEMENT_UNPARSABLE', 'The text could not be read as SQL.');
  const { version, stmts } = parsed;
  if (typeof version !== 'number' || !Array.isArray(stmts))
    throw new Refusal('STATEMENT_UNPARSABLE', 'The text could not be read as SQL.');
  return { version, stmts: stmts.filter(isTree) };
}

/** Cuts a text into tokens, comments included. Works on texts that are no statement; throws where the lexer gives up. */
export async function scan(sql: string): Promise<readonly Token[]> {
  if (sql === '') return [];
  const { tokens } = await guarded((library) => library.scanSync(sql));
  return tokens.map(readToken);
}

/**
 * A hash of the statement without its constants, for grouping like statements in the log: sixteen hex digits. The library
 * returns most lexer errors in the hash's place, message and quoted text; here they throw as every syntax error does.
 */
export async function fingerprint(sql: string): Promise<string> {
  const hash = await guarded((library) => library.fingerprintSync(sql));
  if (!/^[0-9a-f]{16}$/.test(hash)) throw syntaxError(hash, undefined);
  return hash;
}

async function guarded<T>(read: (library: Library) => T): Promise<T> {
  const library = loaded ?? (await grammar()); // at once where it can be: whoever was given a turn takes it
  try {
    return read(library);
  } catch (thrown) {
    if (library.hasSqlDetails(thrown)) throw syntaxError(thrown.message, thrown.sqlDetails?.cursorPosition);
    if (thrown instanceof Error && thrown.constructor === Error) throw syntaxError(thrown.message, undefined);
    if (thrown instanceof SyntaxError) throw syntaxError('the text cannot be cut into tokens', undefined);
    discard();
    throw new Refusal('STATEMENT_TOO_COMPLEX', 'The statement is nested too deeply to be read.', {
      hint: 'Flatten nested expressions, sub-selects and chains of operators.',
      cause: thrown,
    });
  }
}

/** PostgreSQL quotes the offending text, which may be the whole statement: it is shortened. `index` counts characters from 0. */
function syntaxError(message: string, index: number | undefined): Refusal {
  if (/^memory exhausted/.test(message)) return tooDeep(index);
  const short = message.length > 160 ? `${message.slice(0, 160)}…` : message;
  return new Refusal('STATEMENT_UNPARSABLE', `PostgreSQL cannot read this: ${short}.`, {
    ...(index === undefined ? {} : { position: index + 1 }),
    hint: 'Correct the SQL at the position given; PostgreSQL syntax is expected.',
  });
}

function tooDeep(index: number | undefined): Refusal {
  return new Refusal('STATEMENT_TOO_COMPLEX', 'The statement is nested too deeply to be read.', {
    ...(index === undefined ? {} : { position: index + 1 }),
    hint: 'Flatten nested expressions, sub-selects and chains of operators.',
  });
}

const kindOfToken = new Map<number, TokenKind>([
  [258, 'identifier'],
  [259, 'identifier'],
  [260, 'number'],
  [261, 'string'],
  [262, 'string'],
  [263, 'bit_string'],
  [264, 'bit_string'],
  [265, 'operator'],
  [266, 'number'],
  [267, 'parameter'],
  [275, 'comment'],
  [276, 'comment'],
]);

const keywordKinds = ['none', 'unreserved', 'column_name', 'type_function', 'reserved'] as const;

function readToken(token: ScanToken): Token {
  const keyword = keywordKinds[token.keywordKind] ?? 'reserved';
  const kind = kindOfToken.get(token.tokenType) ?? (keyword === 'none' ? 'punctuation' : 'keyword');
  return {
    start: token.start,
    end: token.end,
    kind,
    text: kind === 'keyword' ? token.text.toLowerCase() : token.text,
    keyword,
  };
}
