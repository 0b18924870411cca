/** The auditor's guide, run from top to bottom: each command succeeds, and says what the page shows. */

import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAuditDesk } from '../../src/audit/desk.ts';
import { Refusal } from '../../src/model/errors.ts';
import { aCall, aDatabase, aRequest, aStatement, testKey, testSigningKey, testVerifierKey } from '../audit/shapes.ts';
import { entry } from '../support/product.ts';
import { codeBlocks, root } from './pages.ts';

const example = '019aa0c6-5b7a-7c1e-8a51-0123456789ab'; // the call that the page shows
const value = '078-05-1120';

let directory: string;

/** The directory of the page: a signed log, the auditor's key, a receipt, and the program by its name. */
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pgwarden auditor '));
  await mkdir(join(directory, 'audit'));
  await mkdir(join(directory, 'bin'));
  const log = join(directory, 'audit/log');
  const desk = await createAuditDesk({ directory: log, sql: 'hmac', hmacKey: testKey, signingKey: testSigningKey });
  const receipt = await aCall(desk, { call: example, sql: `SELECT total FROM orders WHERE customer = '${value}'` });
  const sql = 'DROP TABLE orders';
  await desk.recordRefusal(aRequest({ principal: 'mallory', sql }), new Refusal('STATEMENT_NOT_READ_ONLY', 'no'), {
    ...{ database: aDatabase(), statement: aStatement({ sql }) },
  });
  await desk.close();
  await symlink(join(root, 'audit/verify.sh'), join(directory, 'audit/verify.sh'));
  const program = `#!/bin/sh\nexec '${process.execPath}' '${entry}' "$@"\n`;
  const files: Record<string, string> = {
    ...{ 'audit.key.vkey': `${testVerifierKey}\n`, 'audit-hmac.key': testKey, 'value.txt': value },
    ...{ 'receipt.json': JSON.stringify(receipt), 'bin/pgwarden': program },
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
  await chmod(join(directory, 'bin/pgwarden'), 0o755);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

function shell(script: string): string {
  const env = { PATH: `${join(directory, 'bin')}:${process.env['PATH'] ?? ''}`, HOME: directory };
  return execFileSync('sh', ['-euc', script], {
    cwd: directory,
    encoding: 'utf8',
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** A line of the page, with `…` for what is different each time. */
const pattern = (line: string) =>
  new RegExp(
    `^${line
      .split('…')
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
    'm',
  );

test('every command of the guide runs, in its order, and prints the lines shown below it', () => {
  let printed = '';
  let [commands, lines] = [0, 0];
  for (const { language, text } of codeBlocks('docs/auditing.md')) {
    if (language === 'sh') {
      printed = shell(text);
      commands += text.trimEnd().split('\n').length;
    } else
      for (const line of text.trimEnd().split('\n')) {
        expect(printed).toMatch(pattern(line));
        lines += 1;
      }
  }
  expect(commands).toBeGreaterThan(15);
  expect(lines).toBeGreaterThan(10);
}, 120_000);
