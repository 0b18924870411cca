/** Masks: the obligation to change a column's values, fulfilled only where the server confirms that the column is the one meant. */

import { createHmac } from 'node:crypto';
import type { AuthorizedContents } from '../audit/audit-log.ts';
import { Failure } from '../model/errors.ts';
import type { Json } from '../model/result.ts';
import type { MaskKind } from '../policy/permit.ts';
import type { Field } from './protocol/replies.ts';

/** Changes the text of a non-null value. */
export type Masking = (text: string) => Json;

/** At least as much stays hidden as is shown. */
const shown = 4;

const maskings: Readonly<Record<MaskKind, (key: Buffer) => Masking>> = {
  full: () => () => null,
  partial: () => (text) => {
    const characters = [...text];
    const tail = characters.length >= 2 * shown ? characters.slice(-shown).join('') : '';
    return '*'.repeat(characters.length - [...tail].length) + tail;
  },
  hash: (key) => (text) => createHmac('sha256', key).update(text, 'utf8').digest('hex').slice(0, 32),
};

const unconfirmed = () =>
  new Failure('POLICY_DENIED', 'A masked column could not be followed to the result, so nothing is released.', {
    hint: 'Select the column plainly, without set operations, DISTINCT, GROUP BY or expressions.',
  });

/** For each output column its masking, if any. Throws POLICY_DENIED where one cannot be fulfilled. */
export function maskingsFor(
  query: AuthorizedContents,
  fields: readonly Field[],
  key: Buffer,
): ReadonlyMap<number, Masking> {
  const found = new Map<number, Masking>();
  for (const mask of query.decision.obligations.masks) {
    for (const index of mask.outputs) {
      const field = fields[index];
      const origin = query.access.output?.[index]?.origin;
      if (origin === undefined || field?.table !== origin.oid || field.attnum !== origin.attnum) throw unconfirmed();
      // Two rules on one column: the one that hides everything wins.
      if (mask.kind === 'full' || !found.has(index)) found.set(index, maskings[mask.kind](key));
    }
  }
  return found;
}

/** Columns that were masked, as `schema.relation.column`. */
export function maskedColumns(query: AuthorizedContents): readonly string[] {
  const { masks } = query.decision.obligations;
  return [...new Set(masks.filter((mask) => mask.outputs.length > 0).map((mask) => mask.column))];
}
