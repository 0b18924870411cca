/** What a record says of SQL text: never a literal, a comment or an invented name, unless the mode is `full`. */

import type { Principal } from '../model/principal.ts';
import type { BindParameters } from '../model/request.ts';
import type { HmacKeys } from './hmac-key.ts';
import { bounded } from './plain-text.ts';
import type { SqlMode, SqlSection } from './records/sql.ts';
import { type Piece, readSql, type SqlReading } from './sql-reading.ts';

/** The grammar whose fingerprints these are; they change with it. */
const fingerprintVersion = 'pg18';

/** Bytes of stored text, in every mode. */
const maxStoredBytes = 64 * 1024;

export interface SqlText {
  readonly sql: string;
  /** Whose it is. */
  readonly principal: Principal;
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
  const reading = text.parses ? await readSql(text.sql, text.principal) : undefined;
  return {
    mode,
    ...storedText(text, reading, mode, (literal) => keys.digest(logId, literal).slice(0, 12)),
    ...(mode === 'fingerprint' && text.summary !== undefined ? { summary: bounded(text.summary, 1024) } : {}),
    len: Buffer.byteLength(text.sql),
    params: text.parameters.values.length,
    ...statedTypes(text.parameters),
    ...(reading === undefined ? {} : { fp: reading.fingerprint, fpv: fingerprintVersion }),
    hmac: `hmac:${keys.version}:${reading === undefined ? keys.digest(logId, text.sql) : digestOf(reading, text.sql, keys, logId)}`,
    ...(text.errorPosition === undefined ? {} : { errpos: text.errorPosition }),
  };
}

/** Worked out of texts that came before; they live as long as their readings are kept. */
const digests = new WeakMap<SqlReading, WeakMap<HmacKeys, Map<string, string>>>();
const redacted = new WeakMap<SqlReading, Stored>();

function digestOf(reading: SqlReading, sql: string, keys: HmacKeys, logId: string): string {
  const ofReading = digests.get(reading) ?? new WeakMap<HmacKeys, Map<string, string>>();
  digests.set(reading, ofReading);
  const ofKeys = ofReading.get(keys) ?? new Map<string, string>();
  ofReading.set(keys, ofKeys);
  const digest = ofKeys.get(logId) ?? keys.digest(logId, sql);
  if (ofKeys.size < logsKept) ofKeys.set(logId, digest);
  return digest;
}

/** Logs for which the digest of one text is kept. */
const logsKept = 8;

function storedText(
  text: SqlText,
  reading: SqlReading | undefined,
  mode: SqlMode,
  digest: (literal: string) => string,
): Stored {
  if (mode === 'full') return cut(text.sql);
  if (reading === undefined) return { truncated: text.parses };
  const lits = reading.pieces.filter(({ kind }) => kind === 'literal').length;
  if (mode === 'fingerprint') return { truncated: false, lits };
  const known = mode === 'redacted' ? redacted.get(reading) : undefined;
  if (known !== undefined) return known;
  const hide = mode === 'hmac' ? (literal: string) => `?h:${digest(literal)}` : () => '?';
  const stored = { ...cut(reading.pieces.map((piece) => show(piece, text.bound, hide)).join('')), lits };
  // a quoted name is shown or not by what the resolver bound, so such a text is not the same for everyone
  if (mode === 'redacted' && reading.pieces.every(({ kind }) => kind !== 'quoted')) redacted.set(reading, stored);
  return stored;
}

/** `U&"…"` is never shown: what it spells is not what it says. */
function show({ kind, text }: Piece, bound: ReadonlySet<string>, hide: (literal: string) => string): string {
  if (kind === 'literal') return hide(text);
  if (kind === 'plain') return text;
  const isBound = text.startsWith('"') && bound.has(text.slice(1, -1).replaceAll('""', '"'));
  return isBound ? text : '"?"';
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
