/**
 * The one file that makes a text other than the caller's (invariant 4): parameter markers as the Data API takes them,
 * and an envelope that brings every type back as PostgreSQL prints it. Each text made here is parsed again and proven
 * to be the caller's (envelope-proof.ts).
 */

import { createHash } from 'node:crypto';
import { Refusal } from '../../model/errors.ts';
import { scan } from '../../sql/parser.ts';
import type { StatementContents } from '../../sql/statement.ts';
import { type CastType, expectation, type Frame, noFrame, prove } from './envelope-proof.ts';
import { asPostgresGetsIt } from './placeholders.ts';

export interface Sendable {
  /** What ExecuteStatement is given. */
  readonly sql: string;
  /** For each name `1`, `2` … in `sql`: which of the statement's parameters (from 1) it stands for. */
  readonly markers: readonly number[];
  /** SHA-256 of `sql`, hexadecimal. */
  readonly sha256: string;
  /** A 1-based character of `sql` (equally of what the service makes of it) as one of the statement's text. */
  readonly toStatement: (position: number) => number | undefined;
}

const aliases = (columns: number) => Array.from({ length: columns }, (_, index) => `c${index + 1}`);
const aliasList = (columns: number) => (columns === 0 ? '' : ` (${aliases(columns).join(', ')})`);

/** A domain is shown as what it is over, as PostgreSQL's own row description does. */
const outputType = (
  column: string,
) => `(SELECT CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.oid END::pg_catalog.text
  FROM pg_catalog.pg_type AS t WHERE t.oid = pg_catalog.pg_typeof(pgwarden_row.${column}))`;

const outputTypes = (columns: number) =>
  columns === 0 ? "''" : `pg_catalog.concat_ws(',', ${aliases(columns).map(outputType).join(', ')})`;

/** Types of the columns without running the statement: the join never holds, and the planner leaves it out. */
const headerBranch = (columns: number) =>
  `SELECT ${outputTypes(columns)} AS line FROM (SELECT) AS pgwarden_one LEFT JOIN pgwarden_statement AS pgwarden_row ON false`;

const open = (columns: number) => `WITH pgwarden_statement${aliasList(columns)} AS NOT MATERIALIZED (\n`;

/** Octets the service counts for a row of one column beside the text itself (README of the emulator, E12). */
const rowOverhead = 6;

/**
 * One column of text. First the OIDs of the columns' types, then each row as PostgreSQL prints a row: every type passes,
 * exactly. At most `maxRows` + 1 rows, and rows as long as they stay below `maxBytes`; the first that does not is NULL.
 */
function rowsFrame(columns: number, maxRows: number, maxBytes: number): Frame {
  return {
    before: open(columns),
    after: `\n)
${headerBranch(columns)}
UNION ALL
SELECT CASE WHEN measured.total <= ${maxBytes} THEN measured.line END FROM (
  SELECT capped.line, capped.size, pg_catalog.sum(capped.size) OVER (ROWS UNBOUNDED PRECEDING) AS total FROM (
    SELECT found.line, pg_catalog.octet_length(found.line) + ${rowOverhead} AS size FROM (
      SELECT pgwarden_row::pg_catalog.text AS line FROM pgwarden_statement AS pgwarden_row LIMIT ${maxRows + 1}
    ) AS found
  ) AS capped
) AS measured WHERE measured.total - measured.size <= ${maxBytes}`,
  };
}

const markerType = (
  marker: number,
) => `(SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(t.typname)
  FROM pg_catalog.pg_type AS t JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
  WHERE t.oid = pg_catalog.pg_typeof($${marker}))`;

/** One row of one text for each marker: the type PostgreSQL infers for it. The statement is read and not run. */
function typesFrame(markers: number): Frame {
  const types = Array.from({ length: markers }, (_, index) => markerType(index + 1));
  return {
    before: open(0),
    after: `\n)\nSELECT ${types.join(', ')} FROM (SELECT) AS pgwarden_one LEFT JOIN pgwarden_statement AS pgwarden_row ON false`,
  };
}

/** No row, only the names of the columns: for a query whose reading did not predict them. */
const shapeFrame: Frame = { before: open(0), after: '\n)\nSELECT * FROM pgwarden_statement LIMIT 0' };

interface Piece {
  readonly text: string;
  /** Characters (code points) into the statement where the piece comes from. */
  readonly from: number;
  /** Whether the piece stands as it stood there. */
  readonly copied: boolean;
}

/** Numbers of the markers in order of first occurrence; a parameter used again is named by its number, not bound again. */
class Markers {
  readonly order: number[] = [];

  write(parameter: number, type: CastType | undefined): string {
    const known = this.order.indexOf(parameter) + 1;
    const marker = known > 0 ? `$${known}` : `:${this.order.push(parameter)}`;
    return type === undefined ? marker : `CAST(${marker} AS ${type})`;
  }
}

/**
 * Signs that read differently between the caller and PostgreSQL: a closing semicolon has no place in an envelope, and a
 * slice's colon with a name or a number after it (`a[1:2]`) would be taken for a parameter.
 */
const signs: Readonly<Record<string, string>> = { ';': ' ', ':': ': ' };

