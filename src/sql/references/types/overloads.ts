/** Which of several functions or operators of one name is meant (parse_func.c: func_select_candidate). */

import { canCoerce } from './pathways.ts';
import type { TypeSystem } from './type-system.ts';
import { oid } from './well-known.ts';

/** Something callable, with the argument types it has for this number of arguments. */
export interface Candidate {
  readonly args: readonly number[];
}

/** `func_match_argtypes`: those the arguments can be coerced to implicitly. */
export function matching<C extends Candidate>(
  types: TypeSystem,
  inputs: readonly number[],
  candidates: readonly C[],
): readonly C[] {
  return candidates.filter(({ args }) => canCoerce(types, inputs, args, 'implicit'));
}

/** Keeps the candidates with the highest score; all where none scores. */
function best<C extends Candidate>(candidates: readonly C[], score: (candidate: C) => number): readonly C[] {
  const scores = candidates.map(score);
  const top = Math.max(...scores);
  return candidates.filter((_, index) => scores[index] === top);
}

/** `func_select_candidate`; undefined where PostgreSQL calls the call ambiguous. */
export function selectCandidate<C extends Candidate>(
  types: TypeSystem,
  inputs: readonly number[],
  matched: readonly C[],
): C | undefined {
  const bases = inputs.map((type) => types.base(type));
  const known = (index: number) => bases[index] !== oid.unknown;
  const count = (candidate: C, fits: (type: number, index: number) => boolean) =>
    candidate.args.reduce((sum, type, index) => sum + (known(index) && fits(type, index) ? 1 : 0), 0);

  let left = best(matched, (candidate) => count(candidate, (type, index) => type === bases[index]));
  if (left.length === 1) return left[0];
  const categories = bases.map((type) => types.category(type));
  left = best(left, (candidate) =>
    count(candidate, (type, index) => type === bases[index] || types.isPreferred(categories[index] ?? '', type)),
  );
  if (left.length === 1) return left[0];
  const unknowns = bases.flatMap((type, index) => (type === oid.unknown ? [index] : []));
  if (unknowns.length === 0) return undefined;
  left = byCategoryOfUnknowns(types, unknowns, left);
  if (left.length === 1) return left[0];
  return byAssumingKnownType(types, bases, left);
}

interface SlotCategory {
  readonly category: string;
  readonly preferred: boolean;
}

/** Chooses for each unknown argument the category its candidates agree on; string wins any conflict. */
function byCategoryOfUnknowns<C extends Candidate>(
  types: TypeSystem,
  unknowns: readonly number[],
  candidates: readonly C[],
): readonly C[] {
  const slots = new Map<number, SlotCategory>();
  for (const slot of unknowns) {
    const chosen = categoryOfSlot(types, slot, candidates);
    if (chosen === undefined) return candidates;
    slots.set(slot, chosen);
  }
  const fits = (candidate: C) =>
    [...slots].every(([slot, { category, preferred }]) => {
      const type = types.get(candidate.args[slot] ?? 0);
      return type?.category === category && (!preferred || type.preferred);
    });
  const kept = candidates.filter(fits);
  return kept.length > 0 ? kept : candidates;
}

function categoryOfSlot<C extends Candidate>(
  types: TypeSystem,
  slot: number,
  candidates: readonly C[],
): SlotCategory | undefined {
  let category: string | undefined;
  let preferred = false;
  let conflict = false;
  for (const { args } of candidates) {
    const type = types.get(args[slot] ?? 0);
    const [next, isPreferred] = [type?.category ?? 'X', type?.preferred ?? false];
    if (category === undefined || (next !== category && next === 'S')) [category, preferred] = [next, isPreferred];
    else if (next === category) preferred ||= isPreferred;
    else conflict = true;
  }
  if (category === undefined || (conflict && category !== 'S')) return undefined;
  return { category, preferred };
}

/** The last resort: where all known arguments are of one type, the unknown ones are taken to be of it too. */
function byAssumingKnownType<C extends Candidate>(
  types: TypeSystem,
  bases: readonly number[],
  candidates: readonly C[],
): C | undefined {
  const known = new Set(bases.filter((type) => type !== oid.unknown));
  const [type] = known;
  if (type === undefined || known.size !== 1) return undefined;
  const assumed = bases.map(() => type);
  const fitting = candidates.filter(({ args }) => canCoerce(types, assumed, args, 'implicit'));
  return fitting.length === 1 ? fitting[0] : undefined;
}
