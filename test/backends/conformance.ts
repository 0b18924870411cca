/** One suite for every backend adapter: what it promises is the same over a socket, in a worker, or behind a service. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { createBackends } from '../../src/backends/backends.ts';
import type { Database } from '../../src/model/database.ts';
import type { QueryResult } from '../../src/model/result.ts';
import { aDatabase, authorizedQuery, type QueryOptions, readTestSecret } from '../support/authorized.ts';
import { type Read, read } from '../support/read.ts';
import { errorPromises } from './conformance/errors.ts';
import { hygienePromises } from './conformance/hygiene.ts';
import { limitPromises } from './conformance/limits.ts';
import { resultPromises } from './conformance/results.ts';
import { valuePromises } from './conformance/values.ts';
import { wallPromises } from './conformance/walls.ts';
import { writePromises } from './conformance/writes.ts';

/** What the suite finds in the database it is given. */
export const seed = `
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE address AS (street text, number bigint, tags text[], mood mood);
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE TYPE floatrange AS RANGE (subtype = float8);
CREATE TABLE people (id int PRIMARY KEY, name text NOT NULL, email text);
INSERT INTO people VALUES (1, 'Ada', 'ada@example.com'), (2, 'Grace', NULL), (3, 'Mary', 'mary@example.com');
CREATE TABLE empty_rows ();
INSERT INTO empty_rows DEFAULT VALUES;
INSERT INTO empty_rows DEFAULT VALUES;
CREATE SEQUENCE ids;
CREATE VIEW people_view AS SELECT id, name, email FROM people;
CREATE FUNCTION nothing() RETURNS void LANGUAGE sql IMMUTABLE AS '';
CREATE FUNCTION fails(text) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'secret %', $1 USING ERRCODE = '42999'; END $$;
CREATE FUNCTION leaves_traces() RETURNS int LANGUAGE plpgsql AS $$ BEGIN
  PERFORM pg_advisory_lock(4711);
  EXECUTE 'PREPARE left_behind AS SELECT 1';
  RETURN 1;
END $$;
CREATE TABLE watched (id int);
CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  PERFORM set_config('app.tenant', NEW.id::text, false);
  IF NEW.id < 0 THEN PERFORM id FROM hidden_ledger; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER watch BEFORE INSERT ON watched FOR EACH ROW EXECUTE FUNCTION watch();
`;

/** How an adapter is reached by the suite. */
export interface Subject {
  readonly connection: Database['connection'];
  readonly release: () => Promise<void>;
}

/** What the promises are given: fresh backends over one seeded database. */
export interface Bench {
  readonly database: Database;
  readonly writable: Database;
  /** Runs one statement as the corridor would, after every gate. */
  readonly run: (sql: string, options?: Partial<QueryOptions>, signal?: AbortSignal) => Promise<Read<QueryResult>>;
  /** The same on the database as a writable one. */
  readonly write: (sql: string, options?: Partial<QueryOptions>, signal?: AbortSignal) => Promise<Read<QueryResult>>;
  readonly stats: () => { readonly active: number; readonly idle: number; readonly waiting: number };
  /** How the adapter is, where promises must differ. */
  readonly embedded: boolean;
  /** Texts are parsed again before they are sent, so one that cannot be parsed never reaches a server. */
  readonly parsesAgain: boolean;
}

/** Writes a seed where an embedded database finds it. */
export async function seedFile(sql: string): Promise<{ readonly path: string; readonly remove: () => Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'pgwarden-seed-'));
  const path = join(directory, 'seed.sql');
  await writeFile(path, sql);
  return { path, remove: () => rm(directory, { recursive: true }) };
}

function createBench(connection: Database['connection']): {
  readonly bench: Bench;
  readonly close: () => Promise<void>;
} {
  const backends = createBackends({ readSecret: readTestSecret, nativeDriverForced: false });
  // One configuration at a time holds the data: the writable one, which runs reads as read-only as the other.
  const writable = aDatabase(connection, { readonly: false, pool: { max: 2, idleTimeout: 60_000 } });
  const execute = (options: QueryOptions, signal = new AbortController().signal) =>
    read(backends.execute(authorizedQuery(options), signal));
  const bench: Bench = {
    database: writable,
    writable,
    run: (sql, options, signal) => execute({ database: writable, sql, ...options }, signal),
    write: (sql, options, signal) =>
      execute({ database: writable, sql, class: 'write', intent: 'write', ...options }, signal),
    stats: () => backends.stats().get(writable.id) ?? { active: 0, idle: 0, waiting: 0 },
    embedded: connection.type === 'embedded',
    parsesAgain: connection.type === 'rds_data_api',
  };
  return { bench, close: backends.close };
}

/** Registers every promise for one adapter. */
export function conforms(name: string, prepare: () => Promise<Subject>): void {
  describe(name, () => {
    let subject: Subject;
    let made: ReturnType<typeof createBench>;
    beforeAll(async () => {
      subject = await prepare();
      made = createBench(subject.connection);
    });
    afterAll(async () => {
      await made.close();
      await subject.release();
    });
    const bench = () => made.bench;
    valuePromises(bench);
    resultPromises(bench);
    limitPromises(bench);
    errorPromises(bench);
    wallPromises(bench);
    writePromises(bench);
    hygienePromises(bench);
  });
}
