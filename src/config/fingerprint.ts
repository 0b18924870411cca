/** What tells two configurations of a database apart without having both at hand. */

import { createHash } from 'node:crypto';
import type { Database } from '../model/database.ts';

/** Databases are frozen. */
const known = new WeakMap<Database, string>();

/** Equal for databases that `buildDatabase` made of the same settings: it writes their keys in one order. */
export function fingerprintOf(database: Database): string {
  const found = known.get(database) ?? createHash('sha256').update(JSON.stringify(database)).digest('base64');
  known.set(database, found);
  return found;
}
