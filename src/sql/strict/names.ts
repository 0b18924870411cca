/** What two readings of a text must have in common, and how PostgreSQL's own tree says it. */

import type { StatementClass, Tree } from '../statement.ts';
import { isTree, listOf, stringOf } from '../tree.ts';
import { walkStatement } from '../walker.ts';

export interface NamesOf {
  readonly statements: number;
  readonly class: 'read' | 'write' | 'other';
  /** As written, qualified where the text qualifies them; each sorted. */
  readonly relations: readonly string[];
  readonly columns: readonly string[];
  readonly functions: readonly string[];
}

export function namesInTree(tree: Tree, statementClass: StatementClass): NamesOf {
  const relations = new Set<string>();
  const columns = new Set<string>();
  const functions = new Set<string>();
  walkStatement(tree, (kind, node) => {
    if (kind === 'RangeVar') relations.add(qualified([node['catalogname'], node['schemaname'], node['relname']]));
    else if (kind === 'ColumnRef')
      columns.add(qualified(listOf(node['fields']).map((field) => stringOf(field) ?? '*')));
    else if (kind === 'JoinExpr') for (const name of listOf(node['usingClause'])) columns.add(stringOf(name) ?? '');
    if (kind === 'FuncCall' && node['agg_star'] === true) columns.add('*');
    const called = writtenLikeCalls[kind]?.(node);
    if (called !== undefined) functions.add(called);
  });
  return {
    statements: 1,
    class: statementClass === 'read' || statementClass === 'write' ? statementClass : 'other',
    relations: [...relations].sort(),
    columns: [...columns].sort(),
    functions: [...functions].sort(),
  };
}

/** Whether both readings saw the same; if not, in what they differ. */
export function firstDifference(a: NamesOf, b: NamesOf): string | undefined {
  if (a.statements !== b.statements) return 'the number of statements';
  if (a.class !== b.class) return 'what the statement does';
  for (const part of ['relations', 'columns', 'functions'] as const)
    if (a[part].join('\n') !== b[part].join('\n')) return `its ${part}`;
  return undefined;
}

/** Whether `value` came from the second reader. */
export function isNames(value: unknown): value is NamesOf {
  return (
    isTree(value) &&
    typeof value['statements'] === 'number' &&
    ['relations', 'columns', 'functions'].every((part) => Array.isArray(value[part]))
  );
}

/** Keywords that look like calls have nodes of their own here, and are plain calls or keywords to the second reader. */
const writtenLikeCalls: Readonly<Record<string, (node: Tree) => string | undefined>> = {
  FuncCall: calledName,
  CoalesceExpr: () => 'coalesce',
  MinMaxExpr: (node) => (node['op'] === 'IS_LEAST' ? 'least' : 'greatest'),
  A_Expr: (node) => operators[String(node['kind'])],
  SubLink: (node) => subLinks[String(node['subLinkType'])],
  RowExpr: (node) => (node['row_format'] === 'COERCE_EXPLICIT_CALL' ? 'row' : undefined),
  GroupingSet: (node) => groupings[String(node['kind'])],
  SQLValueFunction: (node) =>
    String(node['op'])
      .replace(/^SVFOP_|_N$/g, '')
      .toLowerCase(),
};

const operators: Readonly<Record<string, string>> = {
  AEXPR_NULLIF: 'nullif',
  AEXPR_OP_ANY: 'any',
  AEXPR_OP_ALL: 'all',
};
const subLinks: Readonly<Record<string, string>> = {
  EXISTS_SUBLINK: 'exists',
  ALL_SUBLINK: 'all',
  ARRAY_SUBLINK: 'array',
};
const groupings: Readonly<Record<string, string>> = { GROUPING_SET_ROLLUP: 'rollup', GROUPING_SET_CUBE: 'cube' };

/** `EXTRACT`, `SUBSTRING … FROM` and the like are written as keywords but are functions of pg_catalog; `AT TIME ZONE` is an operator to the second reader. */
function calledName(call: Tree): string | undefined {
  const parts = listOf(call['funcname']).map(stringOf);
  const bySyntax = call['funcformat'] === 'COERCE_SQL_SYNTAX' && parts[0] === 'pg_catalog';
  if (bySyntax && parts[1] === 'timezone') return undefined;
  return qualified(bySyntax ? parts.slice(1) : parts);
}

function qualified(parts: readonly unknown[]): string {
  return parts.filter((part) => typeof part === 'string').join('.');
}
