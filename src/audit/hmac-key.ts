/** The key under which SQL texts and literals are fingerprinted: one secret, a key of its own for every database. */

import { createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { link, open, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing, LogUnavailable } from './log-errors.ts';

export interface HmacKeys {
  readonly version: number;
  /** Lower-case hex of HMAC-SHA-256 of `text` under the key of one database. */
  readonly digest: (logId: string, text: string) => string;
}

/** `<64 or more hex digits>`, with `<version>:` in front from the second version on. */
const keyPattern = /^(?:(\d{1,6}):)?([0-9a-f]{64,})$/i;

/** `text` is what the configured file or variable holds. Throws LogUnavailable when it is no key. */
export function readHmacKeys(text: string): HmacKeys {
  const match = keyPattern.exec(text.trim());
  if (match?.[2] === undefined) {
    throw new LogUnavailable(
      'unusable',
      'audit.hmac_key does not hold a key: 64 or more hex digits, as from "openssl rand -hex 32"',
    );
  }
  const secret = Buffer.from(match[2], 'hex');
  const derived = new Map<string, Buffer>();
  function keyOf(logId: string): Buffer {
    const known = derived.get(logId);
    if (known !== undefined) return known;
    const key = Buffer.from(hkdfSync('sha256', secret, '', `pgwarden audit hmac v1 ${logId}`, 32));
    derived.set(logId, key);
    return key;
  }
  return {
    version: Number(match[1] ?? 1),
    digest: (logId, text) => createHmac('sha256', keyOf(logId)).update(text).digest('hex'),
  };
}

/** Where the key is kept when none is configured. */
export function defaultKeyPath(root: string): string {
  return join(root, 'hmac.key');
}

/**
 * Reads the key beside the log, or makes it (0600) for the first of several servers that start at once; `created` asks for
 * a warning, since whoever copies the log now copies the key with it.
 */
export async function keyBesideLog(root: string): Promise<{ readonly text: string; readonly created: boolean }> {
  const path = defaultKeyPath(root);
  const existing = await readKey(path);
  if (existing !== undefined) return { text: existing, created: false };
  const text = randomBytes(32).toString('hex');
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  const file = await open(
    draft,
    constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
    0o600,
  );
  try {
    await file.writeFile(`${text}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  const won = await link(draft, path).then(
    () => true,
    () => false,
  );
  await unlink(draft);
  return { text: (await readKey(path)) ?? text, created: won };
}

async function readKey(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
