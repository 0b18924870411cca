/** What pgsql-ast-parser, an independent reader of a smaller language, sees in a text. It decides nothing by itself. */

import { parse } from 'pgsql-ast-parser';
import { Refusal } from '../../model/errors.ts';
import { isTree } from '../tree.ts';
import type { NamesOf } from './names.ts';

const classes: Readonly<Record<string, NamesOf['class']>> = {
  select: 'read',
  union: 'read',
  'union all': 'read',
  values: 'read',
  with: 'read',
  'with recursive': 'read',
  show: 'read',
  insert: 'write',
  update: 'write',
  delete: 'write',
};

/** Reads one text; STATEMENT_TOO_COMPLEX when it lies outside the language of this reader. */
export function secondReading(sql: string): NamesOf {
  let statements: readonly unknown[];
  try {
    statements = parse(sql);
  } catch (thrown) {
    throw new Refusal('STATEMENT_TOO_COMPLEX', 'The statement lies outside the strict dialect of this database.', {
      hint: 'Use plain SELECT with joins, conditions, GROUP BY, ORDER BY and common functions.',
      cause: thrown,
    });
  }
  const relations = new Set<string>();
  const columns = new Set<string>();
  const functions = new Set<string>();
  let locks = false;
  for (const statement of statements)
    visit(statement, (node) => {
      if (node['for'] !== undefined && node['type'] === 'select') locks = true;
      collect(node, { relations, columns, functions });
    });
  const kinds = new Set(
    statements.map((statement) => (isTree(statement) ? classes[String(statement['type'])] : undefined) ?? 'other'),
  );
  const [only = 'other'] = kinds;
  return {
    statements: statements.length,
    class: kinds.size > 1 || locks ? 'other' : only,
    relations: [...relations].sort(),
    columns: [...columns].sort(),
    functions: [...functions].sort(),
  };
}

type Node = { readonly [field: string]: unknown };
interface Sets {
  readonly relations: Set<string>;
  readonly columns: Set<string>;
  readonly functions: Set<string>;
}

function visit(value: unknown, see: (node: Node) => void): void {
  if (Array.isArray(value)) for (const item of value) visit(item, see);
  else if (isTree(value)) {
    see(value);
    for (const child of Object.values(value)) visit(child, see);
  }
}

function collect(node: Node, { relations, columns, functions }: Sets): void {
  const { type } = node;
  if (type === 'table') relations.add(nameOf(node['name']));
  else if (type === 'insert') relations.add(nameOf(node['into']));
  else if (type === 'update') relations.add(nameOf(node['table']));
  else if (type === 'delete') relations.add(nameOf(node['from']));
  else if (type === 'ref')
    columns.add(
      node['table'] === undefined ? String(node['name']) : `${nameOf(node['table'])}.${String(node['name'])}`,
    );
  else if (type === 'call') functions.add(nameOf(node['function']));
  else if (type === 'keyword') functions.add(String(node['keyword']));
  else if (type === 'extract' || type === 'overlay' || type === 'substring') functions.add(type);
  if (Array.isArray(node['using'])) for (const name of node['using']) columns.add(nameOf(name));
}

function nameOf(value: unknown): string {
  if (!isTree(value)) return '';
  const { schema, name } = value;
  return typeof schema === 'string' ? `${schema}.${String(name)}` : String(name);
}
