/** The golden vectors: what a verifier, ours or another, must say of each. */

import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { exitCodeOf, type FindingCode } from '../../src/audit/findings.ts';
import { readVerifierKey } from '../../src/audit/note.ts';
import { recordJsonSchema } from '../../src/audit/record-check.ts';
import { verifyDirectory } from '../../src/audit/verify.ts';

const audit = resolve(import.meta.dirname, '../../audit');
const vectors = join(audit, 'vectors');

const keys = [readVerifierKey(readFileSync(join(vectors, 'identity.vkey'), 'utf8'))].filter((key) => key !== undefined);

interface Expected {
  readonly exit: number;
  readonly code?: FindingCode;
  readonly seq?: number;
  /** What a chain alone cannot see: the shell verifier calls it intact. */
  readonly shell?: 'intact';
}

const expected: Record<string, Expected> = {
  intact: { exit: 0 },
  'field-changed': { exit: 3, code: 'chain_broken', seq: 4 },
  'space-added': { exit: 3, code: 'not_a_record', seq: 3 },
  'key-duplicated': { exit: 3, code: 'not_a_record', seq: 6 },
  'line-removed': { exit: 3, code: 'chain_broken', seq: 3 },
  'lines-swapped': { exit: 3, code: 'chain_broken', seq: 3 },
  'line-copied': { exit: 3, code: 'chain_broken', seq: 4 },
  'beginning-removed': { exit: 3, code: 'chain_broken', seq: 0 },
  'carriage-returns': { exit: 3, code: 'not_a_record', seq: 0 },
  'byte-order-mark': { exit: 3, code: 'chain_broken', seq: 0 },
  'outcome-removed': { exit: 1, code: 'unanswered', shell: 'intact' },
  'line-unfinished': { exit: 1, code: 'torn_tail' },
  signed: { exit: 0 },
  'signed-rewritten': { exit: 3, code: 'root_mismatch', shell: 'intact' },
  'signed-cut': { exit: 3, code: 'contradicts_head', shell: 'intact' },
  'signed-unsigned': { exit: 3, code: 'signature_invalid', shell: 'intact' },
};

test('there is an expectation for every vector, and a vector for every expectation', () => {
  expect(
    readdirSync(vectors)
      .filter((name) => !name.endsWith('.vkey'))
      .sort(),
  ).toEqual(Object.keys(expected).sort());
});

test.each(Object.entries(expected))('%s', async (name, { exit, code, seq }) => {
  const trusted = name.startsWith('signed') ? keys : [];
  const report = (await verifyDirectory(join(vectors, name), { full: true, trusted })).find(
    ({ log }) => log === 'orders/i1',
  );
  const [first] = report?.findings.filter(({ severity }) => severity !== 'note') ?? [];
  expect(exitCodeOf(report?.findings ?? [])).toBe(exit);
  expect(first?.code).toBe(code);
  if (seq !== undefined) expect(first?.seq).toBe(seq);
});

test.each(Object.entries(expected))('the shell verifier on %s', (name, { exit, shell }) => {
  const run = spawnSync('sh', [join(audit, 'verify.sh'), join(vectors, name, 'orders/i1')], { encoding: 'utf8' });
  const says = run.stdout.startsWith('intact') ? 'intact' : 'damaged';
  const isSeen = exit === 0 || name === 'line-unfinished' ? 'intact' : 'damaged';
  expect(says).toBe(shell ?? isSeen);
});

test('the published schema is the schema of the code', () => {
  expect(JSON.parse(readFileSync(join(audit, 'schema.json'), 'utf8'))).toEqual(recordJsonSchema());
});

test('the shell verifier is short enough to be read', () => {
  const lines = readFileSync(join(audit, 'verify.sh'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  expect(lines.length).toBeLessThanOrEqual(16);
  expect(() => execFileSync('sh', ['-n', join(audit, 'verify.sh')])).not.toThrow();
});
