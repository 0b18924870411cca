/** Who read the log: a record in `_access`, in a chain of the reader's own, so that reading never waits for a server or holds one up. */

import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import { createClock, createUlid } from './clock.ts';
import { defaultQueueLimits } from './commit-queue.ts';
import { defaultKeyPath, readHmacKeys } from './hmac-key.ts';
import { accessLog, type Instance, logDirectory, takeInstance } from './layout.ts';
import { openLog } from './log.ts';
import { diskFiles } from './log-files.ts';
import { oneLine } from './plain-text.ts';
import { createSerializer } from './serializer.ts';

export interface Reading {
  /** Which command. */
  readonly verb: string;
  /** What was asked for; only its HMAC is kept. */
  readonly filter: unknown;
  readonly matched?: number;
}

/** One user reading several times at once writes as many chains. */
const readersAtOnce = 8;
const rotateBytes = 256 * 1024 * 1024;

/** Resolves with true once the record is durable, with false where it cannot be: the reader may not write there. */
export async function recordReading(root: string, reading: Reading): Promise<boolean> {
  try {
    await access(root, constants.W_OK | constants.X_OK);
    const instance = await takeReader(root);
    await append(root, instance.name, reading).finally(instance.release);
    return true;
  } catch {
    return false;
  }
}

/** Named after the user, whose files another user could not go on writing. */
async function takeReader(root: string): Promise<Instance> {
  const { uid } = userInfo();
  for (let i = 1; ; i += 1) {
    const name = `reader-${uid}${i === 1 ? '' : `-${i}`}`;
    try {
      return await takeInstance(root, `pid ${process.pid} on ${hostname()}\n`, name);
    } catch (error) {
      if (i === readersAtOnce) throw error;
    }
  }
}

async function append(root: string, instance: string, { verb, filter, matched }: Reading): Promise<void> {
  const setting = {
    files: diskFiles,
    clock: createClock(),
    writer: createUlid(),
    serialize: createSerializer(),
    queue: defaultQueueLimits,
    rotateBytes,
    releaseReserve: () => Promise.resolve(false),
    report: () => undefined,
  };
  const { username, uid } = userInfo();
  const digest = await filterDigest(root, filter);
  const log = await openLog(
    setting,
    logDirectory(root, accessLog, instance),
    `readers/${accessLog}/${instance}`,
    createUlid(),
  );
  try {
    await log.note({
      type: 'access',
      who: oneLine(`${username} (uid ${uid}) on ${hostname()}`, 256),
      verb,
      ...(digest === undefined ? {} : { filter_hmac: digest }),
      ...(matched === undefined ? {} : { matched }),
    });
  } finally {
    await log.close();
  }
}

/** Only where the key is at hand: without one, a hash of a few words would tell them. */
async function filterDigest(root: string, filter: unknown): Promise<string | undefined> {
  const text = await readFile(defaultKeyPath(root), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const keys = readHmacKeys(text);
  return `hmac:${keys.version}:${keys.digest(accessLog, JSON.stringify(filter))}`;
}
