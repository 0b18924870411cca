/** Heads and proofs, checked by a reader written from the public texts alone (signed-note.ts). */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { emptyRange, growRange } from '../../src/audit/merkle.ts';
import { readSigningKey, signingKey } from '../../src/audit/note.ts';
import { checkReceipt, inclusionPath, readLeaves, rootFromPath, writeProof } from '../../src/audit/proof.ts';
import { aCall, testSigningKey, testVerifierKey } from './shapes.ts';
import { leafOf, openNote, openProof, readHead, rootOf } from './signed-note.ts';
import { freshDirectory, linesOf, openDesk, recordsOf } from './support.ts';

async function aSealedLog(calls: number): Promise<string> {
  const directory = freshDirectory();
  const desk = await openDesk(directory, { signingKey: testSigningKey });
  for (let i = 0; i < calls; i += 1) await aCall(desk);
  await desk.close();
  return directory;
}

/** The note of the log's newest head, and the key that its epoch certificate gives, itself checked with the identity's. */
async function headOf(directory: string) {
  const note = readFileSync(join(directory, 'orders/i1/checkpoint'), 'utf8');
  const epoch = recordsOf(directory).find((record) => record.type === 'epoch');
  if (epoch?.type !== 'epoch') throw new Error('no key was certified');
  const certificate = openNote(epoch.cert, testVerifierKey).split('\n');
  expect(certificate.slice(0, 4)).toEqual(['pgwarden epoch v1', 'pgwarden/orders/i1', String(epoch.n), epoch.vkey]);
  return { note, vkey: epoch.vkey };
}

test('a head verifies with a reader that knows only the public formats', async () => {
  const directory = await aSealedLog(5);
  const { note, vkey } = await headOf(directory);
  const { origin, size, root } = readHead(openNote(note, vkey));
  expect(origin).toBe('pgwarden/orders/i1');
  expect(size).toBe(linesOf(directory).length - 1);
  expect(rootOf(linesOf(directory).slice(0, size).map(leafOf))).toEqual(root);
});

test('that reader refuses a head that was touched, or is of another key', async () => {
  const { note, vkey } = await headOf(await aSealedLog(2));
  const [origin = '', size = '', ...rest] = note.split('\n');
  const touched = [
    [origin, String(Number(size) + 1), ...rest].join('\n'),
    [`${origin}x`, size, ...rest].join('\n'),
    note.replace(/.(?==*\n$)/, (end) => (end === 'A' ? 'B' : 'A')),
    note.trimEnd(),
    note.replace('\n\n', '\n'),
    `${note}\u0000\n`,
  ];
  for (const each of touched) expect(() => openNote(each, vkey), each).toThrow();
  expect(() => openNote(note, testVerifierKey)).toThrow('no signature of this key');
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
    expect(range.root()).toBe(rootOf(leaves).toString('hex'));
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

test('every record below a head has a proof that the reader follows to that head, and no other record has', async () => {
  const directory = await aSealedLog(5);
  const { vkey } = await headOf(directory);
  const log = await readLeaves(directory, 'orders', 'i1');
  const lines = linesOf(directory);
  for (const [seq, line] of lines.slice(0, -1).entries()) {
    const proof = writeProof(log, seq) ?? '';
    expect(openProof(proof, vkey, line)).toMatchObject({ index: seq, head: { origin: 'pgwarden/orders/i1' } });
    expect(() => openProof(proof, vkey, `${line} `)).toThrow();
    expect(() => openProof(proof.replace(/index \d+/, `index ${seq + 1}`), vkey, line)).toThrow();
  }
  expect(writeProof(log, lines.length - 1)).toBeUndefined();
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
