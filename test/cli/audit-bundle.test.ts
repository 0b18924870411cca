/** A folder of evidence: whole, without secrets, and checked by others' tools. */

import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { aCall, testSigningKey, testVerifierKey } from '../audit/shapes.ts';
import { freshDirectory, openDesk } from '../audit/support.ts';
import { runAudit } from './audit.ts';

test('a bundle verifies by itself, with a shell alone and with the command, and holds no key of the log', async () => {
  const directory = freshDirectory();
  const log = join(directory, 'log');
  const desk = await openDesk(log, { signingKey: testSigningKey });
  const hash = await desk.recordConfig({ what: 'policy', name: 'p.csv', text: 'p, a, b', by: 'process' });
  await aCall(desk);
  await desk.close();
  const out = join(directory, 'evidence');
  const made = await runAudit('bundle', '--vkey', testVerifierKey, '--out', out, '--directory', log);
  expect(made.code).toBe(0);
  const shell = (command: string) => execFileSync('sh', ['-c', command], { cwd: out, encoding: 'utf8' });
  expect(shell('sha256sum -c --quiet MANIFEST.sha256')).toBe('');
  expect(shell('sh verify.sh log/orders/i1')).toMatch(/^intact: 5 records/);
  const verified = await runAudit('verify', '--full', '--vkey', join(out, 'keys.txt'), '--directory', join(out, 'log'));
  expect(verified.code).toBe(0);
  expect(readFileSync(join(out, 'log/_policy', hash ?? ''), 'utf8')).toBe('p, a, b');
  expect(readFileSync(join(out, 'heads.txt'), 'utf8')).toContain('pgwarden/orders/i1\n');
  expect(readdirSync(join(out, 'log')).sort()).toEqual(['_anchor', '_broker', '_policy', 'orders']);
  expect((await runAudit('bundle', '--out', out, '--directory', log)).code).toBe(2);
});

test('a line that is still being written is left out of the copy', async () => {
  const directory = freshDirectory();
  const log = join(directory, 'log');
  const desk = await openDesk(log, {});
  await aCall(desk);
  await desk.close();
  appendFileSync(join(log, 'orders/i1/000000000000.jsonl'), '{"prev":"unfinished');
  const out = join(directory, 'evidence');
  expect((await runAudit('bundle', '--out', out, '--directory', log)).code).toBe(0);
  expect(existsSync(join(out, 'report.html'))).toBe(true);
});

test('a bundle of one database verifies by the command it names, although the anchor log speaks of others', async () => {
  const directory = freshDirectory();
  const log = join(directory, 'log');
  const desk = await openDesk(log, { signingKey: testSigningKey });
  await aCall(desk);
  await aCall(desk, { database: 'users' });
  await desk.close();
  const out = join(directory, 'evidence');
  expect((await runAudit('bundle', 'orders', '--vkey', testVerifierKey, '--out', out, '--directory', log)).code).toBe(
    0,
  );
  const command = /pgwarden audit (verify .*)/.exec(readFileSync(join(out, 'README.txt'), 'utf8'))?.[1] ?? '';
  const words = command.split(' ').map((word) => (/^(?:log|keys\.txt)$/.test(word) ? join(out, word) : word));
  expect((await runAudit(...words)).code).toBe(0);
  expect((await runAudit('verify', '--directory', join(out, 'log'))).code).toBe(3);
  const nothing = await runAudit('bundle', 'misspelt', '--out', join(directory, 'none'), '--directory', log);
  expect(nothing.code).toBe(1);
});
