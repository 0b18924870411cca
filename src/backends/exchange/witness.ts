/** Asks the server, in the transaction of the statement, whether the catalog is still the one the statement was read against. */

import type { Witness } from '../../sql/access.ts';
import { expectedWitnesses, witnessQuestion, witnessSql } from '../../sql/references/witness.ts';
import type { Step } from '../protocol/encode.ts';

/**
 * Divides by zero when any witness has changed: an error in this step makes the server skip the statement, so a stale
 * reading never runs. Names are looked up along the pinned search_path, which is why this is a statement of its own.
 */
const text = `SELECT 1 / CASE WHEN ${witnessSql('$1')} = $2 THEN 1 ELSE 0 END`;

/** SQLSTATE by which the witness step says that the catalog has changed: division_by_zero. */
export const staleState = '22012';

const textType = 25;

/** The step that compares the reading's witnesses with the server; undefined where a reading has none (fixed texts, `SELECT 1`). */
export function witnessStep(witnesses: readonly Witness[]): Step | undefined {
  if (witnesses.length === 0) return undefined;
  const values = [witnessQuestion(witnesses), expectedWitnesses(witnesses)];
  return { text, types: [textType, textType], values, maxRows: 0 };
}
