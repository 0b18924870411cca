/** The one text with which an adapter checks, in the pin, that the catalog is still the one the statement was read against. */

import { functionFingerprint, relationFingerprint } from '../../catalog/fingerprints.ts';
import type { Witness } from '../access.ts';

/**
 * One text value: `oid:md5,oid:md5 …` in the order asked; equal to `expectedWitnesses` as long as nothing changed.
 * Its one parameter (`$1`, a JSON array of `[kind, name]`) is written as `marker`.
 */
export const witnessSql = (marker: string): string => `nullif(pg_catalog.array_to_string(ARRAY(SELECT coalesce(
  CASE w.value ->> 0 WHEN 'relation' THEN (
    SELECT c.oid::text || ':' || ${relationFingerprint} FROM pg_catalog.pg_class c
    WHERE c.oid = pg_catalog.to_regclass(w.value ->> 1)::pg_catalog.oid)
  ELSE (
    SELECT p.oid::text || ':' || ${functionFingerprint} FROM pg_catalog.pg_proc p
    WHERE p.oid = pg_catalog.to_regprocedure(w.value ->> 1)::pg_catalog.oid) END, 'gone')
  FROM pg_catalog.json_array_elements(CAST(${marker} AS pg_catalog.json)) WITH ORDINALITY w ORDER BY w.ordinality), ','), '')`;

/** The parameter of `witnessSql`. */
export function witnessQuestion(witnesses: readonly Witness[]): string {
  return JSON.stringify(witnesses.map((witness) => [witness.kind, witness.name]));
}

/** What `witnessSql` must answer for the reading to hold; it answers null for no witnesses. */
export function expectedWitnesses(witnesses: readonly Witness[]): string | null {
  if (witnesses.length === 0) return null;
  return witnesses.map((witness) => `${witness.oid}:${witness.fingerprint}`).join(',');
}
