/** What both oracle tests need: a database with the schema, its catalog, and a session that asks PostgreSQL. */

import { readFileSync } from 'node:fs';
import type pg from 'pg';
import { type TestDatabase, testDatabase } from '../../support/postgres.ts';
import { catalogOf } from './our-reading.ts';
import { readingSession } from './postgres-reading.ts';
import type { Oracle } from './reading-oracle.ts';

export interface OracleDatabase extends Oracle {
  readonly database: TestDatabase;
  readonly superuser: pg.Client;
}

/** `schema`: a file of SQL, run as a superuser so that it may make anything. */
export async function oracleDatabase(schema: URL, searchPath: readonly string[]): Promise<OracleDatabase> {
  const database = await testDatabase();
  const superuser = await database.client({ ...database.superuser, database: database.database });
  await superuser.query(readFileSync(schema, 'utf8'));
  const catalog = await catalogOf(superuser, searchPath);
  return { database, superuser, catalog, ask: await readingSession(superuser) };
}
