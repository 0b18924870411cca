/** What a statement reached, as records name it: relations with their columns, what stands behind views, functions that needed a rule. */

import type { Access, FunctionAccess, RelationAccess } from '../sql/access.ts';
import { bounded } from './plain-text.ts';
import type { ObjectUse } from './records/intent.ts';

/** Relations as resolved, then what is read through views (`via`), then functions; pure built-in functions are left out. */
export function objectUses(access: Access): readonly ObjectUse[] {
  const known = uses.get(access);
  if (known !== undefined) return known;
  const made = usesOf(access);
  uses.set(access, made);
  return made;
}

/** Readings of texts that come again are the same objects, and never change. */
const uses = new WeakMap<Access, readonly ObjectUse[]>();
const bound = new WeakMap<Access, ReadonlySet<string>>();

function usesOf(access: Access): readonly ObjectUse[] {
  return [
    ...access.relations.map(relationUse),
    ...access.relations.flatMap(behindUses),
    ...access.functions.filter((used) => used.class !== 'pure').map(functionUse),
  ];
}

function relationUse(relation: RelationAccess): ObjectUse {
  const columns = [...new Set(relation.columns.map(({ name }) => name))];
  return {
    s: bounded(relation.schema),
    t: bounded(relation.name),
    k: relation.kind,
    acc: [relation.action],
    cols: isAll(columns, relation.allColumns) ? '*' : columns.map((name) => bounded(name)),
  };
}

function isAll(columns: readonly string[], all: readonly string[]): boolean {
  return all.length > 1 && all.every((name) => columns.includes(name));
}

function behindUses(relation: RelationAccess): readonly ObjectUse[] {
  const via = bounded(`${relation.schema}.${relation.name}`, 1024);
  return relation.behind.map(({ schema, name, columns }) => ({
    s: bounded(schema),
    t: bounded(name),
    k: 'table',
    acc: ['select'],
    cols: columns.map((column) => bounded(column)),
    via,
  }));
}

function functionUse({ schema, name, args }: FunctionAccess): ObjectUse {
  return { s: bounded(schema), t: bounded(name), k: 'function', acc: ['call'], args: args.map((arg) => bounded(arg)) };
}

/** Every name the resolver has bound: what redaction may show in quotes. */
export function boundNames(access: Access | undefined): ReadonlySet<string> {
  if (access === undefined) return new Set();
  const known = bound.get(access) ?? namesOf(access);
  bound.set(access, known);
  return known;
}

function namesOf({ relations, functions }: Access): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { schema, name, columns, allColumns } of relations) {
    for (const text of [schema, name, ...allColumns, ...columns.map((column) => column.name)]) names.add(text);
  }
  for (const { schema, name } of functions) names.add(schema).add(name);
  return names;
}

/** `SELECT public.invoices, public.customers`: what a record says where it keeps no text. */
export function summarize(kind: string, objects: readonly ObjectUse[]): string {
  return [kind, [...new Set(objects.map(({ s, t }) => `${s}.${t}`))].join(', ')]
    .filter((part) => part !== '')
    .join(' ');
}
