/** What a log holds when a process opens it: the file to go on in, and what the process before left undone. */

import { stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type Head, newHead } from './frame.ts';
import { listSegments, type Segment, segmentName } from './layout.ts';
import { isMissing } from './log-errors.ts';
import type { LogSetting } from './log-setting.ts';
import type { OpenCall } from './open-calls.ts';
import type { Opening, Torn } from './opening-records.ts';
import { readTail, setTornAside, type Tail } from './recovery.ts';
import { takeNote } from './resume.ts';
import { createSegment, openSegment, type SegmentFile } from './segment-file.ts';

export interface FoundSegment {
  readonly file: SegmentFile;
  /** `seq` of its first record. */
  readonly first: number;
  readonly head: Head;
  /** Why the record that opens the file is still owed; undefined where it stands there. */
  readonly opening: Opening | undefined;
  readonly torn: Torn | undefined;
  /** `seq` of each intent without an outcome → its call. */
  readonly open: ReadonlyMap<number, OpenCall>;
  /** Lines up to and with the last seal or epoch certificate. */
  readonly sealed: number;
  /** Epochs the log holds. */
  readonly epochs: number;
}

/** Sets aside what a crash left half-written. Throws LogUnavailable `unusable` on damage that no crash explains. */
export async function findSegment(setting: LogSetting, directory: string): Promise<FoundSegment> {
  const { files } = setting;
  const segments = [...(await listSegments(directory))];
  let torn: Torn | undefined;
  for (let last = segments.pop(); last !== undefined; last = segments.pop()) {
    const tail = (await takeNote(last.path)) ?? (await readTail(last));
    if (tail.torn > 0) torn = await setAside(setting, directory, last, tail);
    if (tail.head.offset === 0) {
      await unlink(last.path); // made, and never written to
      continue;
    }
    for (const left of segments) if (!left.compressed) await finish(setting, left); // a crash came first
    const { head, open, sealed, epochs } = tail;
    const found = { torn, open, sealed, epochs };
    if (!last.compressed) {
      const file = await openSegment(files, last.path);
      return { ...found, file, first: last.first, head, opening: undefined };
    }
    // complete and compressed: the file after it was made, and never written to
    const first = head.range.size;
    const file = await createSegment(files, directory, join(directory, segmentName(first)));
    return { ...found, file, first, head: { ...head, offset: 0 }, opening: 'rotation' };
  }
  const file = await createSegment(files, directory, join(directory, segmentName(0)));
  return { file, first: 0, head: newHead, opening: 'genesis', torn, open: new Map(), sealed: 0, epochs: 0 };
}

async function setAside({ report }: LogSetting, directory: string, { path }: Segment, { head }: Tail): Promise<Torn> {
  const aside = await setTornAside(path, head.offset);
  report(`${aside.bytes} bytes of an unfinished write were set aside in ${directory}/torn`);
  return { why: 'crash', torn_bytes: aside.bytes, torn_sha256: aside.sha256 };
}

/** A file left plain is complete, or it was made for a rotation that failed, and never written to. */
async function finish({ closed }: LogSetting, { path, first }: Segment): Promise<void> {
  const bytes = await sizeOf(path);
  if (bytes === undefined) return; // compressed meanwhile: the work was handed out before this opening
  if (bytes === 0) await unlink(path);
  else closed?.(path, first);
}

/** In bytes; undefined where there is no such file. */
function sizeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ size }) => size,
    (error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    },
  );
}