/** Cuts the statement at its parameters, which `write` writes, and at those signs. */
async function piecesOf(sql: string, write: (parameter: number) => string): Promise<readonly Piece[]> {
  const bytes = Buffer.from(sql, 'utf8');
  const pieces: Piece[] = [];
  let [at, characters] = [0, 0];
  const take = (end: number, replacement?: string) => {
    const text = bytes.toString('utf8', at, end);
    pieces.push({ text: replacement ?? text, from: characters, copied: replacement === undefined });
    characters += [...text].length;
    at = end;
  };
  for (const token of await scan(sql)) {
    const sign = token.kind === 'parameter' ? undefined : signs[token.text];
    if (token.kind !== 'parameter' && sign === undefined) continue;
    take(token.start);
    take(token.end, sign ?? write(Number(bytes.toString('latin1', token.start + 1, token.end))));
  }
  take(bytes.length);
  return pieces;
}

function positions(frame: Frame, pieces: readonly Piece[]): Sendable['toStatement'] {
  const length = (text: string) => [...text].length;
  return (position) => {
    let left = position - 1 - length(frame.before);
    if (left < 0) return undefined;
    for (const { text, from, copied } of pieces) {
      const size = length(text);
      if (left < size) return from + 1 + (copied ? left : 0);
      left -= size;
    }
    return undefined;
  };
}

const corrupted = () =>
  new Refusal('STATEMENT_TOO_COMPLEX', 'The text holds a colon that the RDS Data API would read as a parameter.', {
    hint: 'Write strings that hold a colon in single quotes instead of dollar quotes.',
  });

const tooLong = () =>
  new Refusal('STATEMENT_TOO_COMPLEX', 'The statement is longer than the RDS Data API accepts.', {
    hint: 'Its limit is 65,536 characters.',
  });

/** Characters of SQL text the service accepts. */
const longestText = 65_536;

async function make(
  statement: Readonly<StatementContents>,
  frame: (markers: number) => Frame,
  types: readonly (CastType | undefined)[],
): Promise<Sendable> {
  const markers = new Markers();
  const pieces = await piecesOf(statement.sql, (parameter) => markers.write(parameter, types[parameter - 1]));
  const around = frame(markers.order.length);
  const sql = `${around.before}${pieces.map((piece) => piece.text).join('')}${around.after}`;
  if (sql.length > longestText) throw tooLong();
  const names = markers.order.map((_, index) => String(index + 1));
  const sent = asPostgresGetsIt(sql, names);
  if (sent === undefined) throw corrupted();
  await prove(statement, sent, around, await expectation(markers.order, types));
  const sha256 = createHash('sha256').update(sql, 'utf8').digest('hex');
  return { sql, markers: markers.order, sha256, toStatement: positions(around, pieces) };
}

/** A query whose rows come back whatever their types. `columns`: how many it has. */
export function enveloped(
  statement: Readonly<StatementContents>,
  columns: number,
  types: readonly (CastType | undefined)[],
  caps: { readonly maxRows: number; readonly maxBytes: number },
): Promise<Sendable> {
  return make(statement, () => rowsFrame(columns, caps.maxRows, caps.maxBytes), types);
}

/** A question about the types of a query's parameters; the query is not run. */
export function typeQuestion(
  statement: Readonly<StatementContents>,
  types: readonly (CastType | undefined)[],
): Promise<Sendable> {
  return make(statement, typesFrame, types);
}

/** A question about the names of a query's columns; the query is not run to its first row. */
export function shapeQuestion(
  statement: Readonly<StatementContents>,
  types: readonly (CastType | undefined)[],
): Promise<Sendable> {
  return make(statement, () => shapeFrame, types);
}

/** The statement as it stands but for its markers and a closing semicolon: EXPLAIN, SHOW, writes. */
export function bare(
  statement: Readonly<StatementContents>,
  types: readonly (CastType | undefined)[],
): Promise<Sendable> {
  return make(statement, () => noFrame, types);
}

/**
 * A write, prepared under `name` and not run, so that PostgreSQL says which types its parameters have. Its `$n` stand as
 * they are: they are the prepared statement's own. Types that are not stated are inferred.
 */
export async function preparation(
  statement: Readonly<StatementContents>,
  name: string,
  types: readonly (CastType | undefined)[],
): Promise<Pick<Sendable, 'sql' | 'toStatement'>> {
  const list = types.map((type) => type ?? 'unknown').join(', ');
  const frame: Frame = { before: `PREPARE ${name} (${list}) AS\n`, after: '' };
  const pieces = await piecesOf(statement.sql, (parameter) => `$${parameter}`);
  const sql = `${frame.before}${pieces.map((piece) => piece.text).join('')}`;
  if (sql.length > longestText) throw tooLong();
  if (asPostgresGetsIt(sql, []) !== sql) throw corrupted();
  await prove(statement, sql, frame, (node) => node);
  return { sql, toStatement: positions(frame, pieces) };
}

/** One of the adapter's own texts: each `$n` once, cast to its type. */
export function ownText(text: string, types: readonly CastType[]): string {
  return text.replace(/\$(\d+)/g, (_, index: string) => `CAST(:${index} AS ${types[Number(index) - 1]})`);
}
