/** The audit directory as one process takes it: fit for a log, an instance of its own locked, keys read, the journal of a dead process replayed. */

import { hostname } from 'node:os';
import { Refusal } from '../model/errors.ts';
import { defaultKeyPath, type HmacKeys, keyBesideLog, readHmacKeys } from './hmac-key.ts';
import { replayJournal } from './journal-frames.ts';
import { type Instance, prepareDirectory, refuseNetworkFileSystem, takeInstance } from './layout.ts';
import { createSealer, type Sealer } from './sealer.ts';

export interface DirectoryOptions {
  /** Made when missing; refused when others may write to it or to its parent. */
  readonly directory: string;
  /** The text of `audit.hmac_key`; absent: a key is kept beside the log. */
  readonly hmacKey?: string;
  /** The text of `audit.signing_key`, an identity key; absent: heads are not signed. */
  readonly signingKey?: string;
  /** `allow` where locks and flushes of a network file system are trusted; default `refuse`. */
  readonly networkFilesystem?: 'refuse' | 'allow';
  /** Absent: the first of `i1`, `i2` … that no living process holds. */
  readonly instance?: string;
}

export interface TakenDirectory {
  readonly instance: Instance;
  readonly keys: HmacKeys;
  readonly sealer: Sealer | undefined;
}

type Report = (message: string, cause?: unknown) => void;

/** Throws AUDIT_UNAVAILABLE, with the cure, when the directory may not or cannot be used. */
export async function takeDirectory(
  options: DirectoryOptions,
  writer: string,
  report: Report,
): Promise<TakenDirectory> {
  const { directory, instance, hmacKey, signingKey, networkFilesystem } = options;
  try {
    await prepareDirectory(directory);
    if (networkFilesystem !== 'allow') await refuseNetworkFileSystem(directory);
    const keys = await findKeys(directory, hmacKey, report);
    const sealer = signingKey === undefined ? undefined : createSealer(signingKey);
    const note = `pid ${process.pid} on ${hostname()}, writer ${writer}, since ${new Date().toISOString()}\n`;
    const taken = await takeInstance(directory, note, instance);
    await replay(directory, taken.name, report);
    return { instance: taken, keys, sealer };
  } catch (error) {
    throw new Refusal('AUDIT_UNAVAILABLE', 'The audit log cannot be used, so nothing can be served.', {
      hint: error instanceof Error ? error.message : 'See the operational log.',
      cause: error,
    });
  }
}

async function findKeys(directory: string, configured: string | undefined, report: Report): Promise<HmacKeys> {
  if (configured !== undefined) return readHmacKeys(configured);
  const { text, created } = await keyBesideLog(directory);
  if (created) {
    const path = defaultKeyPath(directory);
    report(
      `made the key of the audit log's fingerprints, ${path}: move it away from the log, name it in audit.hmac_key, and back it up`,
    );
  }
  return readHmacKeys(text);
}

/** What only the journal of a dead process holds goes back to the logs before any of them is opened. */
async function replay(root: string, instance: string, report: Report): Promise<void> {
  const frames = await replayJournal(root, instance);
  if (frames > 0) report(`${frames} batches of records were written to their logs from the journal of a dead process`);
}
