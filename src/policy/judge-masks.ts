/** Masked columns: only as a bare output item passed unchanged to the top, or not at all. */

import type { ColumnUse, OutputColumn, RelationAccess } from '../sql/access.ts';
import { printName } from './identifiers.ts';
import type { Judge } from './judge.ts';
import type { Judgement, Manner } from './judge-relation.ts';
import type { MaskKind } from './permit.ts';

/** Of several masks on a column the one that tells least. */
const strictness: readonly MaskKind[] = ['full', 'hash', 'partial'];

const hint =
  'A masked column may only be named in the outermost select list, unchanged: no filter, expression, DISTINCT, GROUP BY, set operation or whole row.';

/** Adds the masks a relation's columns carry; a use a mask cannot follow is denied. */
export function judgeMasks(judge: Judge, access: RelationAccess, manner: Manner, judgement: Judgement): void {
  const masks = judge.masks(access.schema, access.name);
  if (masks.length === 0 || manner.reading === 'describe') return;
  for (const column of access.columns) {
    const kinds = masks.filter((mask) => mask.column === column.name).map(({ kind }) => kind);
    const kind = strictness.find((candidate) => kinds.includes(candidate));
    // writing a masked column shows nothing of it; reading it (RETURNING, WHERE) is a select of its own
    if (kind === undefined || access.action !== 'select') continue;
    const outputs = maskedOutputs(access, column, manner);
    if (outputs === undefined) {
      judgement.denied.push({
        resource: column.written ?? `all columns of ${access.written}`,
        action: access.action,
        position: column.position,
        code: 'POLICY_DENIED',
        kind: 'column',
        hint,
      });
    } else if (outputs.length > 0)
      judgement.masks.push({ column: printName(access.schema, access.name, column.name), kind, outputs });
  }
}

/** Where the mask must be applied; undefined where the reading does not prove that the value goes nowhere else. */
function maskedOutputs(
  access: RelationAccess,
  column: ColumnUse,
  { output, explains, reading }: Manner,
): readonly number[] | undefined {
  if (column.otherUse || column.outputs.length === 0) return undefined;
  if (explains && reading === 'explain') return []; // a plan holds no values of the output
  const fromHere = (candidate: OutputColumn | undefined) =>
    candidate?.origin?.oid === access.oid && candidate.origin.attnum === column.attnum;
  if (output === undefined || !column.outputs.every((index) => fromHere(output[index]))) return undefined;
  return output.flatMap((candidate, index) => (fromHere(candidate) ? [index] : []));
}
