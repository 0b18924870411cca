/** Where the two readings differ: nothing may. */

import type { Catalog } from '../../../src/catalog/catalog.ts';
import type { Access, RelationAccess } from '../../../src/sql/access.ts';
import type { PostgresReading } from './postgres-reading.ts';

type Columns = ReadonlyMap<number, ReadonlySet<number>>;

/** Whole rows (attribute 0) stand for every column. */
function expanded(catalog: Catalog, columns: Columns): Map<number, Set<number>> {
  const result = new Map<number, Set<number>>();
  for (const [oid, numbers] of columns) {
    const relation = catalog.relationByOid(oid);
    const all = relation === undefined ? [] : catalog.columns(relation).map(({ attnum }) => attnum);
    result.set(oid, new Set([...numbers].flatMap((number) => (number === 0 ? all : [number]))));
  }
  return result;
}

function ours(access: Access, action: RelationAccess['action']): Map<number, Set<number>> {
  const used = access.relations.filter((relation) => relation.action === action && relation.inFrom);
  return new Map(used.map(({ oid, columns }) => [oid, new Set(columns.map(({ attnum }) => attnum))]));
}

function describe(catalog: Catalog, columns: Map<number, Set<number>>): string[] {
  return [...columns].flatMap(([oid, numbers]) => {
    const relation = catalog.relationByOid(oid);
    const names = new Map(relation && catalog.columns(relation).map(({ attnum, name }) => [attnum, name]));
    const of = relation === undefined ? String(oid) : `${relation.schema}.${relation.name}`;
    return [of, ...[...numbers].map((number) => `${of}.${names.get(number) ?? number}`)];
  });
}

function compareColumns(catalog: Catalog, what: string, theirs: Columns, our: Map<number, Set<number>>): string[] {
  const [left, right] = [new Set(describe(catalog, expanded(catalog, theirs))), new Set(describe(catalog, our))];
  return [
    ...[...left].filter((name) => !right.has(name)).map((name) => `${what}: PostgreSQL alone reads ${name}`),
    ...[...right].filter((name) => !left.has(name)).map((name) => `${what}: we alone read ${name}`),
  ];
}

/** Functions PostgreSQL calls and we do not name, whoever made them; and user functions we name that it does not call. */
function compareFunctions(catalog: Catalog, theirs: PostgresReading, access: Access): string[] {
  const named = new Map(access.functions.map((one) => [one.oid, one]));
  const name = (oid: number) => {
    const procedure = catalog.procedureByOid(oid);
    return procedure === undefined ? String(oid) : `${procedure.schema}.${procedure.name}(${procedure.args.join(',')})`;
  };
  const extra = access.functions.filter(
    ({ oid, schema, via }) =>
      schema !== 'pg_catalog' &&
      via !== 'type_io' &&
      via !== 'sampling' &&
      via !== 'domain' &&
      !theirs.functions.has(oid),
  );
  return [
    ...[...theirs.functions].filter((oid) => !named.has(oid)).map((oid) => `PostgreSQL alone calls ${name(oid)}`),
    ...extra.map(({ oid }) => `we alone call ${name(oid)}`),
  ];
}

/** The prediction of RowDescription. */
function compareOutputs({ outputs }: PostgresReading, { output }: Access): string[] {
  if (output === undefined) return [];
  const theirs = outputs.map(({ name, table, column }) => `${name} ${table}.${column}`);
  const our = output.map(({ name, origin, uncertain }, index) => {
    if (uncertain === true && outputs[index]?.table === 0) return `${name} 0.0`;
    return `${name} ${origin?.oid ?? 0}.${origin?.attnum ?? 0}`;
  });
  return theirs.join('\n') === our.join('\n')
    ? []
    : [`outputs: PostgreSQL says ${theirs.join(', ')}; we say ${our.join(', ')}`];
}

export function differences(catalog: Catalog, theirs: PostgresReading, access: Access): readonly string[] {
  return [
    ...compareColumns(catalog, 'select', theirs.selected, ours(access, 'select')),
    ...compareColumns(catalog, 'insert', theirs.inserted, ours(access, 'insert')),
    ...compareColumns(catalog, 'update', theirs.updated, ours(access, 'update')),
    ...compareFunctions(catalog, theirs, access),
    ...compareOutputs(theirs, access),
  ];
}
