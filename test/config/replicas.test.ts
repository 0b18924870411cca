/** `replicas`: what each process takes of budgets that are written for all of them. */

import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../../src/config/load-config.ts';

function configOf(text: string) {
  const directory = mkdtempSync(join(tmpdir(), 'pgwarden-replicas-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const file = join(directory, 'config.yaml');
  writeFileSync(file, text);
  return loadConfig(file, {});
}

const budgets = `pools: { max_connections_total: 100, max: 8 }
limits:
  max_concurrency: 9
  max_rows: 500
  per_principal: { calls: 100, rows: 1000, bytes: 1MiB, max_concurrency: 2 }
databases:
  a: { type: embedded }
  b: { type: embedded, pool: { max: 20 }, limits: { max_concurrency: 40, max_rows: 7 } }
`;

test('connections, concurrency and budgets are divided, rounded down, one at least; what one call costs is not', () => {
  const config = configOf(`replicas: 3\n${budgets}`);
  expect(config.pools.maxConnectionsTotal).toBe(33);
  expect(config.limits.perPrincipal).toMatchObject({ calls: 33, rows: 333, bytes: 349_525, maxConcurrency: 1 });
  expect(config.databases).toMatchObject([
    { pool: { max: 2 }, limits: { maxConcurrency: 3, maxRows: 500 } },
    { pool: { max: 6 }, limits: { maxConcurrency: 13, maxRows: 7 } },
  ]);
});

test('one replica takes everything', () => {
  const { pools, databases } = configOf(budgets);
  expect([pools.maxConnectionsTotal, databases[1]?.pool.max]).toEqual([100, 20]);
});
