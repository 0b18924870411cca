/** What a query answers: its expressions, with `*` spread out, each under a name (parse_target.c). */

import { fieldsOf, listOf, stringOf } from '../../tree.ts';
import { readBareExpression, readExpression } from '../expressions/expression.ts';
import { nameOfExpression } from '../expressions/output-name.ts';
import { expandRow } from '../expressions/row.ts';
import { findEntry, readAll } from '../lookup.ts';
import { kindOf, locationOf, qualifiedName, textField } from '../nodes.ts';
import type { Reading } from '../reading.ts';
import type { Scope } from '../scope.ts';
import { coerce } from '../types/coercion.ts';
import { oid } from '../types/well-known.ts';
import { type Field, shapeOf, type Value } from '../value.ts';

export interface Output {
  readonly name: string;
  readonly value: Value;
}

export function fieldsOfOutputs(outputs: readonly Output[]): readonly Field[] {
  return outputs.map(({ name, value: { type, origin, fields } }) => ({
    name,
    type,
    origin,
    fields: fields?.map(shapeOf),
  }));
}

/** PostgreSQL's own bound (`MaxTupleAttributeNumber`). */
const maxTargets = 1664;

/** Values passed on unchanged keep their origin: see `Value.origin`. */
export function readTargets(scope: Scope, list: readonly unknown[]): readonly Output[] {
  const outputs: Output[] = [];
  for (const item of list) {
    const target = fieldsOf(item, 'ResTarget') ?? {};
    const star = readStar(scope, target['val']);
    if (star === undefined) {
      const name = textField(target, 'name') ?? nameOfExpression(target['val']);
      outputs.push({ name, value: readBareExpression(scope, target['val']) });
    } else for (const output of star) outputs.push(output);
    if (outputs.length > maxTargets)
      scope.reading.malformed(`target lists can have at most ${maxTargets} entries`, locationOf(target));
  }
  return outputs;
}

/** `*`, `t.*`, `s.t.*` and `(expression).*`; undefined for anything else. */
export function readStar(scope: Scope, node: unknown): readonly Output[] | undefined {
  const reference = fieldsOf(node, 'ColumnRef');
  if (reference !== undefined) return readStarOfItem(scope, reference);
  const indirection = fieldsOf(node, 'A_Indirection');
  const steps = listOf(indirection?.['indirection']);
  if (indirection === undefined || kindOf(steps.at(-1)) !== 'A_Star') return undefined;
  const row = { A_Indirection: { ...indirection, indirection: steps.slice(0, -1) } };
  const value = readExpression(scope, steps.length === 1 ? indirection['arg'] : row);
  return outputsOf(expandRow(scope, value), value.location);
}

function readStarOfItem(scope: Scope, reference: { readonly [field: string]: unknown }): readonly Output[] | undefined {
  const parts = listOf(reference['fields']);
  if (kindOf(parts.at(-1)) !== 'A_Star') return undefined;
  const location = locationOf(reference);
  scope.reading.bound.add(reference);
  const names = parts.slice(0, -1).map((item) => stringOf(item) ?? '');
  if (names.length > 0) return starOf(scope, names, location);
  const visible = scope.items.filter((item) => item.byColumn);
  if (visible.length === 0) scope.reading.malformed('SELECT * with no tables specified is not valid', location);
  return visible.flatMap(({ entry }) => outputsOf(readAll(scope, entry, location), location));
}

function starOf(scope: Scope, names: readonly string[], location: number): readonly Output[] {
  const { schema, name, written, catalog } = qualifiedName(names);
  const isHere = catalog === undefined || catalog === scope.reading.catalog.databaseName;
  const entry = isHere ? findEntry(scope, schema, name) : undefined;
  if (entry === undefined || entry === 'ambiguous') return scope.reading.unbound(written, 'relation', location);
  return outputsOf(readAll(scope, entry, location), location);
}

function outputsOf(fields: readonly Field[], location: number): readonly Output[] {
  return fields.map(({ name, type, origin, fields: inner }) => ({
    name,
    value: { type, location, origin, fields: inner },
  }));
}

/** Outputs still of unknown type are text (`resolveTargetListUnknowns`). */
export function settleUnknowns(reading: Reading, outputs: readonly Output[]): readonly Output[] {
  if (outputs.every(({ value }) => value.type !== oid.unknown)) return outputs;
  return outputs.map((output) => {
    if (output.value.type !== oid.unknown) return output;
    coerce(reading, output.value, oid.text, 'implicit');
    return { ...output, value: { ...output.value, type: oid.text, parameter: undefined } };
  });
}
