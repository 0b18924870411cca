/** A reader of signed notes, checkpoints and log proofs, written from the C2SP and RFC 6962 texts alone; it shares no code with src. */

import { createHash, createPublicKey, verify } from 'node:crypto';

const sha256 = (...parts: readonly (string | Buffer)[]) =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();

export interface Head {
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
}

/**
 * signed-note: text, ending in LF; an empty line; lines `— <name> <base64(key id || signature)>`. A verifier key is
 * `<name>+<key id, 8 hex digits>+<base64(type || key)>`; the id is the first four bytes of SHA-256(name LF type key).
 * Returns the text when a signature of `vkey` over it is good; throws in every other case.
 */
export function openNote(note: string, vkey: string): string {
  const end = note.lastIndexOf('\n\n');
  if (end === -1 || !note.endsWith('\n')) throw new Error('not a signed note');
  for (const character of note)
    if ((character < ' ' && character !== '\n') || character === '\uFFFD') throw new Error('a control character');
  const text = note.slice(0, end + 1);
  const [name = '', id = '', encoded = ''] = split(vkey, '+', 3);
  const typed = Buffer.from(encoded, 'base64');
  if (typed[0] !== 1 || typed.length !== 33) throw new Error('not an Ed25519 key');
  const keyId = sha256(name, '\n', typed).subarray(0, 4);
  if (keyId.toString('hex') !== id) throw new Error('the key id is not that of the key');
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: typed.subarray(1).toString('base64url') };
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  for (const line of note.slice(end + 2, -1).split('\n')) {
    const [dash, signer, signature = ''] = line.split(' ');
    if (dash !== '—' || signer === undefined) throw new Error('not a signature line');
    const bytes = Buffer.from(signature, 'base64');
    if (signer !== name || !bytes.subarray(0, 4).equals(keyId)) continue; // of another key: to be ignored
    if (!verify(null, Buffer.from(text), key, bytes.subarray(4))) throw new Error('a signature that is wrong');
    return text;
  }
  throw new Error('no signature of this key');
}

/** tlog-checkpoint: origin, decimal size without leading zeros, base64 root of 32 bytes; further lines are extensions. */
export function readHead(text: string): Head {
  const [origin = '', size = '', root = ''] = text.split('\n');
  const bytes = Buffer.from(root, 'base64');
  if (origin === '' || !/^(0|[1-9]\d*)$/.test(size) || bytes.length !== 32 || bytes.toString('base64') !== root)
    throw new Error('not a checkpoint');
  return { origin, size: Number(size), root: bytes };
}

/** RFC 6962, 2.1: the leaf hash of a line, and the Merkle tree hash by its recursive definition. */
export const leafOf = (line: string) => sha256(Buffer.from([0]), line);

export function rootOf(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return sha256('');
  if (leaves.length === 1) return leaves[0] ?? Buffer.alloc(0);
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return sha256(Buffer.from([1]), rootOf(leaves.slice(0, split)), rootOf(leaves.slice(split)));
}

/** RFC 9162, 2.1.3.2: the root that an inclusion path leads to. */
export function rootAlong(leaf: Buffer, index: number, size: number, path: readonly Buffer[]): Buffer {
  let [node, last, hash] = [index, size - 1, leaf];
  for (const sibling of path) {
    if (last === 0) throw new Error('the path is too long');
    if (node % 2 === 1 || node === last) {
      hash = sha256(Buffer.from([1]), sibling, hash);
      while (node % 2 === 0 && node !== 0) [node, last] = [node >> 1, last >> 1];
    } else hash = sha256(Buffer.from([1]), hash, sibling);
    [node, last] = [node >> 1, last >> 1];
  }
  if (last !== 0) throw new Error('the path is too short');
  return hash;
}

/** tlog-proof: `c2sp.org/tlog-proof@v1`, `index <n>`, the path in base64, an empty line, a checkpoint note. */
export function openProof(proof: string, vkey: string, line: string): { readonly index: number; readonly head: Head } {
  const [magic, at = '', ...rest] = proof.split('\n');
  if (magic !== 'c2sp.org/tlog-proof@v1' || !/^index \d+$/.test(at)) throw new Error('not a log proof');
  const blank = rest.indexOf('');
  const path = rest.slice(0, blank).map((hash) => Buffer.from(hash, 'base64'));
  const head = readHead(openNote(rest.slice(blank + 1).join('\n'), vkey));
  const index = Number(at.slice('index '.length));
  if (!rootAlong(leafOf(line), index, head.size, path).equals(head.root)) throw new Error('the path leads elsewhere');
  return { index, head };
}

function split(text: string, separator: string, parts: number): string[] {
  const all = text.split(separator);
  return [...all.slice(0, parts - 1), all.slice(parts - 1).join(separator)];
}
