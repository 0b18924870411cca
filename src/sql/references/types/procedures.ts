/** Which function a call means (namespace.c: FuncnameGetCandidates; parse_func.c: func_get_detail). */

import type { Procedure } from '../../../catalog/catalog.ts';
import type { QualifiedName } from '../nodes.ts';
import { matching, selectCandidate } from './overloads.ts';
import { findPathway } from './pathways.ts';
import { resolveGeneric } from './polymorphism.ts';
import { typeNamed } from './type-names.ts';
import type { TypeSystem } from './type-system.ts';
import { oid } from './well-known.ts';

export interface CallShape {
  readonly name: QualifiedName;
  readonly args: readonly number[];
  /** Names of the last arguments, for `f(a => 1)`. */
  readonly argNames: readonly string[];
  /** Whether the last argument is written VARIADIC. */
  readonly variadic: boolean;
}

export type CallMeaning =
  | {
      readonly is: 'call';
      readonly procedure: Procedure;
      /** What the arguments become; `declared` has polymorphic types as declared. */
      readonly args: readonly number[];
      readonly declared: readonly number[];
      readonly returns: number;
    }
  | { readonly is: 'cast'; readonly target: number };

interface Fit {
  readonly procedure: Procedure;
  readonly args: readonly number[];
  /** Whether VARIADIC was spread out over several arguments. */
  readonly spread: boolean;
}

/** Undefined where PostgreSQL finds none, or finds the call ambiguous. Remembers what it was asked. */
export function resolveCall(types: TypeSystem, shape: CallShape): CallMeaning | undefined {
  const key = `f ${shape.name.written} ${shape.args.join(' ')} ${shape.variadic} ${shape.argNames.join(' ')}`;
  return types.calls.get(key, () => findCall(types, shape));
}

function findCall(types: TypeSystem, shape: CallShape): CallMeaning | undefined {
  const candidates = candidatesFor(types, shape);
  const exact = candidates.find(({ args }) => args.every((type, index) => type === shape.args[index]));
  if (exact !== undefined) return meaningOf(types, shape, exact);
  const cast = asCast(types, shape);
  if (cast !== undefined) return cast;
  const matched = matching(types, shape.args, candidates);
  const chosen = matched.length < 2 ? matched[0] : selectCandidate(types, shape.args, matched);
  return chosen === undefined ? undefined : meaningOf(types, shape, chosen);
}

function meaningOf(types: TypeSystem, shape: CallShape, { procedure, args }: Fit): CallMeaning | undefined {
  const resolved = resolveGeneric(types, shape.args, args, procedure.returns);
  return resolved === undefined ? undefined : { is: 'call', procedure, declared: args, ...resolved };
}

/** Every function of that name that takes so many arguments; of equal argument lists the first in the path, plain before variadic. */
function candidatesFor(types: TypeSystem, shape: CallShape): readonly Fit[] {
  const fits = new Map<string, Fit | 'ambiguous'>();
  for (const procedure of types.catalog.procedures(shape.name.schema, shape.name.name)) {
    const fit = procedure.kind === 'procedure' ? undefined : fitTo(procedure, shape);
    if (fit === undefined) continue;
    const key = fit.args.join(' ');
    const other = fits.get(key);
    fits.set(key, other === undefined ? fit : preferred(other, fit));
  }
  return [...fits.values()].filter((fit) => fit !== 'ambiguous');
}

function preferred(old: Fit | 'ambiguous', fresh: Fit): Fit | 'ambiguous' {
  if (old === 'ambiguous' || old.procedure.schema !== fresh.procedure.schema) return old;
  if (old.spread === fresh.spread) return 'ambiguous';
  return old.spread ? fresh : old;
}

function fitTo(procedure: Procedure, shape: CallShape): Fit | undefined {
  if (shape.argNames.length > 0) return fitByName(procedure, shape);
  const [given, declared] = [shape.args.length, procedure.args.length];
  if (procedure.variadic !== 0 && !shape.variadic && declared <= given) {
    const fixed = procedure.args.slice(0, -1);
    return {
      procedure,
      args: [...fixed, ...Array.from({ length: given - fixed.length }, () => procedure.variadic)],
      spread: true,
    };
  }
  if (given > declared || given < declared - procedure.defaults) return undefined;
  return { procedure, args: procedure.args.slice(0, given), spread: false };
}

/** `MatchNamedCall`: named arguments follow positional ones; what is not given has a default. */
function fitByName(procedure: Procedure, shape: CallShape): Fit | undefined {
  const { args, argNames, defaults } = procedure;
  if (argNames.length === 0 || shape.args.length > args.length) return undefined;
  if (procedure.variadic !== 0 && !shape.variadic) return undefined;
  const positional = shape.args.length - shape.argNames.length;
  const slots = shape.argNames.map((name) => argNames.indexOf(name, positional));
  if (slots.includes(-1) || new Set(slots).size !== slots.length) return undefined;
  const missing = args.map((_, index) => index).filter((index) => index >= positional && !slots.includes(index));
  if (missing.some((index) => index < args.length - defaults)) return undefined;
  return { procedure, args: [...args.slice(0, positional), ...slots.map((slot) => args[slot] ?? 0)], spread: false };
}

/** `text(x)` where no function fits exactly: a type's name used as a function casts, where that does no more than relabel or convert. */
function asCast(types: TypeSystem, { name, args, argNames, variadic }: CallShape): CallMeaning | undefined {
  const [source] = args;
  if (source === undefined || args.length !== 1 || argNames.length > 0 || variadic) return undefined;
  const target = typeNamed(types, name);
  if (target === undefined || target.relation !== 0) return undefined;
  if (source === oid.unknown) return { is: 'cast', target: target.oid };
  const way = findPathway(types, target.oid, source, 'explicit')?.way;
  const rowToText = (source === oid.record || types.isComplex(source)) && target.category === 'S';
  return way === 'relabel' || (way === 'io' && !rowToText) ? { is: 'cast', target: target.oid } : undefined;
}
