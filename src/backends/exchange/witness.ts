/** Asks the server, in the transaction of the statement, whether the catalog is still the one the statement was read against. */

import { functionFingerprint, relationFingerprint } from '../../catalog/fingerprints.ts';
import type { Access } from '../../sql/access.ts';
import type { Step } from '../protocol/encode.ts';

/**
 * Divides by zero when any witness has changed: an error in this step makes the server skip the statement, so a stale
 * reading never runs. Names are looked up along the pinned search_path, which is why this is a statement of its own.
 */
export const witnessText = `SELECT 1 / pg_catalog.min(CASE
  WHEN w.kind = 'relation' THEN CASE WHEN pg_catalog.to_regclass(w.name) = w.oid AND (
    SELECT ${relationFingerprint} FROM pg_catalog.pg_class c WHERE c.oid = w.oid) = w.fingerprint THEN 1 ELSE 0 END
  ELSE CASE WHEN (
    SELECT ${functionFingerprint} FROM pg_catalog.pg_proc p WHERE p.oid = w.oid) = w.fingerprint THEN 1 ELSE 0 END
  END)
FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3), pg_catalog.unnest($4)) AS w (kind, name, oid, fingerprint)`;

/** SQLSTATE by which the witness step says that the catalog has changed: division_by_zero. */
export const staleState = '22012';

const textArray = 1009;
const oidArray = 1028;

const quoteElement = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`;
const arrayOf = (texts: readonly string[]) => `{${texts.map(quoteElement).join(',')}}`;

/** The step that compares the reading's witnesses with the server; undefined where a reading has none (fixed texts, `SELECT 1`). */
export function witnessStep({ witnesses }: Access): Step | undefined {
  if (witnesses.length === 0) return undefined;
  return {
    text: witnessText,
    types: [textArray, textArray, oidArray, textArray],
    values: [
      arrayOf(witnesses.map((witness) => witness.kind)),
      arrayOf(witnesses.map((witness) => witness.name)),
      arrayOf(witnesses.map((witness) => String(witness.oid))),
      arrayOf(witnesses.map((witness) => witness.fingerprint)),
    ],
    maxRows: 0,
  };
}
