/** Rules that name nothing in the real catalog: a misspelt allow opens nothing, a misspelt deny shuts nothing. */

import type { Catalog } from '../catalog/catalog.ts';
import { nearest } from './fault.ts';
import { printName } from './identifiers.ts';
import type { Policy } from './policy.ts';
import type { Pattern } from './resource.ts';
import { systemColumns } from './role-grants.ts';

export interface IdleRule {
  readonly file: string;
  readonly line: number;
  /** The row as written. */
  readonly rule: string;
  /** What it names and the database does not have. */
  readonly missing: string;
  /** An existing name it may have meant. */
  readonly near: string | undefined;
}

interface Missing {
  readonly missing: string;
  readonly near: string | undefined;
}

/** In the order of the files; rows of `default.csv` may be meant for another database. */
export function idleRules({ rules, masks }: Policy, catalog: Catalog): readonly IdleRule[] {
  const rows = [
    ...rules.all,
    ...masks.map((mask) => ({
      ...mask,
      pattern: { kind: 'column', schema: mask.schema, relation: mask.relation, column: mask.column } as const,
    })),
  ];
  return rows.flatMap(({ file, line, text, pattern }) => {
    const missing = missingIn(catalog, pattern);
    return missing === undefined ? [] : [{ file, line, rule: text, ...missing }];
  });
}

function missingIn(catalog: Catalog, pattern: Pattern): Missing | undefined {
  if (!('schema' in pattern)) return undefined;
  const { schema } = pattern;
  if (!catalog.hasSchema(schema)) {
    const near = nearest(schema, catalog.schemas());
    return { missing: `schema ${printName(schema)}`, near: near === undefined ? undefined : printName(near) };
  }
  if (pattern.kind === 'schema') return undefined;
  return pattern.kind === 'function' ? missingFunction(catalog, pattern) : missingRelation(catalog, pattern);
}

function missingRelation(
  catalog: Catalog,
  pattern: Extract<Pattern, { kind: 'relation' | 'column' }>,
): Missing | undefined {
  const { schema, relation: name } = pattern;
  const relation = catalog.relation(schema, name);
  if (relation === undefined) {
    const others = [...catalog.relations()].filter((other) => other.schema === schema).map((other) => other.name);
    const near = nearest(name, others);
    return { missing: `relation ${printName(schema, name)}`, near: near && printName(schema, near) };
  }
  if (pattern.kind === 'relation') return undefined;
  const columns = catalog.columns(relation).map((column) => column.name);
  if (columns.includes(pattern.column) || systemColumns.includes(pattern.column)) return undefined;
  const near = nearest(pattern.column, columns);
  return {
    missing: `column ${printName(schema, name, pattern.column)}`,
    near: near && printName(schema, name, near),
  };
}

function missingFunction(
  catalog: Catalog,
  { schema, name, args }: Extract<Pattern, { kind: 'function' }>,
): Missing | undefined {
  const overloads = catalog
    .procedures(schema, name)
    .map((one) => one.args.map((type) => catalog.type(type)?.display ?? ''));
  const same = (real: readonly string[]) =>
    args === undefined || (real.length === args.length && real.every((type, index) => type === args[index]));
  if (overloads.some(same)) return undefined;
  const [other] = overloads;
  return {
    missing: `function ${printName(schema, name)}(${(args ?? []).join(', ')})`,
    near: other && `${printName(schema, name)}(${other.join(', ')})`,
  };
}
