/** Puts epoch certificates and seals into a batch where they are due, so that they are durable with what they cover. */

import type { Placed } from './commit-queue.ts';
import type { Frame } from './frame.ts';
import type { RecordBody } from './records.ts';
import { type LogSealer, sealEvery } from './sealer.ts';
import type { Serialize } from './serializer.ts';

export interface Sealing {
  /** Certifies the key in force, when this log has not seen it yet, or anew where a file begins. */
  readonly certify: (now: string, anew: boolean) => void;
  /** Adds a record, and a seal after it when the cadence asks for one. */
  readonly add: (content: string) => Placed;
  /** Seals what is not sealed yet. */
  readonly close: () => void;
  /** Lines up to and with the last seal or certificate. */
  readonly sealed: () => number;
  /** The newest head sealed in this batch. */
  readonly note: () => string | undefined;
}

export function beginSealing(
  frame: Frame,
  sealer: LogSealer | undefined,
  from: number,
  anchored: () => { readonly size: number; readonly root: string } | undefined,
  serialize: Serialize,
): Sealing {
  let sealed = from;
  let note: string | undefined;

  function put(body: RecordBody): void {
    frame.add(serialize(body));
    sealed = frame.size();
  }

  function seal(): void {
    if (sealer === undefined || sealed >= frame.size()) return;
    const anchor = anchored();
    const record = sealer.sealRecord(frame);
    note = record.note;
    put({ ...record, ...(anchor === undefined ? {} : { anchor }) });
  }

  return {
    certify(now, anew) {
      const epoch = sealer?.epochRecord(frame, now.slice(0, 10), now, anew);
      if (epoch !== undefined) put(epoch);
    },
    add(content) {
      const placed = frame.add(content);
      if (frame.size() - sealed >= sealEvery) seal();
      return placed;
    },
    close: seal,
    sealed: () => sealed,
    note: () => note,
  };
}
