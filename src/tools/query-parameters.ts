/** `query_parameters` in both of its forms becomes bind values: text for PostgreSQL to read, never a piece of SQL. */

import { z } from 'zod';
import { type BindParameters, type BindValue, noParameters } from '../model/request.ts';
import { InvalidArguments } from './invalid-arguments.ts';

type Positional = string | number | boolean | null | readonly Positional[] | { readonly [key: string]: Positional };

/** A Data-API `Field`: exactly one member. */
const field = z.union([
  z.strictObject({ longValue: z.union([z.int(), z.string().regex(/^-?\d{1,19}$/)]) }),
  z.strictObject({ doubleValue: z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])]) }),
  z.strictObject({ booleanValue: z.boolean() }),
  z.strictObject({ stringValue: z.string() }),
  z.strictObject({ blobValue: z.base64() }),
  z.strictObject({ isNull: z.literal(true) }),
]);

const typeHint = z.enum(['DATE', 'TIME', 'TIMESTAMP', 'DECIMAL', 'UUID', 'JSON']);

const named = z.strictObject({ name: z.string().min(1).max(128), value: field, typeHint: typeHint.optional() });

/** PostgreSQL's name of the type each hint means; JSON binds as jsonb, which also reads where json is wanted. */
const hinted: Readonly<Record<z.output<typeof typeHint>, string>> = {
  DATE: 'date',
  TIME: 'time',
  TIMESTAMP: 'timestamp',
  DECIMAL: 'numeric',
  UUID: 'uuid',
  JSON: 'jsonb',
};

const positional = z.custom<Positional>((value) => isPositional(value));

/**
 * The argument: a list of plain values for `$1, $2 …`, or of `{name, value: {longValue: 1}}` for `:name`. The published
 * schema says a list of anything, for a model learns more from the example than from a tree of alternatives.
 */
export const queryParameters = z
  .array(positional)
  .max(1000)
  .optional()
  .describe('Values for $1, $2 … as a plain list, or for :name as [{"name":"id","value":{"longValue":42}}].');

/** Decides which form was used (all named or all positional) and writes every value in PostgreSQL's input syntax. */
export function bindParameters(given: z.output<typeof queryParameters>): BindParameters {
  if (given === undefined || given.length === 0) return noParameters;
  const names = given.every(looksNamed) ? given.map((item) => named.safeParse(item)) : undefined;
  if (names?.every((result) => result.success)) {
    const values = names.map(({ data }) => ({ name: data.name, ...fromField(data.value, data.typeHint) }));
    refuseTwins(values.map((value) => value.name));
    return { style: 'named', values };
  }
  if (given.some(looksNamed)) {
    throw new InvalidArguments(
      'The argument "query_parameters" mixes its two forms, or names a value wrongly.',
      'Write either [42, "x"] for $1, $2, or [{"name":"id","value":{"longValue":42}}] for :id.',
    );
  }
  return { style: 'positional', values: given.map((value) => ({ value: toText(value) })) };
}

function fromField(
  value: z.output<typeof field>,
  hint: z.output<typeof typeHint> | undefined,
): { value: BindValue; type?: string } {
  const type = hint === undefined ? {} : { type: hinted[hint] };
  if ('isNull' in value) return { value: null, ...type };
  if ('blobValue' in value)
    return { value: `\\x${Buffer.from(value.blobValue, 'base64').toString('hex')}`, type: 'bytea' };
  if ('longValue' in value) return { value: String(value.longValue), ...type };
  if ('doubleValue' in value) return { value: String(value.doubleValue), ...type };
  if ('booleanValue' in value) return { value: String(value.booleanValue), ...type };
  return { value: value.stringValue, ...type };
}

/** Plain values: a list is a PostgreSQL array, an object is JSON. A JSON list is given as text: `"[1,2]"`. */
function toText(value: unknown): BindValue {
  if (value === null) return null;
  if (typeof value === 'number' && isRounded(value)) {
    throw new InvalidArguments(
      'The argument "query_parameters" holds a number that JSON has already rounded.',
      'Write large whole numbers as text: "9007199254740993".',
    );
  }
  if (Array.isArray(value)) return toArrayText(value);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Digits beyond 2^53 do not survive JSON's numbers; from 1e21 on a number is written with an exponent, and is meant so. */
function isRounded(value: number): boolean {
  return Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(value) < 1e21;
}

function toArrayText(items: readonly unknown[]): string {
  return `{${items.map((item) => (Array.isArray(item) ? toArrayText(item) : toElementText(toText(item)))).join(',')}}`;
}

function toElementText(text: BindValue): string {
  return text === null ? 'NULL' : `"${text.replace(/["\\]/g, '\\$&')}"`;
}

function refuseTwins(names: readonly string[]): void {
  const twin = names.find((name, index) => names.indexOf(name) !== index);
  if (twin === undefined) return;
  throw new InvalidArguments(`The argument "query_parameters" names "${twin}" twice.`);
}

function looksNamed(item: unknown): boolean {
  return typeof item === 'object' && item !== null && !Array.isArray(item) && 'name' in item && 'value' in item;
}

/** PostgreSQL arrays have at most six dimensions; JSON values are allowed a little more. */
const deepest = 32;

function isPositional(value: unknown, depth = 0): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || depth > deepest) return false;
  return Object.values(value).every((item) => isPositional(item, depth + 1));
}
