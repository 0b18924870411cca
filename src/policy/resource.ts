/** What rules speak of (patterns) and what a statement reaches (targets), and when one covers the other. */

import type { FunctionClass } from '../sql/access.ts';
import { printIdentifier, printName, readDottedName, star } from './identifiers.ts';
import { isSystemSchema, type SetName, setHolds, setNames } from './system-sets.ts';
import { canonicalType } from './type-names.ts';

/** The resource column of a rule, read. `unbounded` cannot be written: it is the built-in policy of old single-database flags. */
export type Pattern =
  | { readonly kind: 'unbounded' }
  | { readonly kind: 'everything' }
  | { readonly kind: 'data' }
  | { readonly kind: 'set'; readonly set: SetName }
  | { readonly kind: 'schema'; readonly schema: string }
  | { readonly kind: 'relation'; readonly schema: string; readonly relation: string }
  | { readonly kind: 'column'; readonly schema: string; readonly relation: string; readonly column: string }
  | {
      readonly kind: 'function';
      readonly schema: string;
      readonly name: string;
      readonly args: readonly string[] | undefined;
    };

/** A relation, or one column of it. */
export interface RelationTarget {
  readonly kind: 'relation';
  readonly schema: string;
  readonly relation: string;
  readonly column: string | undefined;
  /** Opened only by a rule that names it, never by a wildcard: foreign tables, views of extensions, views that lead to a denied column. */
  readonly onlyByName: boolean;
  readonly extension: string | undefined;
}

export interface FunctionTarget {
  readonly kind: 'function';
  readonly schema: string;
  readonly name: string;
  readonly args: readonly string[];
  readonly class: FunctionClass;
}

export type Target = RelationTarget | FunctionTarget;

export type PatternReading =
  | { readonly ok: true; readonly pattern: Pattern }
  | { readonly ok: false; readonly why: string; readonly hint: string };

const forms =
  'Write schema.relation, schema.relation.column, schema.function(), schema.*, *, **, @introspection or @statistics.';
const bad = (why: string, hint = forms): PatternReading => ({ ok: false, why, hint });

/** Reads the resource column of a rule. */
export function readPattern(text: string): PatternReading {
  if (text === '*') return { ok: true, pattern: { kind: 'data' } };
  if (text === '**') return { ok: true, pattern: { kind: 'everything' } };
  if (text.startsWith('@')) {
    const set = setNames.find((name) => name === text);
    return set
      ? { ok: true, pattern: { kind: 'set', set } }
      : bad(`there is no set ${text}`, `The sets are ${setNames.join(' and ')}.`);
  }
  return text.endsWith(')') ? readFunctionPattern(text) : readRelationPattern(text);
}

function readRelationPattern(text: string): PatternReading {
  const name = readDottedName(text);
  if (!name.ok) return bad(`the resource "${text}" cannot be read: ${name.why}`);
  const [schema = '', relation, column, more] = name.parts;
  if (relation === undefined)
    return bad(`the resource "${text}" names no schema`, `Write public.${text}, or ${text}.* for a whole schema.`);
  if (more !== undefined) return bad(`the resource "${text}" has too many parts`);
  if (column === star)
    return bad(`"${text}" is no resource`, 'A rule on a relation covers its columns: leave the last .* away.');
  if (column !== undefined) return { ok: true, pattern: { kind: 'column', schema, relation, column } };
  if (relation === star) return { ok: true, pattern: { kind: 'schema', schema } };
  return { ok: true, pattern: { kind: 'relation', schema, relation } };
}

function readFunctionPattern(text: string): PatternReading {
  const [, dotted = '', list = ''] = /^((?:[^"(]|"(?:[^"]|"")*")*)\((.*)\)$/s.exec(text) ?? [];
  const name = readDottedName(dotted.trim());
  if (!name.ok) return bad(`the function "${text}" cannot be read: ${name.why}`);
  const [schema = '', routine, more] = name.parts;
  if (routine === undefined || routine === star || more !== undefined)
    return bad(`"${text}" is not a function's name`, 'Write schema.function() or schema.function(int, text).');
  const args = list.trim() === '' ? undefined : list.split(',').map(canonicalType);
  if (args?.includes(''))
    return bad(`an argument type of "${text}" is empty`, 'Write schema.function() for all overloads.');
  return { ok: true, pattern: { kind: 'function', schema, name: routine, args } };
}

/** The pattern as a rule writes it, in one spelling. */
export function printPattern(pattern: Pattern): string {
  switch (pattern.kind) {
    case 'unbounded':
      return 'system:unbounded';
    case 'everything':
      return '**';
    case 'data':
      return '*';
    case 'set':
      return pattern.set;
    case 'schema':
      return `${printIdentifier(pattern.schema)}.*`;
    case 'relation':
      return printName(pattern.schema, pattern.relation);
    case 'column':
      return printName(pattern.schema, pattern.relation, pattern.column);
    case 'function':
      return `${printName(pattern.schema, pattern.name)}(${(pattern.args ?? []).join(',')})`;
  }
}

/**
 * Whether a rule on `pattern` speaks of `target`. A wildcard allows less than it denies: what opens only by name stays
 * shut to it, and the functions a wildcard covers are those of users (which only a `call` rule reaches).
 */
export function covers(pattern: Pattern, effect: string, target: Target): boolean {
  if (pattern.kind === 'unbounded') return true;
  return target.kind === 'relation' ? coversRelation(pattern, effect, target) : coversFunction(pattern, effect, target);
}

function coversRelation(pattern: Pattern, effect: string, target: RelationTarget): boolean {
  const open = effect === 'deny' || !target.onlyByName;
  switch (pattern.kind) {
    case 'everything':
      return open;
    case 'data':
      return open && !isSystemSchema(target.schema);
    case 'schema':
      return open && target.schema === pattern.schema;
    case 'set':
      return setHolds(pattern.set, target);
    case 'relation':
      return target.schema === pattern.schema && target.relation === pattern.relation;
    case 'column':
      return (
        target.schema === pattern.schema && target.relation === pattern.relation && target.column === pattern.column
      );
    default:
      return false;
  }
}

function coversFunction(pattern: Pattern, effect: string, target: FunctionTarget): boolean {
  const userMade = effect === 'deny' || target.class === 'user';
  switch (pattern.kind) {
    case 'everything':
      return true;
    case 'data':
      return userMade && !isSystemSchema(target.schema);
    case 'schema':
      return userMade && target.schema === pattern.schema;
    case 'set':
      return target.class === (pattern.set === '@introspection' ? 'describer' : 'statistics');
    case 'function':
      return target.schema === pattern.schema && target.name === pattern.name && sameArgs(pattern.args, target.args);
    default:
      return false;
  }
}

const sameArgs = (asked: readonly string[] | undefined, real: readonly string[]): boolean =>
  asked === undefined || (asked.length === real.length && asked.every((type, index) => type === real[index]));
