/** The audit desk: the intent of a permitted call becomes durable, and only then is the key to a backend cut (seal 3). */

import type { Database } from '../model/database.ts';
import type { BrokerError } from '../model/errors.ts';
import type { QueryRequest } from '../model/request.ts';
import type { Outcome, QueryResult, Receipt } from '../model/result.ts';
import { createSeal, type Sealed } from '../model/seal.ts';
import type { Decision, Permit, PermitContents } from '../policy/permit.ts';
import type { Access } from '../sql/access.ts';
import type { ParsedStatement } from '../sql/statement.ts';

export interface AuthorizedContents extends PermitContents {
  /** Where the intent stands in the log. */
  readonly intent: { readonly origin: string; readonly seq: number };
  /**
   * Resolves when a write's transaction number is on record; only then may COMMIT be sent, so that the next start can ask
   * the server what became of it. Throws AUDIT_UNAVAILABLE: the transaction must be rolled back then.
   */
  readonly recordPrecommit: (commit: Commit) => Promise<void>;
}

/** What is known of a write just before its COMMIT. */
export interface Commit {
  /** `pg_current_xact_id_if_assigned()`, a 64-bit number. */
  readonly xid: string;
  readonly affected?: number;
}

export type AuthorizedQuery = Sealed<'AuthorizedQuery'>;

const authorized = createSeal<'AuthorizedQuery', AuthorizedContents>('AuthorizedQuery');

/** Only the desk's `recordIntent` may call this, after the intent is durable. */
export const sealAuthorized: (contents: AuthorizedContents) => AuthorizedQuery = (contents) =>
  authorized.seal(contents);

export const openAuthorized = authorized.open;

/** What the corridor had learned of a call when it was refused: each room adds what it handed out. */
export interface Trail {
  database?: Database;
  statement?: ParsedStatement;
  access?: Access;
  decision?: Decision;
}

/** What a call that reached no backend did: a permitted `check_access`, a listing answered from the configuration. */
export interface NotExecuted {
  readonly why: 'checked' | 'cancelled' | 'answered_by_broker';
  readonly rows?: number;
}

export interface AuditLog {
  /** Resolves only when the intent is durable; the only source of AuthorizedQuery. Throws AUDIT_UNAVAILABLE. */
  readonly recordIntent: (permit: Permit) => Promise<AuthorizedQuery>;
  /** Resolves when the terminal record of a refused call is durable; `_broker` where no database was resolved. */
  readonly recordRefusal: (request: QueryRequest, error: BrokerError, trail: Trail) => Promise<void>;
  /** Resolves when the outcome is durable. If it throws, the rows must be withheld. */
  readonly recordOutcome: (query: AuthorizedQuery, outcome: Outcome<QueryResult | NotExecuted>) => Promise<Receipt>;
  /** One permitted call that concerns no database (list_databases): a durable intent and outcome in `_broker`. */
  readonly recordListing: (request: QueryRequest, rows: number) => Promise<Receipt>;
}
