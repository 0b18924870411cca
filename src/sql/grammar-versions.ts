/** What a text uses of grammar younger than its server: the server could read the same words as something else. */

import { nodeKinds } from './node-kinds.ts';
import type { Tree } from './statement.ts';
import { isTree, listOf, stringOf } from './tree.ts';
import { walkStatement } from './walker.ts';

export interface NewerGrammar {
  /** In SQL's words. */
  readonly construct: string;
  /** The PostgreSQL major version that introduced it. */
  readonly since: number;
  /** Byte offset; `StatementContents.positionOf` turns it into a position. */
  readonly location: number;
}

/** Keywords that the grammar turns into calls of pg_catalog functions, and the version that made them keywords. */
const keywordFunctions: Readonly<Record<string, number>> = { system_user: 16 };

/** Fields of older kinds that came later. */
const youngFields: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  SelectStmt: { groupDistinct: 14 },
  JoinExpr: { join_using_alias: 14 },
  MergeStmt: { returningClause: 17 },
  XmlSerialize: { indent: 16 },
};

/** Words of enumerated fields that came later. */
const youngWords: Readonly<Record<string, number>> = { MERGE_WHEN_NOT_MATCHED_BY_SOURCE: 17 };

/** Options of EXPLAIN that came later. */
const youngOptions: Readonly<Record<string, number>> = { generic_plan: 16, memory: 17, serialize: 17 };

/** Every use of grammar newer than `serverMajor`, in the order of the text. Empty means the server reads the text as we do. */
export function nodesNewerThan(tree: Tree, serverMajor: number): readonly NewerGrammar[] {
  const found: NewerGrammar[] = [];
  walkStatement(tree, (kind, node, location) => {
    for (const [construct, since] of agesOf(kind, node))
      if (since > serverMajor) found.push({ construct, since, location });
  });
  return found.sort((a, b) => a.location - b.location);
}

function* agesOf(kind: string, node: Tree): Generator<readonly [construct: string, since: number]> {
  const since = nodeKinds[kind]?.since;
  if (since !== undefined) yield [constructOf(kind), since];
  for (const [field, age] of Object.entries(youngFields[kind] ?? {}))
    if (node[field] !== undefined) yield [`${constructOf(kind)} (${field})`, age];
  if (kind === 'MergeWhenClause') yield* wordAge(node['matchKind']);
  if (kind === 'DefElem') yield* optionAge(node['defname']);
  if (kind === 'FuncCall' && node['funcformat'] === 'COERCE_SQL_SYNTAX') yield* keywordAge(node);
}

function* wordAge(word: unknown): Generator<readonly [string, number]> {
  const age = typeof word === 'string' ? youngWords[word] : undefined;
  if (age !== undefined) yield ['WHEN NOT MATCHED BY SOURCE', age];
}

function* optionAge(name: unknown): Generator<readonly [string, number]> {
  const age = typeof name === 'string' && Object.hasOwn(youngOptions, name) ? youngOptions[name] : undefined;
  if (age !== undefined) yield [`EXPLAIN (${name})`, age];
}

function* keywordAge(call: Tree): Generator<readonly [string, number]> {
  const [schema, name] = listOf(call['funcname']).map(stringOf);
  if (schema !== 'pg_catalog' || name === undefined) return;
  const age = Object.hasOwn(keywordFunctions, name) ? keywordFunctions[name] : undefined;
  if (age !== undefined) yield [name.toUpperCase(), age];
  // AT LOCAL is timezone(value) with one argument; AT TIME ZONE has two.
  if (name === 'timezone' && listOf(call['args']).filter(isTree).length === 1) yield ['AT LOCAL', 17];
}

function constructOf(kind: string): string {
  return kind
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/_/g, ' ')
    .toUpperCase();
}
