/** Makes an identity key: a private half that only its owner reads, and a public half for whoever verifies. */

import { generateKeyPairSync } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { signingKey, writeSigningKey } from './note.ts';

export interface KeyFiles {
  readonly privateFile: string;
  readonly publicFile: string;
  /** `<name>+<key id>+<base64>`: what auditors keep. */
  readonly vkey: string;
}

/** Writes `<path>` (0400) and `<path>.vkey` (0444). Throws when either exists: a key is never overwritten. */
export async function generateKey(path: string, name: string): Promise<KeyFiles> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const { vkey } = signingKey(name, privateKey);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeNew(path, `${writeSigningKey(name, privateKey)}\n`, 0o400);
  await writeNew(`${path}.vkey`, `${vkey.text}\n`, 0o444);
  return { privateFile: path, publicFile: `${path}.vkey`, vkey: vkey.text };
}

async function writeNew(path: string, text: string, mode: number): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const file = await open(path, flags, mode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
