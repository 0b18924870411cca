import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { chmod, chown, copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createBackends } from '../../../src/backends/backends.ts';
import { examineCertificate } from '../../../src/backends/postgres/examine-certificate.ts';
import type { DirectPostgresConnection } from '../../../src/model/database.ts';
import { aDatabase, authorizedQuery, directConnection, readTestSecret } from '../../support/authorized.ts';
import { type Cluster, startCluster } from '../../support/cluster.ts';
import { patience } from '../../support/patience.ts';
import { type TestDatabase, testDatabase } from '../../support/postgres.ts';
import { read } from '../../support/read.ts';

const pem = (name: string) => join(import.meta.dirname, 'tls', name);
let cluster: Cluster;
let server: TestDatabase;

/** The server shows a certificate for `localhost`, signed by ca.pem, and listens on 127.0.0.1. */
beforeAll(async () => {
  cluster = await startCluster();
  for (const name of ['server.pem', 'server.key']) {
    const file = join(cluster.directory, name);
    await copyFile(pem(name), file);
    await chmod(file, 0o600);
    if (process.getuid?.() === 0) await chown(file, 65534, 65534);
  }
  const { host, port, superuser, password } = cluster;
  server = await testDatabase({ server: { host, port, user: superuser, password } });
  const admin = await server.client({ ...server.superuser, database: 'postgres' });
  await admin.query("ALTER SYSTEM SET ssl_cert_file = 'server.pem'");
  await admin.query("ALTER SYSTEM SET ssl_key_file = 'server.key'");
  await admin.query('ALTER SYSTEM SET ssl = on');
  await admin.query('SELECT pg_reload_conf()');
  await vi.waitFor(async () => {
    const { rows } = await (await server.client()).query('SHOW ssl');
    expect(rows[0].ssl).toBe('on');
  }, patience);
});
afterAll(async () => {
  await server.drop();
  await cluster.stop();
});

async function connect(changes: Partial<DirectPostgresConnection>) {
  const backends = createBackends({ readSecret: readTestSecret, nativeDriverForced: false });
  const database = aDatabase(directConnection(server, changes));
  const sql = 'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()';
  try {
    const { rows } = await read(backends.execute(authorizedQuery({ database, sql }), new AbortController().signal));
    return rows[0]?.[0] === true ? 'encrypted' : 'plain';
  } catch (error) {
    return error;
  } finally {
    await backends.close();
  }
}

const ca = { caFile: pem('ca.pem') };
const otherCa = { caFile: pem('other-ca.pem') };
const named = { hostname: 'localhost' };

test.each<[string, Partial<DirectPostgresConnection>, string]>([
  ['verify-full with its authority and name', { ssl: 'verify-full', ...ca, ...named }, 'encrypted'],
  ['verify-ca with its authority, by address', { ssl: 'verify-ca', ...ca }, 'encrypted'],
  ['require, which verifies nothing', { ssl: 'require' }, 'encrypted'],
  ['require with its authority', { ssl: 'require', ...ca }, 'encrypted'],
  ['disable', { ssl: 'disable' }, 'plain'],
])('%s', async (_, changes, expected) => {
  expect(await connect(changes)).toBe(expected);
});

test.each<[string, Partial<DirectPostgresConnection>]>([
  ['verify-full by another name', { ssl: 'verify-full', ...ca }],
  ['verify-full with another authority', { ssl: 'verify-full', ...otherCa, ...named }],
  ['verify-full with the public authorities', { ssl: 'verify-full', ...named }],
  ['verify-ca with another authority', { ssl: 'verify-ca', ...otherCa }],
  ['require with another authority', { ssl: 'require', ...otherCa }],
  ['verify-ca without an authority', { ssl: 'verify-ca' }],
  ['an authority file that is not there', { ssl: 'verify-full', caFile: '/nonexistent.pem' }],
])('%s is refused', async (_, changes) => {
  expect(await connect(changes)).toMatchObject({
    code: 'BACKEND_UNAVAILABLE',
    message: expect.stringMatching(/certificate/),
  });
});

test('a cancel reaches the server over TLS as well', async () => {
  const backends = createBackends({ readSecret: readTestSecret, nativeDriverForced: false });
  const database = aDatabase(directConnection(server, { ssl: 'verify-full', ...ca, ...named }));
  const controller = new AbortController();
  const sql = 'SELECT count(*) FROM generate_series(1, 100000000000)';
  const running = backends.execute(authorizedQuery({ database, sql }), controller.signal);
  const admin = await server.client({ ...server.superuser, database: 'postgres' });
  const active = async () =>
    (
      await admin.query(
        `SELECT count(*)::int AS n FROM pg_stat_activity WHERE usename = '${server.user}' AND state = 'active'`,
      )
    ).rows[0].n;
  await expect.poll(active).toBe(1);
  controller.abort();
  await expect(running).rejects.toMatchObject({ code: 'BACKEND_CANCELLED', sqlstate: '57014' });
  await expect.poll(active).toBe(0);
  await backends.close();
});

const examined = async (changes: Partial<DirectPostgresConnection>, now?: Date) =>
  (await examineCertificate(directConnection(server, { ssl: 'verify-full', ...ca, ...named, ...changes }), now)).map(
    ({ code, severity, message }) => [code, severity, message],
  );

test('doctor has nothing to say of a certificate that is trusted, for the name, and not about to end', async () => {
  expect(await examined({})).toEqual([]);
});

test('doctor names the root that is missing', async () => {
  expect(await examined(otherCa)).toEqual([
    [
      'tls_root_missing',
      'bad',
      expect.stringMatching(/leads to the root ".*\S.*", which is not among the roots of the configured/),
    ],
  ]);
});

test('doctor says that the certificate is for another name', async () => {
  expect(await examined({ hostname: '127.0.0.1' })).toEqual([['tls_name', 'bad', expect.any(String)]]);
});

test('doctor says when the certificate ends, before and after', async () => {
  const { validTo } = new X509Certificate(readFileSync(pem('server.pem')));
  const at = (days: number) => new Date(Date.parse(validTo) + days * 86_400_000);
  expect(await examined({}, at(-20))).toEqual([['tls_expires', 'warning', expect.any(String)]]);
  expect(await examined({}, at(1))).toEqual([['tls_expired', 'bad', expect.any(String)]]);
});

test('doctor looks at no certificate where none is verified, and hangs on no server that is not there', async () => {
  expect(await examined({ ssl: 'disable' })).toEqual([]);
  expect(await examined({ port: 1 })).toEqual([]);
});
