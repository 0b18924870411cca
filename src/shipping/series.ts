/** The name under which one audit directory is shipped, and the right of one process to ship it. */

import { constants } from 'node:fs';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createUlid } from '../audit/clock.ts';
import { lockFile } from '../audit/layout.ts';
import { isMissing } from '../audit/log-errors.ts';
import { diskFiles, syncDirectory } from '../audit/log-files.ts';
import { shipDirectory } from '../audit/ship-cursor.ts';

export interface Series {
  /**
   * A lower-case ULID. A host that comes up with an empty disk is another series: its first record never meets another
   * host's first record at the target. Nor does it after the directory of cursors was lost: all is shipped once more.
   */
  readonly name: string;
  readonly release: () => Promise<void>;
}

/** Undefined when a living process ships this directory already. */
export async function takeSeries(root: string): Promise<Series | undefined> {
  const directory = shipDirectory(root);
  await mkdir(directory, { recursive: true, mode: 0o750 });
  const lock = await lockFile(join(directory, 'LOCK'));
  if (lock === undefined) return undefined;
  const path = join(directory, 'series');
  const name = await readFile(path, 'utf8').catch((error: unknown) => {
    if (isMissing(error)) return '';
    throw error;
  });
  if (isSeries(name)) return { name, release: () => lock.close() };
  const fresh = createUlid().toLowerCase();
  const file = await open(
    path,
    constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW,
    0o640,
  );
  try {
    await file.writeFile(fresh);
    await file.sync();
  } finally {
    await file.close();
  }
  await syncDirectory(diskFiles, directory);
  return { name: fresh, release: () => lock.close() };
}

const isSeries = (text: string) => /^[0-9a-hjkmnp-tv-z]{26}$/.test(text);
