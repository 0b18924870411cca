/** `pgwarden databases list`: what an operator sees of the configuration. */

import { expect, onTestFinished, test } from 'vitest';
import { workspace } from '../support/product.ts';
import { runCli } from './run-cli.ts';

const config = `default_database: orders
databases:
  orders:
    type: direct_postgres
    hostname: db.internal
    database: shop
    password: { env: ORDERS_PASSWORD }
    tags: [prod, eu]
    description: Orders since 2019
  sandbox: { type: embedded, readonly: false }
  old: { type: embedded, enabled: false }
`;

async function list(...flags: string[]) {
  const place = await workspace({ config });
  onTestFinished(place.remove);
  return runCli(['databases', 'list', '--config', place.config, ...flags]);
}

test('every database is a line, the default one marked, without host or credentials', async () => {
  const { code, stdout } = await list();
  expect(code).toBe(0);
  expect(stdout.trimEnd().split('\n')).toEqual([
    'id        type             database  mode          tags     description',
    'orders *  direct_postgres  shop      read          prod eu  Orders since 2019',
    'sandbox   embedded                   read, write',
    'old       embedded                   switched off',
  ]);
  expect(stdout).not.toMatch(/db\.internal|ORDERS_PASSWORD/);
});

test('--tag chooses, --json is for machines', async () => {
  const { stdout } = await list('--tag', 'eu', '--json');
  expect(JSON.parse(stdout)).toMatchObject([
    { id: 'orders', type: 'direct_postgres', is_default: true, readonly: true },
  ]);
  expect((await list('--tag', 'none')).stdout).toBe('No database has this tag.\n');
});
