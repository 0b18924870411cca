import { existsSync } from 'node:fs';
import { describe, test } from 'vitest';
import { directConnection } from '../../support/authorized.ts';
import { startCluster } from '../../support/cluster.ts';
import { pgBouncerIsInstalled, startPgBouncer } from '../../support/pgbouncer.ts';
import { testDatabase } from '../../support/postgres.ts';
import { conforms, seed } from '../conformance.ts';

conforms('PostgreSQL 18 over the wire', async () => {
  const server = await testDatabase({ seed });
  return { connection: directConnection(server), release: server.drop };
});

/** Debian's packages; elsewhere this version is not tried. */
const installation15 = '/usr/lib/postgresql/15';

if (existsSync(`${installation15}/bin/postgres`))
  conforms('PostgreSQL 15 over the wire', async () => {
    const cluster = await startCluster({ installation: installation15 });
    const { host, port, superuser, password } = cluster;
    const server = await testDatabase({ seed, server: { host, port, user: superuser, password } });
    const release = async () => {
      await server.drop();
      await cluster.stop();
    };
    return { connection: directConnection(server), release };
  });
else
  describe('PostgreSQL 15 over the wire', () => {
    test.skip(`no PostgreSQL 15 in ${installation15}: its conformance was NOT tried`, () => undefined);
  });

if (pgBouncerIsInstalled)
  conforms('PostgreSQL 18 behind PgBouncer in transaction mode', async () => {
    const server = await testDatabase({ seed });
    const pooler = await startPgBouncer(server);
    const release = async () => {
      await pooler.stop();
      await server.drop();
    };
    return { connection: directConnection({ ...server, port: pooler.port }), release };
  });
else
  describe('PostgreSQL 18 behind PgBouncer in transaction mode', () => {
    test.skip('no PgBouncer in /usr/sbin: its conformance was NOT tried', () => undefined);
  });
