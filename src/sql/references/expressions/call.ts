/** One call: which function it means, what its arguments become, what it answers. */

import type { Procedure } from '../../../catalog/catalog.ts';
import type { FunctionAccess } from '../../access.ts';
import type { NameKind } from '../../name-not-available.ts';
import type { QualifiedName } from '../nodes.ts';
import type { Reading } from '../reading.ts';
import { coerce } from '../types/coercion.ts';
import { commonType } from '../types/common-type.ts';
import { noteConversions } from '../types/conversions.ts';
import { resolveGeneric } from '../types/polymorphism.ts';
import { type CallMeaning, resolveCall } from '../types/procedures.ts';
import { readRowType } from '../types/type-names.ts';
import { oid } from '../types/well-known.ts';
import type { Field, Value } from '../value.ts';

export interface Call {
  readonly name: QualifiedName;
  readonly args: readonly Value[];
  readonly argNames?: readonly string[];
  readonly variadic?: boolean;
  /** How many of the last arguments stand in WITHIN GROUP. */
  readonly sorted?: number;
  readonly via: FunctionAccess['via'];
  readonly location: number;
}

/** Reads a call; undefined where no function fits. */
export function call(reading: Reading, request: Call): Value | undefined {
  const { name, args, location } = request;
  if (name.catalog !== undefined && name.catalog !== reading.catalog.databaseName) return undefined;
  const meaning = resolveCall(reading.types, {
    name,
    args: args.map((value) => value.type),
    argNames: request.argNames ?? [],
    variadic: request.variadic ?? false,
  });
  if (meaning === undefined) return undefined;
  if (meaning.is === 'cast') return castTo(reading, request, meaning.target);
  const { procedure } = meaning;
  reading.call(procedure, viaOf(procedure, request.via), location, name.written, missingAs(reading, request));
  if (procedure.aggregateKind === 'h') unifyHypothetical(reading, request, meaning.declared);
  for (const [index, value] of args.entries()) coerce(reading, value, meaning.args[index] ?? oid.any, 'implicit');
  noteSetting(reading, procedure, request);
  noteConversions(reading, procedure, args, location);
  return resultOf(reading, meaning, args, location);
}

/** `unify_hypothetical_args`: each hypothetical argument and what it is compared with become one type. */
function unifyHypothetical(reading: Reading, { args, sorted = 0 }: Call, declared: readonly number[]): void {
  const direct = args.length - sorted;
  for (const [index, ordered] of args.slice(direct).entries()) {
    const at = direct - sorted + index;
    const given = args[at];
    if (given === undefined || declared[at] !== oid.any) continue;
    const common = commonType(reading.types, [ordered.type, given.type]);
    const fits = common !== undefined && [given, ordered].every((value) => coerce(reading, value, common, 'implicit'));
    if (!fits) reading.malformed('the types of WITHIN GROUP do not match', given.location);
  }
}

/** What is said to be missing: `t.name` would be a column of the row. */
function missingAs({ types }: Reading, { via, args: [first] }: Call): NameKind {
  const isRow = first !== undefined && (first.type === oid.record || types.isComplex(first.type));
  return via === 'attribute' && isRow ? 'column' : 'function';
}

function castTo(reading: Reading, request: Call, target: number): Value | undefined {
  const { name, location } = request;
  const [value] = request.args;
  const type = reading.types.get(target);
  if (value === undefined || type === undefined) return undefined;
  readRowType(reading, type, { written: name.written, location, as: missingAs(reading, request) }); // _employees('{}') is an array of rows
  if (!coerce(reading, value, target, 'explicit')) return undefined;
  return value.type === target ? { ...value, location } : { type: target, location }; // of its own type: the same column
}

function viaOf({ kind }: Procedure, via: FunctionAccess['via']): FunctionAccess['via'] {
  if (via !== 'call') return via;
  return kind === 'aggregate' || kind === 'window' ? kind : 'call';
}

/** current_setting of anything but a constant in its place could read any setting. */
function noteSetting(reading: Reading, { schema, name }: Procedure, { args, argNames = [] }: Call): void {
  if (schema !== 'pg_catalog' || name !== 'current_setting') return;
  const literal = argNames.length === 0 ? args[0]?.literal : undefined;
  reading.settings.add(literal?.toLowerCase() ?? 'all');
}

type Called = Extract<CallMeaning, { is: 'call' }>;

/** A record has the shape of its OUT parameters, where there are any. */
function resultOf(reading: Reading, meaning: Called, args: readonly Value[], location: number): Value {
  const { procedure, returns } = meaning;
  const [only] = procedure.outputs;
  if (returns !== oid.record) {
    const outputName = procedure.outputs.length === 1 && only?.name !== '' ? only?.name : undefined;
    return { type: returns, location, outputName };
  }
  if (procedure.outputs.length < 2) return { type: returns, location };
  const given = args.map((value) => value.type);
  const fields = procedure.outputs.map(({ name, type }, index): Field => {
    const resolved = resolveGeneric(reading.types, given, meaning.declared, type);
    return { name: name === '' ? `column${index + 1}` : name, type: resolved?.returns ?? oid.unknown };
  });
  return { type: returns, location, fields };
}
