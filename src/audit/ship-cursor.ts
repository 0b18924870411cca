/** How far the copy of a log elsewhere reaches: a cursor that moves only after the other side has acknowledged the lines. */

import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { isLogId } from './layout.ts';
import { LogUnavailable } from './log-errors.ts';
import { diskFiles, syncDirectory } from './log-files.ts';

const count = z.number().int().min(0);

const schema = z.strictObject({
  /** Where the copy is, as `audit.ship` names it: `s3://bucket/prefix/`. Another target begins anew. */
  target: z.string(),
  origin: z.string(),
  /** Lines acknowledged by the target, that is, `seq` of the first line that is not. */
  size: count,
  /** Leaf hash of the last of them: what the next line must name as `prev`; zeros before the first. */
  leaf: z.string().regex(/^[0-9a-f]{64}$/),
  /** The file that holds the line `size`, or will: `seq` of its first line, and the byte (uncompressed) where that line begins. */
  first: count,
  offset: count,
  /** `ts` of the last line acknowledged, and when that was; RFC 3339. */
  ts: z.string(),
  at: z.string(),
});
export type ShipCursor = z.infer<typeof schema>;

/** Cursors have a directory of their own, so that whoever ships needs no right to write among the logs. */
export function shipDirectory(root: string): string {
  return join(root, '_ship');
}

function cursorPath(root: string, id: string, instance: string): string {
  if (!isLogId(id)) throw new LogUnavailable('unusable', 'not a name a log can have');
  return join(shipDirectory(root), `${id}.${instance}.json`);
}

/**
 * How far the log of `id` and `instance` was shipped to `target`; undefined when nothing was, or when what stands there
 * cannot be read: then all of it counts as not shipped, which costs a repetition and never a line.
 */
export async function readCursor(
  root: string,
  { id, instance }: { readonly id: string; readonly instance: string },
  target: string,
): Promise<ShipCursor | undefined> {
  const text = await readFile(cursorPath(root, id, instance), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const cursor = schema.safeParse(parsed(text));
  return cursor.success && cursor.data.target === target ? cursor.data : undefined;
}

/** Durable when it resolves; a reader sees the old cursor or the new one. Only the process that holds `_ship/LOCK` may call it. */
export async function writeCursor(
  root: string,
  { id, instance }: { readonly id: string; readonly instance: string },
  cursor: ShipCursor,
): Promise<void> {
  const path = cursorPath(root, id, instance);
  await mkdir(shipDirectory(root), { recursive: true, mode: 0o750 });
  const draft = await open(`${path}.new`, 'w', 0o640);
  try {
    await draft.writeFile(`${JSON.stringify(cursor)}\n`);
    await draft.datasync();
  } finally {
    await draft.close();
  }
  await rename(`${path}.new`, path);
  await syncDirectory(diskFiles, shipDirectory(root));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
