/** The second wall: statements no gate would let through, run as if one had. None changes anything, none answers. */

import { describe, expect, test } from 'vitest';
import type { QueryResult } from '../../../src/model/result.ts';
import type { Read } from '../../support/read.ts';
import type { Bench } from '../conformance.ts';

/** Each known way to write from, or to leave, a read-only transaction. */
const attempts = [
  "INSERT INTO people VALUES (9, 'x')",
  "UPDATE people SET name = 'x'",
  'DELETE FROM people',
  'TRUNCATE people',
  "MERGE INTO people p USING (VALUES (1)) v(id) ON p.id = v.id WHEN MATCHED THEN UPDATE SET name = 'x'",
  "WITH w AS (INSERT INTO people VALUES (9, 'x') RETURNING 1) SELECT * FROM w",
  'SELECT * FROM people FOR UPDATE',
  'SELECT * INTO copied FROM people',
  'CREATE TABLE copied AS SELECT * FROM people',
  'CREATE TABLE made (a int)',
  'CREATE TEMP TABLE people (id int)',
  'DROP TABLE people',
  "SELECT nextval('ids')",
  'COMMIT',
  'COMMIT AND CHAIN',
  'END',
  'ROLLBACK',
  'ROLLBACK AND CHAIN',
  'ABORT',
  'BEGIN READ WRITE',
  'START TRANSACTION READ WRITE',
  'SET TRANSACTION READ WRITE',
  'SET transaction_read_only = off',
  "SELECT set_config('transaction_read_only', 'off', false)",
  'SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE',
  'SET default_transaction_read_only = off',
  'SET search_path = pg_catalog',
  'RESET ALL',
  'SAVEPOINT s',
  "PREPARE TRANSACTION 'x'",
  'PREPARE hidden AS SELECT 1',
  'DEALLOCATE ALL',
  'LISTEN channel',
  "NOTIFY channel, 'x'",
  'DISCARD ALL',
  'LOCK TABLE people',
  'COPY people TO STDOUT',
  'COPY people FROM STDIN',
  'SELECT 1; DELETE FROM people',
  'COMMIT; DELETE FROM people',
  'DO $$ BEGIN DELETE FROM people; END $$',
  'DECLARE c CURSOR FOR SELECT 1',
  'EXPLAIN ANALYZE CREATE TEMP TABLE people AS SELECT 1 AS id',
  'EXPLAIN ANALYZE DELETE FROM people',
  'VACUUM',
  '',
  '-- nothing',
];

/** Some of them run and end as a statement of their kind does; they must leave nothing behind. */
const mayAnswer = new Set(['EXPLAIN ANALYZE CREATE TEMP TABLE people AS SELECT 1 AS id']);

/** What an attempt could have changed: data, the sequence, relations, and the session that the next caller gets. */
async function state(bench: Bench): Promise<Read<QueryResult>['rows']> {
  const { rows } = await bench.run(`SELECT (SELECT json_agg(p ORDER BY id) FROM people p),
    current_setting('transaction_read_only'), current_setting('default_transaction_read_only'),
    current_setting('search_path'), (SELECT is_called FROM ids),
    (SELECT count(*) FROM pg_class WHERE relname IN ('copied', 'made') OR (relname = 'people' AND relpersistence = 't')),
    (SELECT count(*) FROM pg_prepared_statements WHERE name !~ '^(pin|witness)_'),
    (SELECT count(*) FROM pg_cursors), (SELECT count(*) FROM pg_listening_channels())`);
  expect(rows[0]?.slice(1, 2)).toEqual(['on']);
  expect(rows[0]?.slice(5, 7)).toEqual([0, 0]);
  return rows;
}

export function wallPromises(bench: () => Bench): void {
  describe('the read-only wall', () => {
    test.each(attempts)('%s', async (sql) => {
      const before = await state(bench());
      const attempt = await bench()
        .run(sql)
        .catch((error: unknown) => error);
      if (!mayAnswer.has(sql)) expect(attempt).toBeInstanceOf(Error);
      expect(await state(bench())).toEqual(before);
    });
  });
}
