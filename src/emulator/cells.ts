/** One cell of PostgreSQL's text output as the Field the service makes of it (README, E9, E11). */

import type { ColumnType, FieldKind } from './column-types.ts';
import { serviceError } from './service-error.ts';

export interface ResultOptions {
  readonly longReturnType?: string;
  readonly decimalReturnType?: string;
}

export type FieldValue = Readonly<Record<string, unknown>>;

/** Fractions of a second come as none, three or six digits. */
function fraction(text: string): string {
  const [, head = text, digits = ''] = /^(.*?)(?:\.(\d+))?$/.exec(text) ?? [];
  if (digits === '') return head;
  return `${head}.${digits.length <= 3 ? digits.padEnd(3, '0') : digits.padEnd(6, '0')}`;
}

function utc(text: string): string {
  const match = /^(\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d+)?([+-]\d\d)(?::?(\d\d))?(?::(\d\d))?( BC)?$/.exec(text);
  if (match === null) return text;
  const [, day, time, rest = '', hours = '+00', minutes = '00'] = match;
  if (hours === '+00' && minutes === '00') return fraction(`${day} ${time}${rest}`);
  const moment = new Date(`${day}T${time}${hours}:${minutes}`);
  return fraction(`${moment.toISOString().slice(0, 19).replace('T', ' ')}${rest}`);
}

/** The live service answers an infinite date with a bare HTTP 500. */
function finite(text: string): string {
  if (/^-?infinity$/.test(text)) throw serviceError('InternalFailure');
  return text;
}

const number = (text: string) => (Number.isFinite(Number(text)) ? Number(text) : text);

function scalar(kind: FieldKind, text: string): unknown {
  switch (kind) {
    case 'boolean':
      return text === 't';
    case 'double':
      return number(text);
    case 'blob':
      return Buffer.from(text.slice(2), 'hex').toString('base64');
    case 'json':
      return JSON.stringify(JSON.parse(text));
    case 'date':
      return finite(text);
    case 'time':
      return fraction(text);
    case 'timestamp':
      return fraction(finite(text));
    case 'timestamptz':
      return utc(finite(text));
    default:
      return text;
  }
}

const members: Readonly<Record<FieldKind, string>> = {
  boolean: 'booleanValue',
  long: 'longValue',
  double: 'doubleValue',
  blob: 'blobValue',
  string: 'stringValue',
  json: 'stringValue',
  date: 'stringValue',
  time: 'stringValue',
  timestamp: 'stringValue',
  timestamptz: 'stringValue',
};

const refuse = (type: ColumnType) =>
  serviceError('UnsupportedResultException', `The result contains the unsupported data type ${type.refusalName}.`);

/** A whole number written without losing digits: JSON.stringify would go through a double. */
export class Digits {
  constructor(readonly text: string) {}
}

/** The check of the type comes here, when a row is decoded: a result without rows never fails. */
export function toField(type: ColumnType, text: string | null, options: ResultOptions): FieldValue {
  if (type.element !== undefined) return arrayField(type, type.element, text, options);
  if (type.kind === undefined) throw refuse(type);
  if (text === null) return { isNull: true };
  if (type.name === 'numeric' && options.decimalReturnType === 'DOUBLE_OR_LONG')
    return text.includes('.') ? { doubleValue: number(text) } : { longValue: new Digits(text) };
  if (type.kind === 'long')
    return options.longReturnType === 'STRING' ? { stringValue: text } : { longValue: new Digits(text) };
  return { [members[type.kind]]: scalar(type.kind, text) };
}

const arrayMembers: Readonly<Partial<Record<FieldKind, string>>> = {
  boolean: 'booleanValues',
  long: 'longValues',
  double: 'doubleValues',
};

function arrayField(type: ColumnType, element: ColumnType, text: string | null, options: ResultOptions): FieldValue {
  if (element.kind === undefined || element.kind === 'blob') throw refuse(type);
  if (text === null) return { isNull: true };
  const { kind } = element;
  const items = readArray(text).map((item) =>
    item === null ? null : kind === 'long' ? new Digits(item) : scalar(kind, item),
  );
  const member =
    kind === 'long' && options.longReturnType === 'STRING' ? 'stringValues' : (arrayMembers[kind] ?? 'stringValues');
  const values = member === 'stringValues' ? items.map((item) => (item instanceof Digits ? item.text : item)) : items;
  return { arrayValue: { [member]: values } };
}

/** Elements of a one-dimensional array literal. */
function readArray(text: string): readonly (string | null)[] {
  if (text.startsWith('[') || /^\{\s*\{/.test(text))
    throw serviceError('UnsupportedResultException', 'The result contains a multidimensional array');
  const items: (string | null)[] = [];
  for (const [, quoted, plain] of text.slice(1, -1).matchAll(/"((?:[^"\\]|\\.)*)"|([^,"]+)/g)) {
    if (quoted !== undefined) items.push(quoted.replace(/\\(.)/g, '$1'));
    else items.push(plain === 'NULL' ? null : (plain ?? ''));
  }
  return items;
}

const resultLimit = 1_048_576;

/** About two bytes a row, four a column and the octets of each cell (README, E12). */
export function checkSize(rows: readonly (readonly (string | null)[])[]): void {
  let size = 0;
  for (const row of rows) {
    size += 2 + 4 * row.length;
    for (const cell of row) size += cell === null ? 0 : Buffer.byteLength(cell);
  }
  if (size > resultLimit) throw serviceError('UnsupportedResultException', 'The result exceeds the size limit 1 MB.');
}
