/** Heads and proofs, checked by a reader written here from the C2SP texts alone. */

import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { leafHash } from '../../src/audit/chain.ts';
import { emptyRange, growRange } from '../../src/audit/merkle.ts';
import { readSigningKey, signingKey } from '../../src/audit/note.ts';
import { checkReceipt, inclusionPath, readLeaves, rootFromPath, writeProof } from '../../src/audit/proof.ts';
import { aCall, testSigningKey, testVerifierKey } from './shapes.ts';
import { freshDirectory, linesOf, openDesk, recordsOf } from './support.ts';

/** signed-note: text up to the blank line; each line `— name base64(key id || signature)`; vkey `name+id+base64(0x01 || key)`. */
function independentlyVerified(note: string, vkey: string): boolean {
  const [name = '', id = '', ...encoded] = vkey.split('+');
  const typed = Buffer.from(encoded.join('+'), 'base64');
  const expectedId = createHash('sha256').update(name).update('\n').update(typed).digest().subarray(0, 4);
  const text = note.slice(0, note.indexOf('\n\n') + 1);
  const line = note.split('\n').find((each) => each.startsWith(`— ${name} `)) ?? '';
  const bytes = Buffer.from(line.split(' ')[2] ?? '', 'base64');
  const key = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: typed.subarray(1).toString('base64url') },
    format: 'jwk',
  });
  return (
    expectedId.toString('hex') === id &&
    bytes.subarray(0, 4).equals(expectedId) &&
    verify(null, Buffer.from(text), key, bytes.subarray(4))
  );
}

/** RFC 6962 by its definition, on Buffers. */
function rootByDefinition(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 1) return leaves[0] ?? Buffer.alloc(0);
  const split = 2 ** Math.ceil(Math.log2(leaves.length) - 1);
  const inner = Buffer.concat([
    Buffer.from([1]),
    rootByDefinition(leaves.slice(0, split)),
    rootByDefinition(leaves.slice(split)),
  ]);
  return createHash('sha256').update(inner).digest();
}

async function aSealedLog(calls: number): Promise<string> {
  const directory = freshDirectory();
  const desk = await openDesk(directory, { signingKey: testSigningKey });
  for (let i = 0; i < calls; i += 1) await aCall(desk);
  await desk.close();
  return directory;
}

test('a head verifies with a reader that knows only the public formats', async () => {
  const directory = await aSealedLog(5);
  const note = readFileSync(join(directory, 'orders/i1/checkpoint'), 'utf8');
  const epoch = recordsOf(directory).find((record) => record.type === 'epoch');
  const [origin, size = '', root] = note.split('\n');
  const leaves = linesOf(directory)
    .slice(0, Number(size))
    .map((line) => Buffer.from(leafHash(line), 'hex'));
  expect(origin).toBe('pgwarden/orders/i1');
  expect(rootByDefinition(leaves).toString('base64')).toBe(root);
  expect(independentlyVerified(note, epoch?.type === 'epoch' ? epoch.vkey : '')).toBe(true);
  expect(independentlyVerified(epoch?.type === 'epoch' ? epoch.cert : '', testVerifierKey)).toBe(true);
});

test('the sealed head is also the last record of the log', async () => {
  const directory = await aSealedLog(2);
  const last = recordsOf(directory).at(-1);
  expect(last?.type === 'seal' && last.note).toBe(readFileSync(join(directory, 'orders/i1/checkpoint'), 'utf8'));
});

test('a compact range has the root of the definition at every size', () => {
  const range = growRange(emptyRange);
  const leaves: Buffer[] = [];
  for (let i = 0; i < 70; i += 1) {
    leaves.push(createHash('sha256').update(String(i)).digest());
    range.push(leaves[i]?.toString('hex') ?? '');
    expect(range.root()).toBe(rootByDefinition(leaves).toString('hex'));
  }
});

test('every leaf of every tree up to forty has a path that leads to the root', () => {
  const leaves = Array.from({ length: 40 }, (_, i) => createHash('sha256').update(String(i)).digest('hex'));
  for (let size = 1; size <= leaves.length; size += 1) {
    const range = growRange(emptyRange);
    for (const leaf of leaves.slice(0, size)) range.push(leaf);
    for (let index = 0; index < size; index += 1) {
      expect(rootFromPath(leaves[index] ?? '', index, size, inclusionPath(leaves, index, size))).toBe(range.root());
    }
  }
});

test('a proof carries its index, its path and the head it leads to', async () => {
  const directory = await aSealedLog(5);
  const log = await readLeaves(directory, 'orders', 'i1');
  const proof = writeProof(log, 3) ?? '';
  const [magic, index, ...rest] = proof.split('\n');
  const blank = rest.indexOf('');
  const path = rest.slice(0, blank).map((hash) => Buffer.from(hash, 'base64').toString('hex'));
  const [, size, root] = rest.slice(blank + 1);
  expect([magic, index]).toEqual(['c2sp.org/tlog-proof@v1', 'index 3']);
  const computed = rootFromPath(leafHash(linesOf(directory)[3] ?? ''), 3, Number(size), path);
  expect(Buffer.from(computed, 'hex').toString('base64')).toBe(root);
});

test('a receipt is present, absent or different, as the log is', async () => {
  const directory = freshDirectory();
  const desk = await openDesk(directory);
  const receipt = await aCall(desk);
  await desk.close();
  expect(await checkReceipt(directory, receipt)).toBe('present');
  expect(await checkReceipt(directory, { ...receipt, leaf: '0'.repeat(64) })).toBe('different');
  expect(await checkReceipt(directory, { ...receipt, seq: 99 })).toBe('absent');
  expect(await checkReceipt(directory, { ...receipt, origin: 'pgwarden/users/i1' })).toBe('no_log');
});

test('a signing key survives being written and read', () => {
  const read = readSigningKey(testSigningKey);
  expect(read && signingKey(read.name, read.key).vkey.text).toBe(testVerifierKey);
  expect(readSigningKey(testSigningKey.replace('test-identity', 'other'))).toBeUndefined();
});
