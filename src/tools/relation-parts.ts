/** What the fixed text `describe_relation` answers, sorted into columns, keys and indexes, without what may not be seen. */

import { z } from 'zod';
import { relationKinds } from '../catalog/relation-kinds.ts';
import type { QueryResult } from '../model/result.ts';
import type { Visibility } from '../policy/decision-point.ts';
import { rowObjects } from './rows.ts';

const names = z
  .string()
  .nullable()
  .transform((text) => (text === null ? [] : z.array(z.string()).parse(JSON.parse(text))));

const part = z.object({
  part: z.enum(['relation', 'column', 'key', 'foreign_key', 'index']),
  name: z.string(),
  columns: names,
  type: z.string(),
  nullable: z.enum(['true', 'false']).nullable(),
  default_value: z.string().nullable(),
  definition: z.string().nullable(),
  target_schema: z.string().nullable(),
  target_relation: z.string().nullable(),
  target_columns: z.string().nullable(),
  comment: z.string().nullable(),
});

type Part = z.output<typeof part>;

export const tableColumn = z.object({
  name: z.string(),
  type: z.string(),
  nullable: z.boolean(),
  default: z.string().optional(),
  generated: z.enum(['stored', 'virtual', 'identity']).optional(),
  comment: z.string().optional(),
});

export const tableKey = z.object({
  name: z.string(),
  kind: z.string(),
  columns: z.array(z.string()),
  definition: z.string(),
});

export const foreignKey = z.object({
  name: z.string(),
  columns: z.array(z.string()),
  target: z.string(),
  target_columns: z.array(z.string()),
});

export const tableIndex = z.object({
  name: z.string(),
  method: z.string(),
  columns: z.array(z.string()),
  definition: z.string(),
});

export interface RelationParts {
  readonly kind: string;
  readonly comment: string | undefined;
  readonly columns: readonly z.output<typeof tableColumn>[];
  readonly keys: readonly z.output<typeof tableKey>[];
  readonly foreignKeys: readonly z.output<typeof foreignKey>[];
  readonly indexes: readonly z.output<typeof tableIndex>[];
}

const generated: Readonly<Record<string, 'stored' | 'virtual' | 'identity'>> = {
  s: 'stored',
  v: 'virtual',
  a: 'identity',
  d: 'identity',
};

/**
 * A key or an index is shown when every column it is made of may be seen; one whose definition holds an expression or a
 * condition (it can name any column) only when the whole relation may be seen; a foreign key only when both its ends may.
 */
export function relationParts(
  result: QueryResult,
  schema: string,
  name: string,
  visibility: Visibility,
): RelationParts {
  const parts = z.array(part).parse(
    rowObjects(
      result.columns.map((column) => column.name),
      result.rows,
    ),
  );
  const of = (kind: Part['part']) => parts.filter((candidate) => candidate.part === kind);
  const sees = (column: string) => visibility.column(schema, name, column);
  const whole = of('column').every((column) => sees(column.name));
  const plainOrWhole = (candidate: Part, isPlain: boolean) => whole || (isPlain && candidate.columns.every(sees));
  const [relation] = of('relation');
  return {
    kind: relationKinds[relation?.type ?? ''] ?? 'table',
    comment: relation?.comment ?? undefined,
    columns: of('column')
      .filter((column) => sees(column.name))
      .map((column) => columnOf(column, whole)),
    keys: of('key')
      .filter((key) => plainOrWhole(key, key.type === 'primary key' || key.type === 'unique'))
      .map(keyOf),
    foreignKeys: of('foreign_key')
      .filter((key) => key.columns.every(sees) && seesTarget(key, visibility))
      .map(foreignKeyOf),
    indexes: of('index')
      .filter((index) => plainOrWhole(index, index.target_columns !== 'expression'))
      .map(indexOf),
  };
}

/** The default of a generated column is an expression over other columns. */
function columnOf({ name, type, nullable, default_value, definition, comment }: Part, whole: boolean) {
  const kind = generated[definition ?? ''];
  const isOverColumns = kind === 'stored' || kind === 'virtual';
  return {
    name,
    type,
    nullable: nullable === 'true',
    ...(default_value === null || (isOverColumns && !whole) ? {} : { default: default_value }),
    ...(kind === undefined ? {} : { generated: kind }),
    ...(comment === null ? {} : { comment }),
  };
}

const keyOf = ({ name, type, columns, definition }: Part) => ({
  name,
  kind: type,
  columns,
  definition: definition ?? '',
});

const indexOf = ({ name, type, columns, definition }: Part) => ({
  name,
  method: type,
  columns,
  definition: definition ?? '',
});

const foreignKeyOf = ({ name, columns, target_schema, target_relation, target_columns }: Part) => ({
  name,
  columns,
  target: `${target_schema}.${target_relation}`,
  target_columns: names.parse(target_columns),
});

function seesTarget(
  { target_schema: schema, target_relation: relation, target_columns }: Part,
  visibility: Visibility,
) {
  if (schema === null || relation === null) return false;
  return names.parse(target_columns).every((column) => visibility.column(schema, relation, column));
}
