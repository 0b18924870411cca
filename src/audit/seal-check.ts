/** The signatures of a log: an unbroken succession of certified keys, each sealing its own lines and no others. */

import { z } from 'zod';
import type { FindingCode } from './findings.ts';
import type { Report } from './full-check.ts';
import type { GrowingRange } from './merkle.ts';
import { isSignedBy, type Note, readCheckpoint, readNote, readVerifierKey, type VerifierKey } from './note.ts';
import { epochText, sealEvery } from './sealer.ts';

export interface SealCheck {
  /** The keys a genesis record names. */
  readonly genesis: (origin: string, vkeys: readonly string[]) => void;
  /** Takes an `epoch` or `seal` record, with the tree as it is before that line. */
  readonly see: (record: unknown, range: GrowingRange, size: number) => void;
  /** Called with the number of lines after each other line. */
  readonly pass: (size: number) => void;
  /** A log whose older files are gone begins here; its epochs go on. */
  readonly resume: (origin: string, epochs: number, size: number) => void;
  readonly finish: (size: number, live: boolean) => void;
  readonly state: () => {
    readonly signed: boolean;
    readonly sealed: number;
    readonly note: string | undefined;
    /** Heads of the anchor log that seals carry. */
    readonly anchors: readonly { readonly size: number; readonly root: string }[];
    readonly identity: string | undefined;
  };
}

const epochSchema = z.object({
  n: z.number(),
  vkey: z.string(),
  not_before: z.string(),
  ts: z.string(),
  identity: z.string(),
  cert: z.string(),
});
const sealSchema = z.object({
  size: z.number(),
  note: z.string(),
  anchor: z.object({ size: z.number(), root: z.string() }).optional(),
});
type Certificate = z.infer<typeof epochSchema>;
type Seal = z.infer<typeof sealSchema>;
type Problem = readonly [FindingCode, string];

/** `trusted`: the identity keys the auditor has; none: the keys the log names itself are used, and that is said. */
export function createSealCheck(trusted: readonly VerifierKey[], report: Report): SealCheck {
  let origin = '';
  let identities: readonly string[] = [];
  let epoch: VerifierKey | undefined;
  let previous: VerifierKey | undefined;
  let epochs = 0;
  let sealed = 0;
  let latest: string | undefined;
  let identity: string | undefined;
  let overdue = false;
  const anchors = new Map<number, string>();
  let resumed = false;

  function see(record: unknown, range: GrowingRange, size: number): void {
    const certificate = epochSchema.safeParse(record).data;
    const seal = sealSchema.safeParse(record).data;
    const problem = certificate === undefined ? sealProblem(seal, range, size) : epochProblem(certificate, range, size);
    if (problem !== undefined) report('damage', ...problem);
    else if (certificate !== undefined) accept(certificate, size);
    else {
      sealed = size + 1;
      latest = seal?.note;
      if (seal?.anchor !== undefined) anchors.set(seal.anchor.size, seal.anchor.root);
    }
  }

  function accept({ vkey, identity: named }: Certificate, size: number): void {
    previous = epoch;
    epoch = readVerifierKey(vkey);
    epochs += 1;
    sealed = size + 1;
    identity = named;
    resumed = false;
  }

  function epochProblem(record: Certificate, range: GrowingRange, size: number): Problem | undefined {
    const signer = identityKey(record.identity);
    const cert = readNote(record.cert);
    const text = epochText(origin, epochs, record.vkey, record.not_before, { origin, size, root: range.root() });
    if (readVerifierKey(record.vkey)?.name !== origin)
      return ['epoch_broken', 'the certificate holds no key of this log'];
    if (record.n !== epochs) return ['epoch_broken', `epoch ${record.n} stands where epoch ${epochs} belongs`];
    if (cert?.text !== text) return ['epoch_broken', 'the certificate was made for another place or another history'];
    if (record.not_before > record.ts) return ['epoch_broken', 'the certificate is from after its record'];
    if (signer === undefined) return ['signature_invalid', 'the epoch names an identity key that is not one of yours'];
    if (!isSignedBy(cert, signer)) return ['signature_invalid', 'the certificate is not signed by the identity key'];
    const isWrong = isCrossSigned(cert, signer) && !resumed && (epoch === undefined || !isSignedBy(cert, epoch));
    return isWrong ? ['signature_invalid', 'the certificate is not signed by the key before it'] : undefined;
  }

  /** Within one process the key before signs the next one too. */
  function isCrossSigned(cert: Note, signer: VerifierKey): boolean {
    return cert.signatures.some(({ id }) => !id.equals(signer.id));
  }

  function identityKey(text: string): VerifierKey | undefined {
    if (trusted.length > 0) return trusted.find((key) => key.text === text);
    return identities.includes(text) || identities.length === 0 ? readVerifierKey(text) : undefined;
  }

  function sealProblem(record: Seal | undefined, range: GrowingRange, size: number): Problem | undefined {
    const note = record === undefined ? undefined : readNote(record.note);
    const head = note === undefined ? undefined : readCheckpoint(note.text);
    if (record === undefined || note === undefined || head === undefined)
      return ['signature_invalid', 'the seal holds no head'];
    if (epoch === undefined) return ['epoch_broken', 'a seal stands before any certified key'];
    if (head.origin !== origin || head.size !== size || record.size !== size) {
      return ['root_mismatch', 'the seal belongs to another place or another log'];
    }
    if (head.root !== range.root())
      return ['root_mismatch', 'the lines before the seal are not those it was made over'];
    return isSignedBy(note, epoch) ? undefined : ['signature_invalid', wrongKey(note)];
  }

  function wrongKey(note: Note): string {
    const isOld = previous !== undefined && isSignedBy(note, previous);
    return isOld
      ? 'the seal is signed by the key of an earlier epoch'
      : 'the seal is not signed by the key of its epoch';
  }

  return {
    genesis(name, vkeys) {
      origin = name;
      identities = vkeys;
    },
    see,
    pass(size) {
      if (epoch === undefined || overdue || size - sealed <= sealEvery) return;
      overdue = true;
      report('damage', 'unsealed_tail', `more than ${sealEvery} lines follow without a signed head`);
    },
    resume(name, count, size) {
      origin = name;
      resumed = true;
      epochs = count;
      sealed = size;
    },
    finish(size, live) {
      if (epoch === undefined) {
        if (trusted.length > 0) report('damage', 'signature_invalid', 'heads are not signed, and a key was given');
        else if (identities.length > 0 && size > 2)
          report('damage', 'epoch_broken', 'the log names a key and certifies none');
        else
          report(
            'note',
            'unsigned',
            'heads are not signed: whoever could write to the directory could have written all of it anew',
          );
        return;
      }
      if (trusted.length === 0)
        report('note', 'untrusted_key', 'heads are checked against the key the log itself names; give --vkey');
      if (!live && size > sealed)
        report(
          'finding',
          'unsealed_tail',
          `the last ${size - sealed} lines have no signed head: the process died, or the end was cut off`,
        );
    },
    state: () => ({
      signed: epoch !== undefined,
      sealed,
      note: latest,
      identity,
      anchors: [...anchors].map(([size, root]) => ({ size, root })),
    }),
  };
}
