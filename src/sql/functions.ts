/** The class of every function a statement can reach, by identity: what needs no rule, what needs one, what no rule can permit. */

import type { FunctionAccess, FunctionClass } from './access.ts';
import { describerFunctions } from './functions/describer-functions.ts';
import { classifyExtensionFunction } from './functions/extension-functions.ts';
import { forbiddenFunctions } from './functions/forbidden-functions.ts';
import { type FunctionGroup, indexGroups } from './functions/function-group.ts';
import { informationSchemaFunctions } from './functions/information-schema-functions.ts';
import { pureOperatorFunctions } from './functions/pure-operator-functions.ts';
import { pureValueFunctions } from './functions/pure-value-functions.ts';
import { statisticsFunctions } from './functions/statistics-functions.ts';

/** A function as the catalog knows it. */
export interface FunctionIdentity {
  readonly schema: string;
  readonly name: string;
  /** Argument types as `format_type` prints them. */
  readonly args: readonly string[];
  /** The extension it belongs to, by the catalog's own record. */
  readonly extension?: string;
  /** As in pg_language. */
  readonly language: string;
  readonly securityDefiner: boolean;
}

export interface Classification {
  readonly class: FunctionClass;
  readonly reason: string;
}

const systemLists: Readonly<Record<string, ReadonlyMap<string, FunctionGroup>>> = {
  pg_catalog: indexGroups([
    ...pureValueFunctions,
    ...pureOperatorFunctions,
    ...describerFunctions,
    ...statisticsFunctions,
    ...forbiddenFunctions,
  ]),
  information_schema: indexGroups(informationSchemaFunctions),
};

/** Functions written in these run no SQL of their own that a scripting language could compose. */
const trustedLanguages: ReadonlySet<string> = new Set(['c', 'internal', 'sql']);

/**
 * Classifies one function. What no list names is forbidden in the system schemas (a new server's functions included), and
 * needs a `call` rule elsewhere. With `via: 'type_io'` the input and output functions of containers (array_in, record_in …)
 * count as pure: the statement names their type, which the reading judges; a call that passes the type as a value is forbidden.
 */
export function classifyFunction(identity: FunctionIdentity, via: FunctionAccess['via'] = 'call'): Classification {
  const lists = Object.hasOwn(systemLists, identity.schema) ? systemLists[identity.schema] : undefined;
  if (identity.extension !== undefined) {
    const trusted = trustedLanguages.has(identity.language) && !identity.securityDefiner;
    return classifyExtensionFunction(identity.extension, identity.name, trusted);
  }
  if (lists === undefined)
    return {
      class: 'user',
      reason: identity.securityDefiner ? 'runs with the rights of its owner' : 'is defined in this database',
    };
  if (via === 'type_io' && /^(array|record|range|multirange|domain|enum|any\w+)_in$/.test(identity.name))
    return { class: 'pure', reason: 'reads a value of a type that the statement names' };
  return classifyBuiltIn(identity, lists);
}

/** For the tests: whether a list or rule names a built-in function on purpose. */
export function isReviewed({ schema, name, args }: Pick<FunctionIdentity, 'schema' | 'name' | 'args'>): boolean {
  const lists = Object.hasOwn(systemLists, schema) ? systemLists[schema] : undefined;
  return lists !== undefined && (lists.has(signature(name, args)) || lists.has(name) || args.includes('internal'));
}

/** Every entry of the lists of one system schema, for the tests and the documentation. */
export function reviewedNames(schema: string): readonly string[] {
  return [...(systemLists[schema]?.keys() ?? [])];
}

function classifyBuiltIn({ name, args }: FunctionIdentity, lists: ReadonlyMap<string, FunctionGroup>): Classification {
  const exact = lists.get(signature(name, args));
  if (exact !== undefined) return { class: exact.class, reason: exact.reason };
  if (args.includes('internal'))
    return { class: 'forbidden', reason: 'takes a value of the server that no query can hold' };
  const group = lists.get(name);
  if (group === undefined) return { class: 'forbidden', reason: 'is not on the reviewed list of built-in functions' };
  return { class: group.class, reason: group.reason };
}

function signature(name: string, args: readonly string[]): string {
  return `${name}(${args.join(',')})`;
}
