/** A note left by a clean close, so that the next start need not read a whole file again; never evidence, always checked. */

import { constants } from 'node:fs';
import { mkdir, open, readFile, unlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { maxLineBytes, sha256 } from './chain.ts';
import type { Head } from './frame.ts';
import type { Tail } from './recovery.ts';

const noteSchema = z.strictObject({
  file: z.string(),
  range: z.strictObject({ size: z.number().int(), frontier: z.array(z.string()) }),
  prev: z.string(),
  offset: z.number().int(),
  ts: z.string(),
  sealed: z.number().int(),
  epochs: z.number().int(),
});

const notePath = (segment: string) => join(dirname(segment), 'index', 'tail.json');

/** Leaves the note. Nothing is lost when it cannot be written: the file is read then. */
export async function leaveNote(segment: string, head: Head, sealed: number, epochs: number): Promise<void> {
  const path = notePath(segment);
  await mkdir(dirname(path), { recursive: true, mode: 0o750 });
  await writeFile(path, JSON.stringify({ file: basename(segment), ...head, sealed, epochs }), { mode: 0o640 });
}

/** What the note tells, when the file ends exactly there and its last line has that hash. The note is used once. */
export async function takeNote(segment: string): Promise<Tail | undefined> {
  try {
    const text = await readFile(notePath(segment), 'utf8');
    await unlink(notePath(segment));
    const { file, sealed, epochs, ...head } = noteSchema.parse(JSON.parse(text));
    if (file !== basename(segment) || (await lastLeaf(segment, head.offset)) !== head.prev) return undefined;
    return { head, sealed, epochs, open: new Map(), torn: 0 };
  } catch {
    return undefined;
  }
}

/** Leaf hash of the line that ends the file at `size`; undefined when the file ends elsewhere. */
async function lastLeaf(segment: string, size: number): Promise<string | undefined> {
  const file = await open(segment, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    if ((await file.stat()).size !== size) return undefined;
    const bytes = Buffer.alloc(Math.min(size, maxLineBytes + 2));
    await file.read(bytes, 0, bytes.length, size - bytes.length);
    const start = bytes.lastIndexOf(0x0a, bytes.length - 2) + 1;
    return sha256(`\0${bytes.toString('utf8', start, bytes.length - 1)}`);
  } finally {
    await file.close();
  }
}
