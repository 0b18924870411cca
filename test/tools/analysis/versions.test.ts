/** The fixed texts of the analyses run on the oldest server version tested and on the newest, for a role without rights of its own. */

import { existsSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { analysisText, fixedStatements } from '../../../src/catalog/fixed-statements.ts';
import { type Cluster, startCluster } from '../../support/cluster.ts';
import { testDatabase } from '../../support/postgres.ts';

const texts = Object.entries(fixedStatements).filter(([name]) => analysisText(name) !== undefined);

const seed = `
CREATE TABLE t (id serial PRIMARY KEY, name varchar(20), parent integer REFERENCES t) WITH (fillfactor = 80);
CREATE INDEX t_lower ON t (lower(name)) WHERE id > 0;
CREATE TABLE p (id integer) PARTITION BY RANGE (id);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (10);
CREATE INDEX ON p (id);
CREATE MATERIALIZED VIEW m AS SELECT 1 AS one;
CREATE UNLOGGED TABLE u (id integer);
INSERT INTO t (name) SELECT 'n' || n FROM generate_series(1, 1000) n;
`;

async function runAll(server: { host: string; port: number; user: string; password: string }) {
  const database = await testDatabase({ seed, server });
  const client = await database.client();
  await client.query('ANALYZE');
  try {
    for (const [name, { text }] of texts) {
      await client.query('BEGIN TRANSACTION READ ONLY');
      const { rows, fields } = await client.query({ text, values: text.includes('$1') ? ['0'] : [] });
      await client.query('COMMIT');
      if (!text.includes('pg_available_extensions')) expect(rows.length, name).toBeGreaterThan(0);
      for (const { name: column, dataTypeID } of fields)
        expect(dataTypeID, `${name}.${column} is text`).toBe(pg.types.builtins.TEXT);
    }
  } finally {
    await database.drop();
  }
}

test('PostgreSQL 18', () => runAll(inject('postgres')));

const fifteen = '/usr/lib/postgresql/15';
describe.skipIf(!existsSync(`${fifteen}/bin/postgres`))('PostgreSQL 15 (skipped where its files are absent)', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ installation: fifteen });
  });
  afterAll(() => cluster?.stop());

  test('every text', async () => {
    const { host, port, superuser: user, password } = cluster;
    await runAll({ host, port, user, password });
  });
});
