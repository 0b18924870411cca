/** `policy.reload: narrowing` holds back what loosens the settings of a database, however the files come to say it. */

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createBackends } from '../../src/backends/backends.ts';
import { createCatalogs } from '../../src/catalog/snapshots.ts';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { createDatabases } from '../../src/databases/registry.ts';
import { createFleet, type Fleet } from '../../src/fleet/fleet.ts';
import { createCasbinDecisionPoint } from '../../src/policy/casbin-decision-point.ts';

const strict = { readonly: false, confirm: 'writes', require_purpose: true };
const other = { readonly: true };

let directory: string;
let fleet: Fleet;
let close: () => Promise<void>;

async function configured(databases: Readonly<Record<string, object>>): Promise<Config> {
  const entries = Object.entries(databases).map(([id, more]) => [id, { type: 'embedded', ...more }]);
  const file = join(directory, 'config.yaml');
  await writeFile(file, JSON.stringify({ policy: { reload: 'narrowing' }, databases: Object.fromEntries(entries) }));
  return loadConfig(file);
}

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pgwarden-held-'));
  await mkdir(join(directory, 'policies'));
  await writeFile(join(directory, 'policies', 'default.csv'), 'p, *, *, public.*, select, allow\n');
  const config = await configured({ orders: strict, other });
  const source = { kind: 'files', directory: join(directory, 'policies'), byDatabase: {} } as const;
  const decisionPoint = await createCasbinDecisionPoint({ source, databases: config.databases });
  const backends = createBackends({ readSecret: async () => '', nativeDriverForced: false });
  fleet = createFleet({
    config,
    databases: createDatabases(config.databases, undefined, decisionPoint.mayUse),
    decisionPoint,
    backends,
    catalogs: createCatalogs({ memory: 1024 * 1024, run: async () => [] }),
    audit: { recordConfig: async () => undefined },
    policySource: () => source,
  });
  close = backends.close;
});
afterEach(async () => {
  await close();
  await rm(directory, { recursive: true, force: true });
});

const inForce = () => fleet.config().databases.find(({ id }) => id === 'orders');
const change = async (databases: Readonly<Record<string, object>>, approve?: string) =>
  fleet.apply(await configured(databases), { hold: 'widening', ...(approve === undefined ? {} : { approve }) });

test('writes go on asking a person until an operator applied that they need not', async () => {
  await change({ orders: { ...strict, confirm: 'none' }, other });
  expect(inForce()).toMatchObject({ confirm: 'writes' });
  const { waiting } = fleet.state();
  expect(waiting?.changes).toEqual([{ database: 'orders', more: ['confirm: none'] }]);
  await change({ orders: { ...strict, confirm: 'none' }, other }, waiting?.digest);
  expect(inForce()).not.toHaveProperty('confirm');
});

test('a database that was taken out comes back as strict as it was', async () => {
  await change({ other });
  expect(inForce()).toBeUndefined();
  await change({ orders: { readonly: false }, other });
  expect(inForce()).toMatchObject({ confirm: 'writes', requirePurpose: true });
  expect(fleet.state().waiting?.changes).toMatchObject([{ database: 'orders' }]);
});

test('a database that was never there is as the files say, and one that is made stricter is at once', async () => {
  await change({ orders: { readonly: true, confirm: 'writes' }, other, more: { readonly: false } });
  expect(fleet.state().waiting?.changes).toEqual([{ database: 'orders', more: ['requirePurpose: false'] }]);
  expect(inForce()).toMatchObject({ readonly: true });
});
