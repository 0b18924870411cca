/** Every analysis tool finds the same on each kind of database: over the wire, over the Data API, in an embedded one. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Emulator, startEmulator } from '../../../src/emulator/emulator.ts';
import { analyzeDatabaseStructure } from '../../../src/tools/analyze-database-structure.ts';
import { analyzeQueryPerformance } from '../../../src/tools/analyze-query-performance.ts';
import { analyzeTableFragmentation } from '../../../src/tools/analyze-table-fragmentation.ts';
import { analyzeVacuumStats } from '../../../src/tools/analyze-vacuum-stats.ts';
import { identifySlowQueries } from '../../../src/tools/identify-slow-queries.ts';
import { recommendIndexes } from '../../../src/tools/recommend-indexes.ts';
import { showPostgresqlSettings } from '../../../src/tools/show-postgresql-settings.ts';
import { directConnection } from '../../support/authorized.ts';
import { type TestDatabase, testDatabase } from '../../support/postgres.ts';
import { emulatedDatabase, emulatorEnvironment } from '../../support/rds-emulator/emulated.ts';
import { type Analysis, openAnalysis } from './support.ts';

for (const [name, value] of Object.entries(emulatorEnvironment)) vi.stubEnv(name, value);

const seed = `
CREATE TABLE customers (id integer PRIMARY KEY, name text);
CREATE TABLE orders (id serial PRIMARY KEY, customer_id integer REFERENCES customers, placed date);
CREATE INDEX orders_placed ON orders (placed);
CREATE INDEX orders_placed_again ON orders (placed);
INSERT INTO customers SELECT n, 'c' || n FROM generate_series(1, 500) n;
INSERT INTO orders (customer_id, placed) SELECT 1 + n % 500, date '2026-01-01' + n % 300 FROM generate_series(1, 20000) n;
SELECT setval('orders_id_seq', 2000000000);
`;
const policy = ['p, analyst, *, public.*, select, allow', 'p, analyst, *, @statistics, select, allow'];

let home: string;
let server: TestDatabase;
let emulator: Emulator;
const opened: Record<string, Analysis> = {};

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'pgwarden-analysis-'));
  const script = join(home, 'seed.sql');
  await writeFile(script, `${seed}; ANALYZE;`);
  server = await testDatabase({ seed });
  await (await server.client()).query('ANALYZE');
  emulator = await startEmulator();
  opened['wire'] = await openAnalysis(directConnection(server), policy);
  opened['Data API'] = await openAnalysis(emulatedDatabase(emulator, 'analysis', server), policy);
  opened['embedded'] = await openAnalysis({ type: 'embedded', seed: script }, policy);
}, 120_000);
afterAll(async () => {
  for (const analysis of Object.values(opened)) await analysis.close();
  await emulator?.close();
  await server?.drop();
  await rm(home, { recursive: true, force: true });
});

describe.each(['wire', 'Data API', 'embedded'])('%s', (backend) => {
  const ask = (...args: Parameters<Analysis['ask']>) => {
    const analysis = opened[backend];
    if (analysis === undefined) throw new Error(`no ${backend}`);
    return analysis.ask(...args);
  };

  test('structure', async () => {
    const { of, content } = await ask(analyzeDatabaseStructure);
    expect(Object.keys(of('duplicate index'))).toEqual(['public.orders_placed_again']);
    expect(Object.keys(of('foreign key without index'))).toEqual(['public.orders (customer_id)']);
    expect(of('sequence near its end')['public.orders_id_seq']?.evidence).toMatchObject({ used_pct: 93.13 });
    expect(content['summary']).toMatchObject({ tables: 2, indexes: 4, rows: 20500 });
  });

  test('fragmentation: a table just written has none', async () => {
    const { findings, content } = await ask(analyzeTableFragmentation);
    expect(findings).toEqual([]);
    expect(content['summary']).toMatchObject({ tables: 2, dead_rows: 0 });
  });

  test('vacuum: numbers of the server', async () => {
    const { content } = await ask(analyzeVacuumStats);
    expect(content['summary']).toMatchObject({ tables: 2, xid_age: expect.any(Number) });
  });

  test('query and indexes', async () => {
    const query = 'SELECT * FROM orders WHERE customer_id = 7';
    expect((await ask(analyzeQueryPerformance, { query })).of('missing index')).toMatchObject({
      'public.orders (customer_id)': { evidence: { table_rows: 20000, matching_rows: 40 } },
    });
    const advice = await ask(recommendIndexes, { query });
    expect(Object.keys(advice.of('missing index'))).toHaveLength(1);
    expect(advice.all).toContain(backend === 'wire' ? 'HypoPG, which lets' : 'on this kind of connection none can be');
  });

  test('a hypothetical index is for the wire alone', async () => {
    const hypothetical = { schema: 'public', relation: 'orders', columns: [{ name: 'placed', descending: false }] };
    const asked = opened[backend]?.corridor.run('SELECT 1', { action: 'explain', hypothetical });
    const code = backend === 'wire' ? 'NAME_NOT_AVAILABLE' : 'REQUEST_INVALID'; // HypoPG is not installed there
    await expect(asked).rejects.toMatchObject({ code });
  });

  test('slow statements: how to enable them', async () => {
    expect((await ask(identifySlowQueries)).of('not enabled')).toHaveProperty('pg_stat_statements');
  });

  test('settings', async () => {
    const { content } = await ask(showPostgresqlSettings, { pattern: 'server_version' });
    expect(content['settings']).toContainEqual(
      expect.objectContaining({ name: 'server_version', setting: expect.stringMatching(/^1\d/) }),
    );
  });
});
