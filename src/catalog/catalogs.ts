/** What is inside each database: snapshots, loaded through the corridor on the first call that needs them. */

import type { Database } from '../model/database.ts';
import type { CallContext } from '../model/request.ts';
import type { Catalog } from './catalog.ts';

export interface Catalogs {
  /**
   * The snapshot to read a statement against; loads or refreshes it first where needed, one load in flight per database.
   * Throws CATALOG_UNAVAILABLE.
   */
  readonly current: (database: Database, call: CallContext) => Promise<Catalog>;
  /** The next `current` loads anew. */
  readonly invalidate: (databaseId: string) => void;
}
