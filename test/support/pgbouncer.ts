/** PgBouncer in transaction mode in front of a test database, where Debian's package is installed. */

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './cluster.ts';
import type { TestDatabase } from './postgres.ts';

const binary = '/usr/sbin/pgbouncer';
export const pgBouncerIsInstalled: boolean = existsSync(binary);

export interface PgBouncer {
  readonly port: number;
  readonly stop: () => Promise<void>;
}

export async function startPgBouncer(server: TestDatabase): Promise<PgBouncer> {
  const directory = await mkdtemp(join(tmpdir(), 'pgwarden-pgbouncer-'));
  const port = await freePort();
  const users = join(directory, 'users.txt');
  const configuration = join(directory, 'pgbouncer.ini');
  await writeFile(users, `"${server.user}" "${server.password}"\n`, { mode: 0o644 });
  await writeFile(
    configuration,
    `[databases]
* = host=${server.host} port=${server.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${users}
pool_mode = transaction
default_pool_size = 3
server_reset_query = DISCARD ALL
server_reset_query_always = 1
`,
    { mode: 0o644 },
  );
  await chmod(directory, 0o755);
  const identity = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  const pooler = spawn(binary, [configuration], { ...identity, stdio: ['ignore', 'ignore', 'pipe'] });
  await new Promise<void>((resolve, reject) => {
    let log = '';
    pooler.once('error', reject);
    pooler.once('exit', () => reject(new Error(`PgBouncer ended: ${log}`)));
    pooler.stderr.on('data', (chunk: Buffer) => {
      log = (log + chunk.toString()).slice(-4000);
      if (log.includes('process up')) resolve();
    });
  });
  const ended = new Promise<void>((resolve) => pooler.once('exit', () => resolve()));
  const stop = async () => {
    pooler.kill('SIGKILL');
    await ended;
    await rm(directory, { recursive: true, force: true });
  };
  return { port, stop };
}
