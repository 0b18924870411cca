/** Which databases exist, and which one a call means. */

import type { Database } from '../model/database.ts';
import type { Principal } from '../model/principal.ts';

export interface Databases {
  /**
   * The database a call means: `id`, or the default one. Throws DATABASE_UNKNOWN with the same text whether the id is
   * not configured or nothing in it is permitted to the principal; a disabled database is BACKEND_UNAVAILABLE, after that check.
   */
  readonly resolve: (id: string | undefined, principal: Principal) => Database;
  /** What this principal may use, in the order of the configuration. */
  readonly usable: (principal: Principal) => readonly Database[];
  readonly defaultId: string | undefined;
  /** Every configured database; for the broker's own parts, never for an answer to a caller. */
  readonly all: () => readonly Database[];
}

/** Whether any rule gives this principal anything in the database; `main` takes it from the decision point. */
export type MayUse = (principal: Principal, databaseId: string) => boolean;
