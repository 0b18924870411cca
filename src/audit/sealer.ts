/** Signs the logs of one process: an identity key certifies keys that live in memory only, for a day or until the process ends. */

import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { Frame } from './frame.ts';
import { LogUnavailable } from './log-errors.ts';
import { type Checkpoint, checkpointText, readSigningKey, type SigningKey, signingKey, writeNote } from './note.ts';
import type { RecordBody } from './records.ts';

/** Records that may follow a seal before the next one is due, and milliseconds a record may wait for its seal. */
export const sealEvery = 1_000;
export const sealWithin = 1_000;

/** Signs one log; knows how far it is signed. */
export interface LogSealer {
  /** The identity's verifier key, for the genesis record. */
  readonly identity: string;
  /** An `epoch` record when the key in force is not yet certified in this log, for the place the frame has reached. */
  readonly epochRecord: (frame: Frame, today: string, now: string, anew: boolean) => RecordBody | undefined;
  readonly sealRecord: (frame: Frame) => Extract<RecordBody, { type: 'seal' }>;
  /** What was framed since the last call is durable, or was dropped. */
  readonly settle: (durable: boolean) => void;
  /** Epochs so far in this log. */
  readonly epochs: () => number;
}

export interface Sealer {
  /** `epochs` is how many the log holds already. */
  readonly forLog: (origin: string, epochs: number) => LogSealer;
}

interface Epoch {
  readonly day: string;
  readonly key: KeyObject;
}

/** The text an `epoch` record certifies: everything in it is also in the record or in the log before it. */
export function epochText(origin: string, n: number, vkey: string, notBefore: string, head: Checkpoint): string {
  return `pgwarden epoch v1\n${origin}\n${n}\n${vkey}\n${notBefore}\n${head.size}\n${Buffer.from(head.root, 'hex').toString('base64')}\n`;
}

/** `identityText` is what `audit keygen` wrote. Throws LogUnavailable when it is no key. */
export function createSealer(identityText: string): Sealer {
  const read = readSigningKey(identityText);
  if (read === undefined) {
    throw new LogUnavailable('unusable', 'audit.signing_key does not hold a key as "pgwarden audit keygen" writes it');
  }
  const identity = signingKey(read.name, read.key);
  let epoch: Epoch | undefined;

  /** The key of today; the one of yesterday is forgotten with it. */
  function epochOf(day: string): Epoch {
    if (epoch?.day !== day) epoch = { day, key: generateKeyPairSync('ed25519').privateKey };
    return epoch;
  }

  function forLog(origin: string, epochs: number): LogSealer {
    let held: { readonly epoch: Epoch; readonly key: SigningKey; readonly n: number } | undefined;
    let next: typeof held;
    let count = epochs;
    return {
      identity: identity.vkey.text,
      epochs: () => count,
      epochRecord(frame, today, now, anew) {
        const current = epochOf(today);
        if (held?.epoch === current && !anew) return undefined;
        const key = signingKey(origin, current.key);
        next = { epoch: current, key, n: count };
        const head = { origin, size: frame.size(), root: frame.root() };
        const text = epochText(origin, count, key.vkey.text, now, head);
        const signers = held === undefined ? [identity] : [identity, held.key];
        return {
          type: 'epoch',
          n: count,
          vkey: key.vkey.text,
          not_before: now,
          identity: identity.vkey.text,
          cert: writeNote(text, signers),
        };
      },
      sealRecord(frame) {
        const signer = next ?? held;
        if (signer === undefined) throw new Error('a seal before the first epoch');
        const size = frame.size();
        return {
          type: 'seal',
          size,
          note: writeNote(checkpointText({ origin, size, root: frame.root() }), [signer.key]),
        };
      },
      settle(durable) {
        if (durable && next !== undefined) {
          held = next;
          count = next.n + 1;
        }
        next = undefined;
      },
    };
  }

  return { forLog };
}
