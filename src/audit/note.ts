/** Signed notes and checkpoints in the C2SP formats (signed-note, tlog-checkpoint), with Ed25519: heads that other people's tools can read. */

import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';

/** A name and an Ed25519 public key, written `<name>+<key id>+<base64>`. */
export interface VerifierKey {
  readonly name: string;
  readonly id: Buffer;
  readonly key: KeyObject;
  readonly text: string;
}

export interface SigningKey {
  readonly vkey: VerifierKey;
  /** The signature line of this key under `text`. */
  readonly sign: (text: string) => string;
}

const ed25519 = 0x01;
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex');
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');
const namePattern = /^[^\s+]{1,512}$/;

function keyId(name: string, publicKey: Buffer): Buffer {
  return createHash('sha256')
    .update(`${name}\n`)
    .update(Buffer.from([ed25519]))
    .update(publicKey)
    .digest()
    .subarray(0, 4);
}

/** Raw 32 bytes of an Ed25519 public key. */
function rawPublic(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' }).subarray(spkiPrefix.length);
}

function verifierKey(name: string, raw: Buffer): VerifierKey {
  if (!namePattern.test(name)) throw new TypeError('a key name holds no space and no plus sign');
  const id = keyId(name, raw);
  const key = createPublicKey({ key: Buffer.concat([spkiPrefix, raw]), format: 'der', type: 'spki' });
  const text = `${name}+${id.toString('hex')}+${Buffer.concat([Buffer.from([ed25519]), raw]).toString('base64')}`;
  return { name, id, key, text };
}

/** Undefined when the text is no Ed25519 verifier key, or its key id is not that of its key. */
export function readVerifierKey(text: string): VerifierKey | undefined {
  const match = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/.exec(text.trim());
  if (match === null) return undefined;
  const [, name = '', id, encoded = ''] = match;
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.length !== 33 || bytes[0] !== ed25519) return undefined;
  const vkey = verifierKey(name, bytes.subarray(1));
  return vkey.id.toString('hex') === id ? vkey : undefined;
}

export function signingKey(name: string, privateKey: KeyObject): SigningKey {
  const vkey = verifierKey(name, rawPublic(createPublicKey(privateKey)));
  return {
    vkey,
    sign: (text) =>
      `— ${name} ${Buffer.concat([vkey.id, sign(null, Buffer.from(text), privateKey)]).toString('base64')}\n`,
  };
}

/** `PRIVATE+KEY+<name>+<key id>+<base64>`, as the Go and C2SP tools write it. */
export function writeSigningKey(name: string, privateKey: KeyObject): string {
  const seed = privateKey.export({ type: 'pkcs8', format: 'der' }).subarray(pkcs8Prefix.length);
  const { id } = signingKey(name, privateKey).vkey;
  return `PRIVATE+KEY+${name}+${id.toString('hex')}+${Buffer.concat([Buffer.from([ed25519]), seed]).toString('base64')}`;
}

/** Undefined when the text is no such key. */
export function readSigningKey(text: string): { readonly name: string; readonly key: KeyObject } | undefined {
  const match = /^PRIVATE\+KEY\+([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/.exec(text.trim());
  const bytes = Buffer.from(match?.[3] ?? '', 'base64');
  if (match?.[1] === undefined || bytes.length !== 33 || bytes[0] !== ed25519) return undefined;
  const key = createPrivateKey({ key: Buffer.concat([pkcs8Prefix, bytes.subarray(1)]), format: 'der', type: 'pkcs8' });
  return signingKey(match[1], key).vkey.id.toString('hex') === match[2] ? { name: match[1], key } : undefined;
}

/** A note: its text, which ends in LF, an empty line, and signature lines. */
export function writeNote(text: string, keys: readonly SigningKey[]): string {
  return `${text}\n${keys.map((key) => key.sign(text)).join('')}`;
}

export interface Note {
  readonly text: string;
  readonly signatures: readonly { readonly name: string; readonly id: Buffer; readonly signature: Buffer }[];
}

export function readNote(note: string): Note | undefined {
  const split = note.lastIndexOf('\n\n');
  if (split === -1 || !note.endsWith('\n')) return undefined;
  const lines = note.slice(split + 2, -1).split('\n');
  const signatures = lines.map((line) => {
    const match = /^— ([^\s+]+) ([A-Za-z0-9+/]+=*)$/.exec(line);
    const bytes = Buffer.from(match?.[2] ?? '', 'base64');
    return { name: match?.[1] ?? '', id: bytes.subarray(0, 4), signature: bytes.subarray(4) };
  });
  if (signatures.some(({ name, signature }) => name === '' || signature.length === 0)) return undefined;
  return { text: note.slice(0, split + 1), signatures };
}

/** Whether the note carries a good signature of this very key. */
export function isSignedBy(note: Note, vkey: VerifierKey): boolean {
  const own = note.signatures.filter(({ name, id }) => name === vkey.name && id.equals(vkey.id));
  return own.length > 0 && own.every(({ signature }) => verify(null, Buffer.from(note.text), vkey.key, signature));
}

/** What a head says: the log, its number of lines, the Merkle root over them (hex). */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: string;
}

export function checkpointText({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${Buffer.from(root, 'hex').toString('base64')}\n`;
}

/** Reads the three lines of a head; extension lines are refused, since ours has none. */
export function readCheckpoint(text: string): Checkpoint | undefined {
  const [origin = '', size = '', root = '', rest, more] = text.split('\n');
  const hash = Buffer.from(root, 'base64');
  if (rest !== '' || more !== undefined || origin === '' || !/^(?:0|[1-9]\d{0,15})$/.test(size)) return undefined;
  if (hash.length !== 32 || hash.toString('base64') !== root) return undefined;
  return { origin, size: Number(size), root: hash.toString('hex') };
}
