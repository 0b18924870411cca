/** Policies, models and configurations in force, each kept once as `_policy/<sha256>`, so that old decisions can be read against them. */

import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from './chain.ts';
import { diskFiles, syncDirectory } from './log-files.ts';

export function storeDirectory(root: string): string {
  return join(root, '_policy');
}

/** Resolves with the text's SHA-256 once the text is durable. The same text is written once. */
export async function storeText(root: string, text: string): Promise<string> {
  const hash = sha256(text);
  const directory = storeDirectory(root);
  const path = join(directory, hash);
  if (await isFile(path)) return hash;
  await mkdir(directory, { recursive: true, mode: 0o750 });
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  const file = await open(
    draft,
    constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
    0o640,
  );
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
  await syncDirectory(diskFiles, directory);
  return hash;
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );
}
