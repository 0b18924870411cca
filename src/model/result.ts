/** What a call brings back. */

import type { BrokerError } from './errors.ts';
import { asBrokerError } from './errors.ts';

/** A JSON value: the only thing a cell can be once decoded (the type table is `docs/values.md`). */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

export interface ColumnInfo {
  /** As the server named it, before duplicates get `_2`, `_3`. */
  readonly name: string;
  /** PostgreSQL's name of the type, as `format_type` prints it without a modifier, e.g. `integer`, `text[]`. */
  readonly type: string;
}

/** Rows in order, each made when it is asked for, so that a large result is not held twice. An array will do. */
export interface Rows extends Iterable<readonly Json[]> {
  readonly length: number;
  /**
   * The same as JSON: objects with these names and commas between them, in texts of about `size` characters, which
   * together are one list. `quoted`: as they stand within a JSON string.
   */
  readonly json?: (names: readonly string[], size: number, quoted: boolean) => Iterable<string>;
  /** The values whose text has at least so many bytes. */
  readonly longCells?: (bytes: number) => Iterable<Json>;
}

export interface QueryResult {
  readonly columns: readonly ColumnInfo[];
  readonly rows: Rows;
  /** Rows the statement touched, for writes; absent for reads. */
  readonly affected?: number;
  /** Why rows are missing, or `none`. */
  readonly cut: 'none' | 'rows' | 'bytes';
  /** Bytes of row data released (DataRow payload as received). */
  readonly bytes: number;
  /** Columns whose values were masked, as `schema.relation.column`. */
  readonly masked: readonly string[];
  readonly backend: { readonly pid?: number; readonly version?: string; readonly xid?: string };
  /** The rest is kept for a call that asks for the next page. */
  readonly more?: true;
  /** The hypothetical index the statement was planned with: its name in the plan, and the bytes it would take. */
  readonly hypothetical?: { readonly name: string; readonly bytes: number };
  /** Microseconds spent waiting for a connection, connecting, executing. */
  readonly timings: { readonly queue: number; readonly connect: number; readonly execute: number };
  /** SHA-256 of the text really sent, where an adapter had to rewrite it (invariant 4); absent when byte for byte the caller's. */
  readonly envelope?: string;
}

/** Proof of record, given to the client: the position and leaf hash of the outcome in the audit log. */
export interface Receipt {
  readonly origin: string;
  readonly seq: number;
  readonly leaf: string;
}

export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: BrokerError };

/** Does `work` and turns whatever it throws, at once or later, into a BrokerError, so that both ends can be recorded. */
export async function settle<T>(work: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (thrown) {
    return { ok: false, error: asBrokerError(thrown) };
  }
}
