/** Databases larger than one page of a fixed text are read whole. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { analysisPage } from '../../../src/catalog/analysis-statements.ts';
import { analyzeDatabaseStructure } from '../../../src/tools/analyze-database-structure.ts';
import { analyzeTableFragmentation } from '../../../src/tools/analyze-table-fragmentation.ts';
import { type Planted, planted, publicOnly } from './support.ts';

const tables = analysisPage + 50;

let place: Planted;
beforeAll(async () => {
  place = await planted([
    `DO $$ BEGIN FOR n IN 1..${tables} LOOP
       EXECUTE format('CREATE UNLOGGED TABLE t%s (id integer PRIMARY KEY)', n);
       EXECUTE format('INSERT INTO t%s VALUES (1)', n);
     END LOOP; END $$`,
    'CREATE TABLE bare (); INSERT INTO bare DEFAULT VALUES',
    `CREATE TABLE last (id integer, payload text) WITH (autovacuum_enabled = off);
     INSERT INTO last SELECT n, repeat('x', 90) FROM generate_series(1, 10000) n; DELETE FROM last WHERE id % 4 <> 0`,
    'VACUUM (ANALYZE) last',
    'ANALYZE bare',
    `DO $$ BEGIN FOR n IN 1..${tables} LOOP EXECUTE format('ANALYZE t%s', n); END LOOP; END $$`,
  ]);
}, 120_000);
afterAll(() => place?.drop());

test('tables and indexes beyond the first page are counted', async () => {
  const { content } = await (await place.as(publicOnly)).ask(analyzeDatabaseStructure);
  expect(content['summary']).toMatchObject({ tables: tables + 2, indexes: tables });
});

test('and their bloat is found', async () => {
  const { of } = await (await place.as(publicOnly)).ask(analyzeTableFragmentation);
  expect(Object.keys(of('bloated table'))).toEqual(['public.last']);
});
