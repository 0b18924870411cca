/** Turns the text of a value into JSON, by its type: the one table of values, equal on every backend (docs/values.md). */

import type { Json } from '../../model/result.ts';
import { isoMoment, isoTimeWithZone } from './dates.ts';
import { readJson } from './json-text.ts';
import { type ArrayItem, type RangeText, readArray, readMultirange, readRange, readRow } from './literals.ts';
import { exactNumber, float } from './numbers.ts';
import type { Type } from './type.ts';

/** Reads one non-null value. */
export type Decoder = (text: string) => Json;

const asText: Decoder = (text) => text;
const hexToBase64: Decoder = (text) =>
  text.startsWith('\\x') ? Buffer.from(text.slice(2), 'hex').toString('base64') : text;

/** Built-in types that are something other than their text. */
const scalars: Readonly<Record<string, Decoder>> = {
  boolean: (text) => text === 't',
  smallint: Number,
  integer: Number,
  oid: Number,
  xid: Number,
  cid: Number,
  bigint: exactNumber,
  xid8: exactNumber,
  numeric: exactNumber,
  real: float,
  'double precision': float,
  json: readJson,
  jsonb: readJson,
  bytea: hexToBase64,
  date: isoMoment,
  'timestamp without time zone': isoMoment,
  'timestamp with time zone': isoMoment,
  'time with time zone': isoTimeWithZone,
  void: () => null,
};

function arrayDecoder(element: Type, delimiter: string): Decoder {
  const decode = decoderFor(element);
  const item = (value: ArrayItem): Json => {
    if (value === null) return null;
    return typeof value === 'string' ? decode(value) : value.map(item);
  };
  return (text) => readArray(text, delimiter).map(item);
}

function rangeObject(subtype: Type): (range: RangeText) => Json {
  const decode = decoderFor(subtype);
  const bound = (text: string | null) => (text === null ? null : decode(text));
  return ({ lower, upper, bounds }) => ({ lower: bound(lower), upper: bound(upper), bounds });
}

function rangeDecoder(subtype: Type): Decoder {
  const object = rangeObject(subtype);
  return (text) => {
    const range = readRange(text);
    return range === undefined ? { empty: true } : object(range);
  };
}

function multirangeDecoder(range: Type): Decoder {
  if (range.kind !== 'range') return asText;
  const object = rangeObject(range.subtype);
  return (text) => readMultirange(text).map(object);
}

function compositeDecoder(fields: readonly { readonly name: string; readonly type: Type }[]): Decoder {
  const decoders = fields.map((field) => decoderFor(field.type));
  return (text) => {
    const values = readRow(text);
    if (values.length !== fields.length) return text; // the type was altered since it was looked up
    const cell = (index: number): Json => {
      const value = values[index];
      return value === null || value === undefined ? null : (decoders[index]?.(value) ?? null);
    };
    return Object.fromEntries(fields.map((field, index) => [field.name, cell(index)]));
  };
}

function build(type: Type): Decoder {
  switch (type.kind) {
    case 'scalar':
      return scalars[type.name] ?? asText;
    case 'opaque':
      return asText;
    case 'array':
      return arrayDecoder(type.element, type.delimiter);
    case 'range':
      return rangeDecoder(type.subtype);
    case 'multirange':
      return multirangeDecoder(type.range);
    case 'composite':
      return compositeDecoder(type.fields);
  }
}

const built = new WeakMap<Type, Decoder>();

/** The decoder of a type; text that is not as PostgreSQL prints it stays text rather than fail the call. */
export function decoderFor(type: Type): Decoder {
  const known = built.get(type);
  if (known !== undefined) return known;
  const decode = build(type);
  const nested = type.kind !== 'scalar' && type.kind !== 'opaque';
  const decoder: Decoder = nested ? (text) => orText(decode, text) : decode;
  built.set(type, decoder);
  return decoder;
}

function orText(decode: Decoder, text: string): Json {
  try {
    return decode(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}
