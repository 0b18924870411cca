/** The bytes of the commit journal, and their return to the logs after a crash. */

import { constants } from 'node:fs';
import { type FileHandle, open, readFile, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { sha256 } from './chain.ts';
import { isLogId } from './layout.ts';
import { isMissing } from './log-errors.ts';

/** While one is written to, the logs behind the other are flushed. */
export const journalNames = ['a', 'b'] as const;

export function journalDirectory(root: string, instance: string): string {
  return join(root, '_journal', instance);
}

const header = z.strictObject({ file: z.string(), at: z.number().int(), bytes: z.number().int(), sha256: z.string() });

/** A line that says where the bytes belong, then the bytes. `file` is relative to the audit directory. */
export function encodeJournalFrame(file: string, at: number, bytes: Buffer): readonly Buffer[] {
  const line = JSON.stringify({ file, at, bytes: bytes.length, sha256: sha256(bytes) });
  return [Buffer.from(`${line}\n`), bytes];
}

interface Frame {
  readonly file: string;
  readonly at: number;
  readonly bytes: Buffer;
}

/** The whole frames of a journal; what follows the last one was never acknowledged. */
function framesOf(journal: Buffer): readonly Frame[] {
  const frames: Frame[] = [];
  let from = 0;
  for (;;) {
    const end = journal.indexOf(0x0a, from);
    const head = end === -1 ? undefined : headerOf(journal.toString('latin1', from, end));
    if (head === undefined) return frames;
    const bytes = journal.subarray(end + 1, end + 1 + head.bytes);
    if (bytes.length !== head.bytes || sha256(bytes) !== head.sha256) return frames;
    frames.push({ file: head.file, at: head.at, bytes });
    from = end + 1 + head.bytes;
  }
}

function headerOf(text: string): z.infer<typeof header> | undefined {
  try {
    return header.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** Whether the name is one a log file of this instance can have: the journal names no other. */
function isOwn(file: string, instance: string): boolean {
  const [id = '', named, name = '', ...rest] = file.split('/');
  return rest.length === 0 && isLogId(id) && named === instance && /^\d{12}\.jsonl$/.test(name);
}

/**
 * Writes to the logs what a dead process had acknowledged by its journal alone, and removes the journal; all of it is
 * durable then. Bytes are only ever put where they were: a second run changes nothing. A file that is not there any more
 * was complete and durable before it was compressed. Resolves with the number of frames that were missing in a log.
 */
export async function replayJournal(root: string, instance: string): Promise<number> {
  let replayed = 0;
  const paths = journalNames.map((name) => join(journalDirectory(root, instance), name));
  for (const path of paths) {
    const journal = await readFile(path).catch((error: unknown) => {
      if (isMissing(error)) return Buffer.alloc(0);
      throw error;
    });
    const frames = framesOf(journal).filter(({ file }) => isOwn(file, instance));
    for (const file of new Set(frames.map((frame) => frame.file)))
      replayed += await replayInto(
        join(root, file),
        frames.filter((frame) => frame.file === file),
      );
  }
  for (const path of paths) await unlink(path).catch(() => undefined); // one that stays is replayed again, to no effect
  return replayed;
}

/** Whether a journal with something in it is there: while no process holds the instance, one was left by a death. */
export async function hasJournal(root: string, instance: string): Promise<boolean> {
  const sizes = journalNames.map((name) =>
    stat(join(journalDirectory(root, instance), name)).then(
      ({ size }) => size,
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).some((size) => size > 0);
}

async function replayInto(path: string, frames: readonly Frame[]): Promise<number> {
  const file = await open(path, constants.O_RDWR | constants.O_NOFOLLOW).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  if (file === undefined) return 0;
  try {
    let replayed = 0;
    for (const frame of frames) if (await putBack(file, frame)) replayed += 1;
    await file.sync();
    return replayed;
  } finally {
    await file.close();
  }
}

async function putBack(file: FileHandle, { at, bytes }: Frame): Promise<boolean> {
  const found = Buffer.alloc(bytes.length);
  const { bytesRead } = await file.read(found, 0, found.length, at);
  if (bytesRead === found.length && found.equals(bytes)) return false;
  let put = 0;
  while (put < bytes.length) put += (await file.write(bytes, put, bytes.length - put, at + put)).bytesWritten;
  return true;
}
