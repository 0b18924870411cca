/** Where things stand under the audit directory, who may write there, and which instance this process is. */

import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, readdir, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { tryLock } from 'fs-native-extensions';
import { isMissing, LogUnavailable } from './log-errors.ts';

/** The log of calls that concern no known database. */
export const brokerLog = '_broker';

/** The log of all other logs' heads. */
export const anchorLog = '_anchor';

/** The logs of who read the others, one for each user. */
export const accessLog = '_access';

/** Only such an id can become a directory; what a request says never does. */
const logIdPattern = /^(?:[a-z0-9][a-z0-9_-]{0,62}|_broker|_anchor|_access)$/;
const instancePattern = /^[a-z0-9][a-z0-9-]{0,31}$/;
const segmentPattern = /^(\d{12})\.jsonl(\.gz)?$/;
const maxInstances = 64;

export function isLogId(id: string): boolean {
  return logIdPattern.test(id);
}

export function logDirectory(root: string, id: string, instance: string): string {
  if (!isLogId(id)) throw new LogUnavailable('unusable', 'not a name a log can have');
  return join(root, id, instance);
}

export function segmentName(first: number): string {
  return `${String(first).padStart(12, '0')}.jsonl`;
}

export interface Segment {
  readonly path: string;
  /** `seq` of its first record. */
  readonly first: number;
  readonly compressed: boolean;
}

/** The segments of a log, oldest first. Where a segment stands both plain and compressed, the plain one counts. */
export async function listSegments(directory: string): Promise<readonly Segment[]> {
  const names = await readdir(directory).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  const plain = new Set(names);
  return names
    .flatMap((name) => {
      const match = segmentPattern.exec(name);
      if (match === null || (match[2] !== undefined && plain.has(name.slice(0, -3)))) return [];
      return [{ path: join(directory, name), first: Number(match[1]), compressed: match[2] !== undefined }];
    })
    .sort((a, b) => a.first - b.first);
}

/** Every log under `root`: database (or `_broker` …) and instance, in order. */
export async function listLogs(root: string): Promise<readonly { readonly id: string; readonly instance: string }[]> {
  const logs: { id: string; instance: string }[] = [];
  for (const entry of await readdir(root, { withFileTypes: true })) {
    if (!entry.isDirectory() || !isLogId(entry.name)) continue;
    for (const inner of await readdir(join(root, entry.name), { withFileTypes: true })) {
      if (inner.isDirectory() && instancePattern.test(inner.name)) logs.push({ id: entry.name, instance: inner.name });
    }
  }
  return logs.sort((a, b) => (a.id === b.id ? (a.instance < b.instance ? -1 : 1) : a.id < b.id ? -1 : 1));
}

/** Makes what is missing (0750) and refuses a directory, or its immediate parent, that others may write to. */
export async function prepareDirectory(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o750 });
  await refuseWritable(dirname(directory));
  await refuseWritable(directory);
}

/** Others who may write there could put a file of their own in the log's place. A sticky bit (as on /tmp) prevents that. */
async function refuseWritable(directory: string): Promise<void> {
  const stats: Stats = await lstat(directory);
  const sticky = (stats.mode & constants.S_IFMT) === constants.S_IFDIR && (stats.mode & 0o1000) !== 0;
  if ((stats.mode & 0o022) === 0 || sticky || stats.isSymbolicLink()) return;
  throw new LogUnavailable(
    'unusable',
    `others may write to ${directory}, where the audit log is to stand. To cure it: chmod g-w,o-w '${directory.replaceAll("'", "'\\''")}'`,
  );
}

/** `f_type` of file systems whose locks and flushes are another machine's word: NFS, SMB, CIFS, AFS, Ceph, Lustre, 9p. */
const networkTypes: ReadonlySet<number> = new Set([
  ...[0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x5346414f, 0x00c36400, 0x0bd00bd0, 0x01021997],
]);

/** Refuses a directory that another machine keeps. A test says what type of file system it is on. */
export async function refuseNetworkFileSystem(
  directory: string,
  typeOf: (path: string) => Promise<{ readonly type: number }> = statfs,
): Promise<void> {
  const { type } = await typeOf(directory);
  if (!networkTypes.has(type)) return;
  throw new LogUnavailable(
    'unusable',
    `${directory} is on a network file system, where a flush may promise what is not on disk. Use a local disk and audit.ship with require_shipped_within for a copy elsewhere, or set audit.network_filesystem: allow`,
  );
}

export interface Instance {
  readonly name: string;
  readonly release: () => Promise<void>;
}

export function lockPath(root: string, instance: string): string {
  return join(root, `${instance}.lock`);
}

/**
 * Takes the first instance whose lock is free: `i1`, `i2` …, or only `name`. The kernel gives the lock back when the
 * process dies; the text in the file is for people.
 */
export async function takeInstance(root: string, note: string, name?: string): Promise<Instance> {
  const names = name === undefined ? Array.from({ length: maxInstances }, (_, i) => `i${i + 1}`) : [name];
  for (const candidate of names) {
    if (!instancePattern.test(candidate)) throw new LogUnavailable('unusable', 'not a name an instance can have');
    const lock = await lockFile(lockPath(root, candidate));
    if (lock === undefined) continue;
    await lock.truncate(0);
    await lock.write(note, 0);
    return { name: candidate, release: () => lock.close() };
  }
  throw new LogUnavailable(
    'unusable',
    `every instance of the audit log is in use (${names.at(-1)} was the last tried)`,
  );
}

/** Opens `path` and takes its lock, which the kernel gives back when the process dies; undefined while another holds it. */
export async function lockFile(path: string): Promise<FileHandle | undefined> {
  const file = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o640);
  if (tryLock(file.fd)) return file;
  await file.close();
  return undefined;
}

/** Whether a living process holds the instance: its last line may be unfinished because it is being written. */
export async function isInstanceLive(root: string, instance: string): Promise<boolean> {
  const file = await open(lockPath(root, instance), constants.O_RDWR | constants.O_NOFOLLOW).catch(() => undefined);
  if (file === undefined) return false;
  const free = tryLock(file.fd);
  await file.close();
  return !free;
}
