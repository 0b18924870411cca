/** Copies what proves the log into a directory of its own: files, policy texts, heads; nothing secret, nothing that needs this server. */

import { copyFile, mkdir, readdir, truncate } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { listLogs, listSegments, logDirectory, type Segment } from './layout.ts';
import { eachLine } from './lines.ts';
import { storeDirectory } from './text-store.ts';

/**
 * Copies the logs of `only` (all where it is empty) with those of the broker itself, from their beginning, so that the
 * chain can be followed; files that begin after `until` are left out. A line still being written is cut off.
 */
export async function copyLogs(
  root: string,
  out: string,
  { only, until }: { readonly only: readonly string[]; readonly until?: string },
): Promise<void> {
  for (const { id, instance } of await listLogs(root)) {
    if (only.length > 0 && !only.includes(id) && !id.startsWith('_')) continue;
    const to = logDirectory(out, id, instance);
    await mkdir(to, { recursive: true, mode: 0o750 });
    for (const segment of await listSegments(logDirectory(root, id, instance))) {
      if (until !== undefined && segment.first > 0 && (await beginsAt(segment)) >= until) break;
      await copySegment(segment, to);
    }
  }
}

/** The time of a file's first line; earlier than any other where it has none. */
async function beginsAt({ path }: Segment): Promise<string> {
  let time = '';
  await eachLine(path, (bytes, start, end) => {
    time = /"ts":"([^"]+)"/.exec(bytes.toString('latin1', start, Math.min(end, start + 200)))?.[1] ?? '';
    return false;
  });
  return time;
}

async function copySegment({ path, compressed }: Segment, to: string): Promise<void> {
  const copy = join(to, basename(path));
  await copyFile(path, copy);
  if (compressed) return;
  const { finished, size } = await eachLine(copy, () => true);
  if (finished < size) await truncate(copy, finished);
}

/** Every policy, model and configuration text that was ever in force, under its hash. */
export async function copyTexts(root: string, out: string): Promise<void> {
  const names = await readdir(storeDirectory(root)).catch(() => []);
  await mkdir(storeDirectory(out), { recursive: true, mode: 0o750 });
  for (const name of names.filter((each) => /^[0-9a-f]{64}$/.test(each)))
    await copyFile(join(storeDirectory(root), name), join(storeDirectory(out), name));
}
