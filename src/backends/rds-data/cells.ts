/** What the service sends back as the rows PostgreSQL would have sent: text in PostgreSQL's own form, framed as DataRow. */

import type { ColumnMetadata, Field } from '@aws-sdk/client-rds-data';
import { builtInTypes, typeOidByName } from '../values/built-in-types.ts';
import { readRow } from '../values/literals.ts';
import type { Type } from '../values/type.ts';

/** The body of a DataRow: what the shared last gate counts, cuts and decodes. */
export function dataRow(cells: readonly (string | null)[]): Buffer {
  const texts = cells.map((cell) => (cell === null ? undefined : Buffer.from(cell, 'utf8')));
  const size = texts.reduce((sum, text) => sum + 4 + (text?.length ?? 0), 2);
  const body = Buffer.allocUnsafe(size);
  let at = body.writeUInt16BE(cells.length, 0);
  for (const text of texts) {
    at = body.writeInt32BE(text?.length ?? -1, at);
    if (text !== undefined) at += text.copy(body, at);
  }
  return body;
}

export interface Lines {
  /** OIDs of the columns' types. */
  readonly types: readonly number[];
  /** Bodies of DataRow. */
  readonly rows: readonly Buffer[];
  /** A row was left out because of its size. */
  readonly cut: boolean;
}

/** Takes the answer of the envelope apart; a SyntaxError where it is not as the envelope makes it. */
export function readLines(records: readonly (readonly Field[])[], columns: number): Lines {
  const [header, ...lines] = records;
  const types = textOf(header?.[0]);
  if (types === null || types.startsWith('(')) throw new SyntaxError('the answer has no header');
  const oids = types === '' ? [] : types.split(',').map(Number);
  const rows: Buffer[] = [];
  let cut = false;
  for (const line of lines) {
    const text = textOf(line[0]);
    if (text === null) cut = true;
    else rows.push(dataRow(cellsOf(text, columns)));
  }
  return { types: oids, rows, cut };
}

function cellsOf(line: string, columns: number): readonly (string | null)[] {
  const cells = columns === 1 && line === '()' ? [null] : readRow(line);
  if (cells.length !== columns) throw new SyntaxError('a row has other columns than were asked for');
  return cells;
}

function textOf(field: Field | undefined): string | null {
  if (field === undefined || field.isNull === true) return null;
  if (field.stringValue === undefined) throw new SyntaxError('not a text');
  return field.stringValue;
}

const quoted = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`;
const element = (value: unknown) => (value === null || value === undefined ? 'NULL' : quoted(scalarText(value)));

function scalarText(value: unknown): string {
  if (typeof value === 'boolean') return value ? 't' : 'f';
  return String(value);
}

/** A field as PostgreSQL prints the value. Times in a zone lose their offset at the service, which has them in UTC. */
export function fieldText(field: Field, typeName: string): string | null {
  if (field.isNull === true) return null;
  if (field.blobValue !== undefined) return `\\x${Buffer.from(field.blobValue).toString('hex')}`;
  if (field.arrayValue !== undefined) {
    const { booleanValues, doubleValues, longValues, stringValues } = field.arrayValue;
    const items: readonly unknown[] = stringValues ?? longValues ?? doubleValues ?? booleanValues ?? [];
    const zoned = typeName === '_timestamptz' ? items.map((item) => (item === null ? null : `${item}+00`)) : items;
    return `{${zoned.map(element).join(',')}}`;
  }
  const text = scalarText(field.stringValue ?? field.longValue ?? field.doubleValue ?? field.booleanValue);
  return typeName === 'timestamptz' ? `${text}+00` : text;
}

const serials: Readonly<Record<string, string>> = { serial: 'int4', bigserial: 'int8', smallserial: 'int2' };

/** The type the service names; what it names and PostgreSQL does not bring is text under that name. */
export function typeOfColumn({ typeName = 'unknown' }: ColumnMetadata): Type {
  const name = serials[typeName] ?? typeName;
  const oid = typeOidByName(name.replace(/^_/, ''));
  const type: Type = (oid === undefined ? undefined : builtInTypes.get(oid)) ?? {
    kind: 'opaque',
    name: name.replace(/^_/, ''),
  };
  return name.startsWith('_') ? { kind: 'array', name: `${type.name}[]`, element: type, delimiter: ',' } : type;
}
