/** The database and the policy of the tests that kill a broker in the middle of a write. */

import type { Database } from '../../src/model/database.ts';
import { aDatabase, directConnection } from '../support/authorized.ts';
import type { ServerAddress } from '../support/postgres.ts';

export const writerPolicy = ['p, analyst, *, public.*, select, allow', 'p, analyst, *, public.*, insert, allow'];

export function writableDatabase(server: ServerAddress & { readonly database: string }): Database {
  return aDatabase(directConnection(server), { id: 'orders', readonly: false });
}
