/** What a row of a catalog page says: a type, a function, a cast (columns as in catalog-statements.ts). */

import type { Cast, Operator, Procedure, Type, TypeKind } from './catalog.ts';
import { flag, number, numbers, type Row, text, textOrNull, texts } from './row.ts';

const typeKinds: Readonly<Record<string, TypeKind>> = {
  b: 'base',
  c: 'composite',
  d: 'domain',
  e: 'enum',
  p: 'pseudo',
  r: 'range',
  m: 'multirange',
};

export function typeOf(row: Row, schema: string): Type {
  const [category, element, varies] = [text(row, 5), number(row, 7), flag(row, 11)];
  return {
    oid: number(row, 0),
    schema,
    name: text(row, 2),
    display: text(row, 3),
    kind: category === 'A' && element !== 0 && varies ? 'array' : (typeKinds[text(row, 4)] ?? 'base'),
    category,
    preferred: flag(row, 6),
    relation: 0,
    element,
    varies,
    array: number(row, 8),
    base: number(row, 9),
    subtype: number(row, 12),
    input: number(row, 10),
    checks: texts(row, 14),
    extension: textOrNull(row, 13),
  };
}

const procedureKinds: Readonly<Record<string, Procedure['kind']>> = {
  f: 'function',
  a: 'aggregate',
  w: 'window',
  p: 'procedure',
};

const aggregateKinds: Readonly<Record<string, Procedure['aggregateKind']>> = { n: 'n', o: 'o', h: 'h' };

/** Names of the input arguments, and the columns that come out: proargmodes says which is which (none: all are inputs). */
function argumentsOf(row: Row): Pick<Procedure, 'argNames' | 'outputs'> {
  const [names, modes, all] = [texts(row, 5), textOrNull(row, 6), numbers(row, 7)];
  if (modes === undefined) return { argNames: names, outputs: [] };
  const indexes = [...modes].map((mode, index) => ({ mode, index }));
  return {
    argNames:
      names.length === 0 ? [] : indexes.filter(({ mode }) => 'ibv'.includes(mode)).map((i) => names[i.index] ?? ''),
    outputs: indexes
      .filter(({ mode }) => 'obt'.includes(mode))
      .map(({ index }) => ({ name: names[index] ?? '', type: all[index] ?? 0 })),
  };
}

/** `superuser`: the role initdb made, which owns where a row names no owner. */
export function procedureOf(row: Row, schema: string, superuser: string): Procedure {
  return {
    oid: number(row, 0),
    schema,
    name: text(row, 2),
    kind: procedureKinds[text(row, 3)] ?? 'procedure',
    args: numbers(row, 4),
    ...argumentsOf(row),
    defaults: number(row, 8),
    variadic: number(row, 9),
    returns: number(row, 10),
    returnsSet: flag(row, 11),
    language: textOrNull(row, 12) ?? '',
    securityDefiner: flag(row, 13),
    owner: text(row, 14) || superuser,
    extension: textOrNull(row, 15),
    aggregateKind: aggregateKinds[textOrNull(row, 16) ?? ''] ?? '',
    directArgs: number(row, 17),
    fingerprint: textOrNull(row, 18) ?? '',
  };
}

export function operatorOf(row: Row, schema: string): Operator {
  return {
    oid: number(row, 0),
    schema,
    name: text(row, 2),
    left: number(row, 3),
    right: number(row, 4),
    result: number(row, 5),
    procedure: number(row, 6),
  };
}

const castContexts: Readonly<Record<string, Cast['context']>> = { i: 'implicit', a: 'assignment', e: 'explicit' };
const castMethods: Readonly<Record<string, Cast['method']>> = { f: 'function', b: 'binary', i: 'inout' };

export function castOf(row: Row): Cast {
  return {
    source: number(row, 1),
    target: number(row, 2),
    procedure: number(row, 3),
    context: castContexts[text(row, 4)] ?? 'explicit',
    method: castMethods[text(row, 5)] ?? 'function',
  };
}
