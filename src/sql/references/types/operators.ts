/** Which operator is meant (parse_oper.c: oper, left_oper). */

import type { Operator } from '../../../catalog/catalog.ts';
import type { QualifiedName } from '../nodes.ts';
import { matching, selectCandidate } from './overloads.ts';
import { resolveGeneric } from './polymorphism.ts';
import type { TypeSystem } from './type-system.ts';
import { oid } from './well-known.ts';

export interface OperatorMeaning {
  readonly operator: Operator;
  /** Types the operands are coerced to, polymorphic ones resolved. */
  readonly args: readonly number[];
  readonly returns: number;
}

interface Fit {
  readonly operator: Operator;
  readonly args: readonly number[];
}

/** `operands`: one type for a prefix operator, two for an infix one. Remembers what it was asked. */
export function resolveOperator(
  types: TypeSystem,
  name: QualifiedName,
  operands: readonly number[],
): OperatorMeaning | undefined {
  const key = `o ${name.schema ?? ''}.${name.name} ${operands.join(' ')}`;
  return types.operators.get(key, () => {
    const fit = find(types, name, operands);
    const resolved = fit && resolveGeneric(types, operands, fit.args, fit.operator.result);
    return fit && resolved && { operator: fit.operator, ...resolved };
  });
}

function find(types: TypeSystem, name: QualifiedName, operands: readonly number[]): Fit | undefined {
  const candidates = candidatesFor(types, name, operands.length);
  const same = exactly(candidates, operands) ?? exactAssumingKnown(types, candidates, operands);
  if (same !== undefined) return same;
  const matched = matching(types, operands, candidates);
  return matched.length < 2 ? matched[0] : selectCandidate(types, operands, matched);
}

/** Of equal operand types the first in the path. */
function candidatesFor(types: TypeSystem, name: QualifiedName, count: number): readonly Fit[] {
  const fits = new Map<string, Fit>();
  for (const operator of types.catalog.operators(name.schema, name.name)) {
    if ((operator.left === 0) !== (count === 1)) continue;
    const args = count === 1 ? [operator.right] : [operator.left, operator.right];
    const key = args.join(' ');
    if (!fits.has(key)) fits.set(key, { operator, args });
  }
  return [...fits.values()];
}

function exactly(candidates: readonly Fit[], operands: readonly number[]): Fit | undefined {
  return candidates.find(({ args }) => args.every((type, index) => type === operands[index]));
}

/** `binary_oper_exact`: an operand of unknown type is first taken to be of the other's type, then of its base type. */
function exactAssumingKnown(
  types: TypeSystem,
  candidates: readonly Fit[],
  operands: readonly number[],
): Fit | undefined {
  if (operands.length !== 2 || !operands.includes(oid.unknown)) return undefined;
  const known = operands.find((type) => type !== oid.unknown);
  if (known === undefined) return undefined;
  const base = types.base(known);
  return exactly(candidates, [known, known]) ?? (base === known ? undefined : exactly(candidates, [base, base]));
}
