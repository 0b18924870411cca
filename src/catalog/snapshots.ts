/** Snapshots of every database in use: loaded when first needed, renewed when old, dropped when memory is short. */

import type { Database } from '../model/database.ts';
import { BrokerError, Refusal } from '../model/errors.ts';
import type { CallContext } from '../model/request.ts';
import type { Catalog } from './catalog.ts';
import type { Catalogs } from './catalogs.ts';
import type { FixedName } from './fixed-statements.ts';
import { loadCatalog, type SystemParts } from './loader.ts';
import type { Row } from './row.ts';

/**
 * Runs one fixed text on a database as the system principal, through the corridor, on behalf of the call `cause`.
 * `main` gives it.
 */
export type RunFixedStatement = (
  database: Database,
  name: FixedName,
  parameters: readonly string[],
  cause: CallContext,
) => Promise<readonly Row[]>;

export interface SnapshotOptions {
  readonly run: RunFixedStatement;
  /** Bytes all snapshots may hold together (`limits.catalog_memory`). */
  readonly memory: number;
  /** Milliseconds, monotonic. */
  readonly now?: () => number;
}

interface Held {
  readonly catalog: Catalog;
  readonly searchPath: string;
  readonly loadedAt: number;
}

class Snapshots implements Catalogs {
  readonly #held = new Map<string, Held>();
  readonly #loading = new Map<string, Promise<Held>>();
  readonly #systems: SystemParts = new Map();
  readonly #options: SnapshotOptions;

  constructor(options: SnapshotOptions) {
    this.#options = options;
  }

  bytes = (): number => {
    let total = 0;
    for (const { catalog } of this.#held.values()) total += catalog.bytes;
    return total;
  };

  #now(): number {
    return this.#options.now?.() ?? performance.now();
  }

  current = async (database: Database, call: CallContext): Promise<Catalog> => {
    const held = this.#held.get(database.id);
    if (held !== undefined && this.#isFresh(held, database)) {
      this.#held.delete(database.id); // to the end: the least recently used is first
      this.#held.set(database.id, held);
      return held.catalog;
    }
    const running = this.#loading.get(database.id);
    if (running !== undefined) return (await running).catalog;
    const load = this.#load(database, call);
    this.#loading.set(database.id, load);
    return this.#settle(database, load);
  };

  /** What a load brings is kept unless the database was invalidated meanwhile. */
  async #settle(database: Database, load: Promise<Held>): Promise<Catalog> {
    try {
      const held = await load;
      if (this.#loading.get(database.id) === load) this.#keep(database, held);
      return held.catalog;
    } finally {
      if (this.#loading.get(database.id) === load) this.#loading.delete(database.id);
    }
  }

  /** A load already under way may have read what is stale now: it still answers those who wait, but is not kept. */
  invalidate = (databaseId: string): void => {
    this.#held.delete(databaseId);
    this.#loading.delete(databaseId);
  };

  #isFresh(held: Held, database: Database): boolean {
    if (held.searchPath !== database.searchPath.join(',')) return false;
    return this.#now() - held.loadedAt < database.limits.catalogTtl;
  }

  async #load(database: Database, call: CallContext): Promise<Held> {
    const loadedAt = this.#now();
    try {
      const run = (name: FixedName, parameters: readonly string[]) =>
        this.#options.run(database, name, parameters, call);
      const catalog = await loadCatalog(run, database.searchPath, this.#systems);
      return { catalog, searchPath: database.searchPath.join(','), loadedAt };
    } catch (cause) {
      throw withoutCatalog(cause);
    }
  }

  #keep(database: Database, held: Held): void {
    this.#held.delete(database.id);
    this.#held.set(database.id, held);
    let total = this.bytes();
    for (const [id, { catalog }] of this.#held) {
      if (total <= this.#options.memory || id === database.id) break;
      this.#held.delete(id);
      total -= catalog.bytes;
    }
  }
}

/** Whoever cannot reach the database, or finds it at its limit, is told that: the catalog is not what is wrong. */
function withoutCatalog(cause: unknown): Refusal {
  if (cause instanceof BrokerError && (cause.code === 'BACKEND_UNAVAILABLE' || cause.code === 'LIMIT_EXCEEDED')) {
    const { code, message, hint } = cause;
    return new Refusal(code, message, { ...(hint !== undefined && { hint }), safeToRetry: true, cause });
  }
  return new Refusal('CATALOG_UNAVAILABLE', 'The catalog of the database cannot be read.', {
    hint: 'Try again later; get_database_info and health_check may tell more.',
    safeToRetry: true,
    cause,
  });
}

/** The `Catalogs` of a running broker; `bytes` is what all snapshots hold together, as estimated when they were loaded. */
export function createCatalogs(options: SnapshotOptions): Catalogs & { readonly bytes: () => number } {
  return new Snapshots(options);
}
