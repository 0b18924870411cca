/** What the corridor is asked for, and what it answers. */

import type { Trail } from '../audit/audit-log.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Database } from '../model/database.ts';
import type { QueryRequest } from '../model/request.ts';
import type { Outcome, QueryResult, Receipt } from '../model/result.ts';

/** What a call brings back, with the proof that it is on record. */
export type Answer = QueryResult & {
  readonly receipt: Receipt;
  /** What asks for the next page of this result. */
  readonly cursor?: string;
};

/** Where a call is in the corridor. `view` is a listing picked from the catalog; `refusal`, the record of one. */
export type Stage =
  | 'resolve'
  | 'parse'
  | 'references'
  | 'authorize'
  | 'intent'
  | 'execute'
  | 'view'
  | 'outcome'
  | 'refusal';

/**
 * Told that a call enters a stage and so has left the one before, `failed` if that ended in an error. It looks on: it
 * must not throw, and nothing depends on it.
 */
export type Watch = (request: QueryRequest, stage: Stage, failed?: boolean) => void;

export interface Broker {
  /** Walks the whole corridor. Rejects with a BrokerError; rows are never released without a durable outcome. */
  readonly run: (request: QueryRequest, signal: AbortSignal) => Promise<Answer>;
  /** Walks it up to the backend's door: would this run? Leaves records as any call does. */
  readonly check: (request: QueryRequest) => Promise<{ readonly trail: Trail; readonly verdict: Outcome<Receipt> }>;
  /** Answers a listing from the catalog snapshot: permitted and recorded as any call, without reaching the backend. */
  readonly look: <Item>(request: QueryRequest, view: View<Item>) => Promise<Listing<Item>>;
}

/** Picks from a snapshot what the caller may see. */
export type View<Item> = (catalog: Catalog, database: Database) => readonly Item[];

export interface Listing<Item> {
  readonly items: readonly Item[];
  readonly receipt: Receipt;
}
