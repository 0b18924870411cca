/** show_postgresql_settings: what each policy opens, and that secrets are opened by none. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { showPostgresqlSettings as settings } from '../../../src/tools/show-postgresql-settings.ts';
import { type Cluster, startCluster } from '../../support/cluster.ts';
import { everything, type Planted, planted, publicOnly } from './support.ts';

let cluster: Cluster;
let place: Planted;
beforeAll(async () => {
  cluster = await startCluster({
    settings: {
      archive_command: 'curl -H token:hunter2 %p',
      primary_conninfo: 'host=10.1.2.3 password=hunter2',
      work_mem: '7MB',
      log_line_prefix: 'prefix %p',
    },
  });
  const server = { host: cluster.host, port: cluster.port, user: cluster.superuser, password: cluster.password };
  place = await planted('CREATE TABLE t (id integer)', server);
  const admin = await place.database.client({ ...server, database: place.database.database });
  await admin.query(`GRANT pg_read_all_settings TO ${place.database.user}`);
}, 60_000);
afterAll(async () => {
  await place?.drop();
  await cluster?.stop();
});

const answer = z.object({
  settings: z.array(z.looseObject({ name: z.string(), setting: z.string(), unit: z.string().optional() })),
  withheld: z.number(),
});

async function ask(policy: readonly string[], pattern?: string) {
  const { content, all } = await (await place.as(policy)).ask(settings, pattern === undefined ? {} : { pattern });
  const { settings: shown, withheld } = answer.parse(content);
  return { names: shown.map(({ name }) => name), shown, withheld, all };
}

const introspection = [...publicOnly, 'p, analyst, *, @introspection, select, allow'];

describe('what is opened', () => {
  test('to everyone: how the session reads and prints; the rest is counted', async () => {
    const { names, withheld } = await ask(publicOnly);
    expect(names).toContain('server_version');
    expect(names).not.toContain('work_mem');
    expect(withheld).toBeGreaterThan(200);
  });

  test('with @introspection: numbers and switches, no text and no address', async () => {
    const { shown, names } = await ask(introspection);
    expect(shown).toContainEqual(
      expect.objectContaining({ name: 'work_mem', setting: '7168', unit: 'kB', needs: 'nothing' }),
    );
    expect(names).toEqual(expect.arrayContaining(['max_connections', 'shared_buffers', 'autovacuum']));
    for (const name of ['port', 'listen_addresses', 'data_directory', 'log_line_prefix', 'archive_command'])
      expect(names).not.toContain(name);
  });

  test('with select on **: everything, and what a change needs', async () => {
    const { shown, withheld } = await ask(everything);
    expect(withheld).toBe(0);
    expect(shown).toContainEqual(
      expect.objectContaining({ name: 'log_line_prefix', setting: 'prefix %p', needs: 'reload' }),
    );
    expect(shown).toContainEqual(expect.objectContaining({ name: 'shared_buffers', needs: 'restart' }));
  });
});

test('secrets are shown to nobody', async () => {
  const { shown, all } = await ask(everything);
  expect(all).not.toMatch(/hunter2|10\.1\.2\.3/);
  for (const name of ['archive_command', 'primary_conninfo'])
    expect(shown).toContainEqual(expect.objectContaining({ name, setting: '(hidden)' }));
});

test('a pattern is a part of the name, or a whole one with wildcards', async () => {
  expect((await ask(everything, 'autovacuum_vacuum_s')).names).toEqual(['autovacuum_vacuum_scale_factor']);
  expect((await ask(everything, 'work_*')).names).toEqual(['work_mem']);
  expect((await ask(everything, 'WORK%')).names).toEqual(['work_mem']);
  expect((await ask(everything, 'nothing_like_this')).names).toEqual([]);
});
