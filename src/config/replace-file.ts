/** Replaces a configuration file at once: whoever reads it sees the old text or the new one, after a power failure too. */

import { randomBytes } from 'node:crypto';
import { open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Somebody else wrote the file in the meantime. */
export class FileChanged extends Error {}

/**
 * Writes `after` beside the file and renames it into place, with the file's own mode and owner; a link stays a link.
 * `before` is the text the change was made of, undefined for a new file. Throws FileChanged, or what the system says.
 */
export async function replaceFile(file: string, before: string | undefined, after: string): Promise<void> {
  const target = before === undefined ? file : await realpath(file);
  const old = before === undefined ? undefined : await stat(target);
  const candidate = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}.tmp`);
  const handle = await open(candidate, 'wx', old?.mode ?? 0o640);
  try {
    await handle.writeFile(after);
    if (old !== undefined) await handle.chmod(old.mode);
    if (old !== undefined && old.uid !== process.getuid?.()) await handle.chown(old.uid, old.gid);
    await handle.sync();
    await handle.close();
    const now = await readFile(target, 'utf8').catch(() => undefined);
    if (now !== before) throw new FileChanged('the file was changed meanwhile');
    await rename(candidate, target);
  } catch (thrown) {
    await handle.close().catch(() => undefined); // closed already where the rename failed
    await rm(candidate, { force: true });
    throw thrown;
  }
  const directory = await open(dirname(target), 'r');
  await directory.sync().finally(() => directory.close());
}
