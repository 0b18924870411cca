/** doctor and its script on PostgreSQL 15, where PUBLIC still has more by default (skipped where its files are absent). */

import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Cluster, startCluster } from '../support/cluster.ts';
import { testDatabase } from '../support/postgres.ts';
import { directDatabase, passwordVariable, workspace } from '../support/product.ts';
import { runCli } from './run-cli.ts';

const fifteen = '/usr/lib/postgresql/15';
describe.skipIf(!existsSync(`${fifteen}/bin/postgres`))('PostgreSQL 15', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ installation: fifteen });
  });
  afterAll(() => cluster?.stop());

  test('a role made by the script has no finding of its own', async () => {
    const { host, port, superuser: user, password } = cluster;
    const server = await testDatabase({
      seed: 'CREATE TABLE public.a (id int, b text); CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS $$SELECT 1$$',
      server: { host, port, user, password },
    });
    const reader = `reader_${server.database}`;
    const place = await workspace({
      config: `databases:\n${directDatabase('first', server)}\n${directDatabase('then', { ...server, user: reader })}\n`,
      policies: { 'default.csv': 'p, analyst, *, public.a.id, select, allow' },
    });
    const doctor = (...args: string[]) =>
      runCli(['doctor', '--config', place.config, ...args], { [passwordVariable]: server.password });
    const { code, stdout } = await doctor('--grants', 'first', '--to', reader);
    expect(code).toBe(0);
    const admin = await server.client({ host, port, user, password, database: server.database });
    await admin.query(stdout);
    await admin.query(`ALTER ROLE ${reader} PASSWORD '${server.password}'`);
    const client = await server.client({ user: reader });
    expect((await client.query('SELECT id FROM public.a')).rows).toEqual([]);
    await expect(client.query('SELECT b FROM public.a')).rejects.toMatchObject({ code: '42501' });
    const examined = await doctor('--database', 'then', '--json');
    expect(examined.code).toBe(0);
    const { databases } = JSON.parse(examined.stdout);
    expect(databases[0].findings.map((finding: { code: string }) => finding.code)).toEqual(['tls_off']);
    await admin.query(`DROP OWNED BY ${reader}; DROP ROLE ${reader}`);
    await server.drop();
    await place.remove();
  });
});
