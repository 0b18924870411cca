/** What a record says of SQL text: never a literal, a comment or an invented name, unless the mode is `full`. */

import type { BindParameters } from '../model/request.ts';
import { fingerprint, scan, type Token } from '../sql/parser.ts';
import type { HmacKeys } from './hmac-key.ts';
import { bounded } from './plain-text.ts';
import type { SqlMode, SqlSection } from './records.ts';

/** The grammar whose fingerprints these are; they change with it. */
const fingerprintVersion = 'pg18';

/** Bytes of stored text, in every mode. */
const maxStoredBytes = 64 * 1024;

/** Text longer than this is not read: its hash alone is stored. */
const maxReadBytes = 1024 * 1024;

export interface SqlText {
  readonly sql: string;
  readonly parameters: BindParameters;
  /** PostgreSQL's grammar has read it. What it has not read is stored in `full` mode only. */
  readonly parses: boolean;
  /** Names the resolver has bound: the only quoted identifiers shown. */
  readonly bound: ReadonlySet<string>;
  /** What the statement does to what, in words of ours, for the mode that keeps no text. */
  readonly summary: string | undefined;
  readonly errorPosition: number | undefined;
}

interface Stored {
  readonly text?: string;
  readonly lits?: number;
  readonly truncated: boolean;
}

/** Builds the `sql` section of a record. Never throws: what cannot be read is not stored. */
export async function describeSql(text: SqlText, mode: SqlMode, keys: HmacKeys, logId: string): Promise<SqlSection> {
  const fp = text.parses ? await fingerprintOf(text.sql) : undefined;
  const stored = await storedText(text, fp !== undefined, mode, (literal) => keys.digest(logId, literal).slice(0, 12));
  return {
    mode,
    ...stored,
    ...(mode === 'fingerprint' && text.summary !== undefined ? { summary: bounded(text.summary, 1024) } : {}),
    len: Buffer.byteLength(text.sql),
    params: text.parameters.values.length,
    ...statedTypes(text.parameters),
    ...(fp === undefined ? {} : { fp, fpv: fingerprintVersion }),
    hmac: `hmac:${keys.version}:${keys.digest(logId, text.sql)}`,
    ...(text.errorPosition === undefined ? {} : { errpos: text.errorPosition }),
  };
}

/**
 * Undefined for what the grammar does not read. The library hands out its error message, which quotes the text, in the
 * place of a fingerprint: only sixteen hex digits are one.
 */
async function fingerprintOf(sql: string): Promise<string | undefined> {
  if (Buffer.byteLength(sql) > maxReadBytes) return undefined;
  const fp = await fingerprint(sql).catch(() => undefined);
  return fp !== undefined && /^[0-9a-f]{16}$/.test(fp) ? fp : undefined;
}

async function storedText(
  text: SqlText,
  read: boolean,
  mode: SqlMode,
  digest: (literal: string) => string,
): Promise<Stored> {
  if (mode === 'full') return cut(text.sql);
  if (!read) return { truncated: text.parses };
  const tokens = await scan(text.sql).catch(() => undefined);
  if (tokens === undefined) return { truncated: true };
  const { shown, literals } = redact(
    text.sql,
    tokens,
    text.bound,
    mode === 'hmac' ? (literal) => `?h:${digest(literal)}` : () => '?',
  );
  return { ...(mode === 'fingerprint' ? { truncated: false } : cut(shown)), lits: literals };
}

/** Whitespace and comments become one space; literals become what `hide` makes of them; unbound quoted names become `"?"`. */
export function redact(
  sql: string,
  tokens: readonly Token[],
  bound: ReadonlySet<string>,
  hide: (literal: string) => string,
): { readonly shown: string; readonly literals: number } {
  const bytes = Buffer.from(sql);
  const written = ({ kind, start, end, text }: Token) =>
    kind === 'keyword' ? bytes.toString('utf8', start, end) : text;
  let shown = '';
  let literals = 0;
  let end = 0;
  for (const token of tokens) {
    if (isComment(token)) continue;
    if (token.start > end && shown !== '') shown += ' ';
    end = token.end;
    if (isLiteral(token.text)) {
      literals += 1;
      shown += hide(token.text);
    } else shown += isQuoted(token.text) && !isBound(token.text, bound) ? '"?"' : written(token);
  }
  return { shown, literals };
}

/**
 * By the token's text: the lexer's names for `B'…'`, `X'…'` and `U&'…'` do not tell that they are literals. `$1` is a
 * parameter, every other token that begins with `$` is a dollar-quoted string.
 */
function isLiteral(text: string): boolean {
  return text.endsWith("'") || /^\.?\d/.test(text) || /^\$(?!\d)/.test(text);
}

function isComment({ kind, text }: Token): boolean {
  return kind === 'comment' || text.startsWith('--') || text.startsWith('/*');
}

function isQuoted(text: string): boolean {
  return text.endsWith('"');
}

/** `U&"…"` is never shown: what it spells is not what it says. */
function isBound(quoted: string, bound: ReadonlySet<string>): boolean {
  return quoted.startsWith('"') && bound.has(quoted.slice(1, -1).replaceAll('""', '"'));
}

function cut(text: string): Stored {
  const bytes = Buffer.from(text);
  if (bytes.length <= maxStoredBytes) return { text: bytes.toString(), truncated: false };
  return { text: bytes.subarray(0, maxStoredBytes).toString(), truncated: true };
}

const typeName = /^[a-z_][a-z0-9_ ]{0,62}(?:\[\])*$/i;

/** Types a caller stated are shown when they look like a type's name. */
function statedTypes({ values }: BindParameters): { readonly ptypes?: string[] } {
  if (!values.some(({ type }) => type !== undefined)) return {};
  return { ptypes: values.slice(0, 100).map(({ type }) => (type !== undefined && typeName.test(type) ? type : '?')) };
}
