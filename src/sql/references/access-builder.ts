/** The finished reading: what the decision point is asked about. */

import type { Column, Procedure } from '../../catalog/catalog.ts';
import type { Access, ColumnUse, FunctionAccess, OutputColumn, RelationAccess, Witness } from '../access.ts';
import { ancestorsOf } from './ancestors.ts';
import type { Behind } from './bodies.ts';
import type { Output } from './clauses/target-list.ts';
import { classOf } from './function-class.ts';
import { quote, writtenAs } from './nodes.ts';
import type { ColumnDraft, FunctionDraft, Reading, RelationDraft } from './reading.ts';
import type { Value } from './value.ts';

export function buildAccess(
  reading: Reading,
  outputs: readonly Output[] | undefined,
  behind: (draft: RelationDraft) => Behind,
): Access {
  for (const [index, { value }] of (outputs ?? []).entries())
    for (const column of value.origin?.columns ?? []) column.outputs.add(index);
  return {
    relations: [...reading.relations.values()].map((draft) => relationAccess(reading, draft, behind(draft))),
    functions: [...reading.functions.values()].map((draft) => functionAccess(reading, draft)),
    settings: [...reading.settings],
    output: outputs?.map(outputColumn),
    catalogVersion: reading.catalog.version,
    witnesses: witnessesOf(reading),
  };
}

/** Callers are told at least the statement's beginning. */
const positionOf = (reading: Reading, location: number) => reading.positionOf(location) ?? 1;

function relationAccess(reading: Reading, draft: RelationDraft, behind: Behind): RelationAccess {
  const { relation, action, written } = draft;
  const above = ancestorsOf(reading.catalog, relation);
  const columns = [...draft.columns.values()].sort((a, b) => a.attnum - b.attnum);
  return {
    schema: relation.schema,
    name: relation.name,
    kind: relation.kind,
    oid: relation.oid,
    action,
    columns: columns.map((column) => columnUse(reading, draft, column)),
    allColumns: namesOf(reading.catalog.columns(relation)),
    system: relation.system,
    ...(relation.extension === undefined ? {} : { extension: relation.extension }),
    behind: behind.behind,
    ...(above.length === 0 ? {} : { above }),
    forbiddenBehind: behind.forbiddenBehind,
    ...(relation.rowSecurity || behind.rowSecurity ? { rowSecurity: true } : {}),
    inFrom: draft.reach === 'statement',
    ...(draft.reach === 'view' ? { behindView: true } : {}),
    position: positionOf(reading, draft.location),
    written,
  };
}

function columnUse(reading: Reading, draft: RelationDraft, column: ColumnDraft): ColumnUse {
  const { name, attnum, otherUse, written } = column;
  const position = reading.positionOf(column.location) ?? positionOf(reading, draft.location);
  const wording = written === undefined ? {} : { written };
  return { name, attnum, position, outputs: [...column.outputs], ...wording, otherUse };
}

function functionAccess(reading: Reading, { procedure, via, location, written }: FunctionDraft): FunctionAccess {
  const { schema, name, oid, extension, language, securityDefiner } = procedure;
  const args = argumentTypes(reading, procedure);
  return {
    schema,
    name,
    args,
    oid,
    ...classOf(reading.catalog, procedure, args, via),
    ...(extension === undefined ? {} : { extension }),
    ...(language === 'sql' && !securityDefiner ? { inlined: true } : {}),
    via,
    position: positionOf(reading, location),
    written,
  };
}

const printedArguments = new WeakMap<Procedure, readonly string[]>();

/** As `format_type` prints them. */
function argumentTypes({ types }: Reading, procedure: Procedure): readonly string[] {
  const known = printedArguments.get(procedure);
  if (known !== undefined) return known;
  const printed = procedure.args.map((type) => types.display(type));
  printedArguments.set(procedure, printed);
  return printed;
}

const columnNames = new WeakMap<readonly Column[], readonly string[]>();

function namesOf(columns: readonly Column[]): readonly string[] {
  const known = columnNames.get(columns);
  if (known !== undefined) return known;
  const names = columns.map(({ name }) => name);
  columnNames.set(columns, names);
  return names;
}

function outputColumn({ name, value }: Output): OutputColumn {
  const source = value.origin?.source;
  if (source === undefined) return { name };
  const { oid, schema, name: relation } = source.relation.relation;
  const origin = { oid, attnum: source.attnum, schema, relation, column: source.name };
  return isUncertain(value) ? { name, origin, uncertain: true } : { name, origin };
}

const isUncertain = (value: Value) => value.maySurvive === true;

/** System objects are not asked for: initdb made them. */
function witnessesOf(reading: Reading): readonly Witness[] {
  const relations = [...reading.relations.values()]
    .filter(({ relation }) => !relation.system)
    .map(
      ({ relation, written, reach }): Witness => ({
        kind: 'relation',
        // the statement holds no name for what it reaches through a view or a row type
        name: reach === 'statement' ? written : writtenAs([relation.schema, relation.name]),
        oid: relation.oid,
        fingerprint: relation.fingerprint,
        ...(relation.kind === 'view' || relation.kind === 'matview' ? {} : { bodiless: true }),
      }),
    );
  const functions = [...reading.functions.values()]
    .filter(({ procedure }) => procedure.fingerprint !== '')
    .map(({ procedure }) => witnessOfFunction(reading, procedure));
  const constraints = reading.constraints.map(
    ({ of: { relation, written }, name, key }): Witness => ({
      kind: 'constraint',
      name: written,
      constraint: name,
      oid: relation.oid,
      fingerprint: key.join(','),
    }),
  );
  const all = [...relations, ...functions, ...constraints];
  return [
    ...new Map(all.map((witness) => [`${witness.kind} ${witness.name} ${witness.constraint ?? ''}`, witness])).values(),
  ];
}

function witnessOfFunction(reading: Reading, procedure: Procedure): Witness {
  const { schema, name, oid, fingerprint } = procedure;
  const args = argumentTypes(reading, procedure).join(', ');
  return { kind: 'function', name: `${quote(schema)}.${quote(name)}(${args})`, oid, fingerprint };
}
