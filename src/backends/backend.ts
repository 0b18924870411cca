/** The backend: one method, one type it takes. */

import type { AuthorizedQuery } from '../audit/audit-log.ts';
import type { QueryResult } from '../model/result.ts';

export interface Backend {
  /**
   * Runs the authorised statement inside a transaction of its own and brings back checked rows.
   * Throws Failure with a BACKEND_ code, or StaleCatalog (backends/stale-catalog.ts) when the pin found another catalog
   * than the reading was made against: nothing was released then. Never retries by itself.
   */
  readonly execute: (query: AuthorizedQuery, signal: AbortSignal) => Promise<QueryResult>;
  /** Closes every connection; calls in flight are cancelled. */
  readonly close: () => Promise<void>;
}
