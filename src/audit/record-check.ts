/** The closed schema of records and the writer's notation, checked in one walk: what a full verification can afford per line. */

import { z } from 'zod';
import { type LogRecord, recordSchema } from './records.ts';

/** Where the value ends in the line, given where it begins; -1 when it does not fit the schema or the notation. */
type Check = (value: unknown, at: number, line: string) => number;

/** The part of JSON Schema that our records are written in. A keyword outside it stops the start. */
interface Node {
  readonly type?: unknown;
  readonly const?: unknown;
  readonly enum?: unknown;
  readonly properties?: unknown;
  readonly required?: unknown;
  readonly items?: unknown;
  readonly anyOf?: unknown;
  readonly oneOf?: unknown;
  readonly maxLength?: unknown;
  readonly pattern?: unknown;
  readonly minimum?: unknown;
  readonly maximum?: unknown;
}

const known = new Set([
  ...['$schema', 'type', 'const', 'enum', 'properties', 'required', 'additionalProperties', 'items', 'anyOf', 'oneOf'],
  ...['maxLength', 'pattern', 'minimum', 'maximum', 'description'],
]);

/** The published schema: `audit/schema.json` is this. */
export function recordJsonSchema(): object {
  return z.toJSONSchema(recordSchema);
}

/** Of the line being walked: only then can a string be longer in it than its characters and two quotes. */
let hasEscapes = false;

const needsEscape = /["\\\u0000-\u001f]/;

/** Characters of a string in the writer's notation. `\/` and the like are longer and so never pass. */
function writtenLength(text: string): number {
  return hasEscapes && needsEscape.test(text) ? JSON.stringify(text).length : text.length + 2;
}

let compiled: ReadonlyMap<string, Check> | undefined;

/**
 * Whether `value`, parsed from `line`, is a record of the closed schema in the writer's own notation: no space, no
 * duplicate key, no other way to write a number. False only means that the slow way must decide: a line with a `\u` escape
 * is not measured here, since its hexadecimal digits can be written in two ways of one length.
 *
 * The walk adds up how long each part would be as the writer writes it. Every other notation is longer, except `1e3` for
 * numbers that end in zeros, and those are compared where they stand; so equal length means equal text.
 */
export function isPlainRecord(value: unknown, line: string): value is LogRecord {
  hasEscapes = line.includes('\\');
  if (hasEscapes && line.includes('\\u')) return false;
  compiled ??= compileVariants(nodeOf(recordJsonSchema()));
  if (!isObject(value) || typeof value['type'] !== 'string') return false;
  return compiled.get(value['type'])?.(value, 0, line) === line.length;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function nodeOf(value: unknown): Node {
  if (!isObject(value)) throw new TypeError('not a schema');
  const strange = Object.keys(value).find((keyword) => !known.has(keyword));
  if (strange !== undefined) throw new TypeError(`the record schema uses ${strange}, which is not checked`);
  return value;
}

function compileVariants(schema: Node): ReadonlyMap<string, Check> {
  const variants = Array.isArray(schema.oneOf) ? schema.oneOf : [];
  return new Map(
    variants.map((variant: unknown) => {
      const node = nodeOf(variant);
      const type = isObject(node.properties) ? nodeOf(node.properties['type']).const : undefined;
      if (typeof type !== 'string') throw new TypeError('a record without a type');
      return [type, compile(node)];
    }),
  );
}

function compile(node: Node): Check {
  const choices = node.anyOf ?? node.oneOf;
  if (Array.isArray(choices)) return compileChoice(choices.map((choice: unknown) => compile(nodeOf(choice))));
  if (node.const !== undefined) return compileValues([node.const]);
  if (Array.isArray(node.enum)) return compileValues(node.enum);
  if (node.type === 'object') return compileObject(node);
  if (node.type === 'array') return compileArray(compile(nodeOf(node.items)));
  if (node.type === 'string') return compileString(node);
  if (node.type === 'integer') return compileInteger(node);
  if (node.type === 'boolean') return (value, at) => (typeof value === 'boolean' ? at + String(value).length : -1);
  throw new TypeError('the record schema has a node that is not checked');
}

function compileValues(values: readonly unknown[]): Check {
  const lengths = new Map(values.map((value) => [value, JSON.stringify(value).length]));
  return (value, at) => {
    const length = lengths.get(value);
    return length === undefined ? -1 : at + length;
  };
}

function compileChoice(choices: readonly Check[]): Check {
  return (value, at, line) => {
    for (const check of choices) {
      const end = check(value, at, line);
      if (end !== -1) return end;
    }
    return -1;
  };
}

function compileArray(item: Check): Check {
  return (value, at, line) => {
    if (!Array.isArray(value)) return -1;
    let end = at + 1;
    for (const element of value) {
      end = item(element, end, line);
      if (end === -1) return -1;
      end += 1; // a comma, or the bracket
    }
    return value.length === 0 ? at + 2 : end;
  };
}

function compileString({ maxLength, pattern }: Node): Check {
  const max = typeof maxLength === 'number' ? maxLength : Number.POSITIVE_INFINITY;
  const fits = (value: unknown): value is string => typeof value === 'string' && value.length <= max;
  if (typeof pattern !== 'string') return (value, at) => (fits(value) ? at + writtenLength(value) : -1);
  const expression = new RegExp(pattern);
  return (value, at) => (fits(value) && expression.test(value) ? at + writtenLength(value) : -1);
}

function compileInteger({ minimum, maximum }: Node): Check {
  const min = typeof minimum === 'number' ? minimum : Number.MIN_SAFE_INTEGER;
  const max = typeof maximum === 'number' ? maximum : Number.MAX_SAFE_INTEGER;
  return (value, at, line) => {
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min || value > max) return -1;
    const text = String(value);
    if (value % 100 === 0 && value !== 0 && !line.startsWith(text, at)) return -1;
    return at + text.length;
  };
}

interface Member {
  readonly key: string;
  readonly check: Check;
  /** 1 where the key must be there. */
  readonly must: number;
}

function compileObject({ properties, required }: Node): Check {
  const checks = new Map(
    Object.entries(isObject(properties) ? properties : {}).map(([key, node]) => [key, compile(nodeOf(node))]),
  );
  const needed: readonly unknown[] = Array.isArray(required) ? required : [];
  const mandatory = new Set(needed);
  const members = new Map([...checks].map(([key, check]) => [key, { key, check, must: mandatory.has(key) ? 1 : 0 }]));
  /** The keys of the object before, in order: the next one mostly has the same, and they are not looked up again then. */
  const order: Member[] = [];
  return (value, at, line) => {
    if (!isObject(value)) return -1;
    let missing = mandatory.size;
    let end = at + 1;
    let index = 0;
    for (const key in value) {
      let member = order[index];
      if (member?.key !== key) {
        member = members.get(key);
        if (member === undefined) return -1;
        order[index] = member;
      }
      index += 1;
      end = member.check(value[key], end + key.length + 3, line);
      if (end === -1) return -1;
      end += 1; // a comma, or the brace
      missing -= member.must;
    }
    return missing === 0 ? Math.max(end, at + 2) : -1;
  };
}
