/** The texts with which an adapter checks, in the pin, that the catalog is still the one the statement was read against. */

import {
  bodilessFingerprint,
  constraintKey,
  functionFingerprint,
  relationFingerprint,
} from '../../catalog/fingerprints.ts';
import type { Witness } from '../access.ts';

/** What a list of witnesses asks of the server: the fewer kinds of things, the less work. */
export type WitnessShape = 'none' | 'table' | 'tables' | 'any';

export function shapeOf(witnesses: readonly Witness[]): WitnessShape {
  if (witnesses.length === 0) return 'none';
  if (!witnesses.every(({ bodiless }) => bodiless === true)) return 'any';
  return witnesses.length === 1 ? 'table' : 'tables';
}

/** `name` is SQL for the name of a relation: its OID and fingerprint, or no row. */
const bodiless = (name: string): string => `SELECT pg_catalog.concat(c.oid, ':', ${bodilessFingerprint})
  FROM pg_catalog.pg_class c WHERE c.oid = pg_catalog.to_regclass(${name})::pg_catalog.oid`;

/** An array that keeps the order of a function's rows. */
const joined = (answers: string): string => `nullif(pg_catalog.array_to_string(ARRAY(${answers}), ','), '')`;

/**
 * One text value: `oid:md5,oid:md5 …` in the order asked; equal to `expectedWitnesses` as long as nothing changed.
 * Its one parameter (`witnessQuestion`) is written as `marker`.
 */
export function witnessSql(marker: string, shape: Exclude<WitnessShape, 'none'> = 'any'): string {
  switch (shape) {
    case 'table':
      return `(${bodiless(marker)})`;
    case 'tables':
      return joined(`SELECT coalesce((${bodiless('w.value')}), 'gone')
  FROM pg_catalog.json_array_elements_text(CAST(${marker} AS pg_catalog.json)) WITH ORDINALITY w ORDER BY w.ordinality`);
    case 'any':
      return joined(`SELECT coalesce(
  CASE w.value ->> 0 WHEN 'relation' THEN (
    SELECT c.oid::text || ':' || ${relationFingerprint} FROM pg_catalog.pg_class c
    WHERE c.oid = pg_catalog.to_regclass(w.value ->> 1)::pg_catalog.oid)
  WHEN 'constraint' THEN (
    SELECT k.conrelid::text || ':' || ${constraintKey} FROM pg_catalog.pg_constraint k
    WHERE k.conrelid = pg_catalog.to_regclass(w.value ->> 1)::pg_catalog.oid AND k.conname = w.value ->> 2
      AND k.contype IN ('p', 'u', 'x'))
  ELSE (
    SELECT p.oid::text || ':' || ${functionFingerprint} FROM pg_catalog.pg_proc p
    WHERE p.oid = pg_catalog.to_regprocedure(w.value ->> 1)::pg_catalog.oid) END, 'gone')
  FROM pg_catalog.json_array_elements(CAST(${marker} AS pg_catalog.json)) WITH ORDINALITY w ORDER BY w.ordinality`);
  }
}

/** The parameter of `witnessSql`: one name, a JSON array of names, or one of `[kind, name, constraint]`. */
export function witnessQuestion(witnesses: readonly Witness[], shape: Exclude<WitnessShape, 'none'> = 'any'): string {
  if (shape === 'table') return witnesses[0]?.name ?? '';
  if (shape === 'tables') return JSON.stringify(witnesses.map(({ name }) => name));
  return JSON.stringify(
    witnesses.map(({ kind, name, constraint }) => (constraint === undefined ? [kind, name] : [kind, name, constraint])),
  );
}

/** What `witnessSql` must answer for the reading to hold; it answers null for no witnesses. */
export function expectedWitnesses(witnesses: readonly Witness[]): string | null {
  if (witnesses.length === 0) return null;
  return witnesses.map((witness) => `${witness.oid}:${witness.fingerprint}`).join(',');
}
