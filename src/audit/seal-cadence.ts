/** When a log is sealed: after so many lines, a second after its first unsealed line at latest, and at its end. */

import { createCheckpointFile } from './checkpoint-file.ts';
import type { Frame } from './frame.ts';
import type { LogSetting } from './log-setting.ts';
import { sealWithin } from './sealer.ts';
import { beginSealing, type Sealing } from './sealing.ts';

export interface SealCadence {
  /** The identity's verifier key; undefined where heads are not signed. */
  readonly identity: string | undefined;
  /** Epochs so far in this log. */
  readonly epochs: () => number;
  /** Lines up to and with the last seal or certificate. */
  readonly sealed: () => number;
  readonly begin: (frame: Frame) => Sealing;
  /** Whether a seal is asked for now. */
  readonly isAsked: () => boolean;
  /** The batch under way answers what was asked for. */
  readonly answer: () => void;
  /** Whether some of so many lines have no seal. */
  readonly isBehind: (lines: number) => boolean;
  /** What was begun is durable; the log has so many lines now. */
  readonly durable: (sealing: Sealing, lines: number) => void;
  /** What was begun stands in no file. */
  readonly dropped: () => void;
  /** Asks for a seal now. */
  readonly ask: () => void;
  readonly stop: () => void;
  /** Resolves when the newest head is beside the log's files. */
  readonly settled: () => Promise<void>;
}

/** `from`: lines up to and with the last seal or certificate, and the epochs before. `nudge` asks for a commit. */
export function createSealCadence(
  setting: LogSetting,
  directory: string,
  origin: string,
  from: { readonly sealed: number; readonly epochs: number },
  nudge: () => void,
): SealCadence {
  const sealer = setting.sealer?.forLog(origin, from.epochs);
  const anchored = setting.anchored ?? (() => undefined);
  const checkpoint = createCheckpointFile(directory);
  let { sealed } = from;
  let asked = false;
  let timer: NodeJS.Timeout | undefined;

  function ask(): void {
    asked = true;
    nudge();
  }

  /** A line waits a second for its seal at most; while the disk fails, the next commit tries again. */
  function plan(): void {
    if (timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      ask();
    }, sealWithin);
    timer.unref();
  }

  const isBehind = (lines: number) => sealer !== undefined && sealed < lines;

  return {
    identity: sealer?.identity,
    epochs: () => sealer?.epochs() ?? from.epochs,
    sealed: () => sealed,
    begin: (frame) => beginSealing(frame, sealer, sealed, anchored, setting.serialize),
    isAsked: () => asked,
    answer() {
      asked = false;
    },
    isBehind,
    durable(sealing, lines) {
      sealed = sealing.sealed();
      sealer?.settle(true);
      const note = sealing.note();
      if (note !== undefined) checkpoint.publish(note);
      if (isBehind(lines)) plan();
    },
    dropped: () => sealer?.settle(false),
    ask,
    stop: () => clearTimeout(timer),
    settled: checkpoint.settled,
  };
}
