/** Killed before, in the middle of and after every file operation of a few calls: the log comes back whole and says what was cut short. */

import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { beforeAll, expect, test } from 'vitest';
import { leafHash } from '../../src/audit/chain.ts';
import { exitCodeOf } from '../../src/audit/findings.ts';
import { readVerifierKey } from '../../src/audit/note.ts';
import { verifyDirectory } from '../../src/audit/verify.ts';
import { aCall, testSigningKey, testVerifierKey } from './shapes.ts';
import { freshDirectory, linesOf, openDesk, recordsOf } from './support.ts';

const program = resolve(import.meta.dirname, '../../node_modules/.cache/pgwarden-test/child-steps.mjs');
const trusted = [readVerifierKey(testVerifierKey)].filter((key) => key !== undefined);

beforeAll(async () => {
  await build({
    entryPoints: [join(import.meta.dirname, 'child-steps.ts')],
    outfile: program,
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    logLevel: 'warning',
  });
});

interface Printed {
  readonly executed?: string;
  readonly origin?: string;
  readonly seq?: number;
  readonly leaf?: string;
  readonly steps?: number;
}

function run(directory: string, at: number, when: string): Promise<readonly Printed[]> {
  const child = spawn(process.execPath, [program, directory, String(at), when], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  return new Promise((done) =>
    child.on('close', () =>
      done(
        text
          .split('\n')
          .slice(0, -1)
          .map((line) => JSON.parse(line)),
      ),
    ),
  );
}

async function checkAfterwards(printed: readonly Printed[], directory: string, name: string): Promise<void> {
  const desk = await openDesk(directory, { signingKey: testSigningKey });
  await desk.recover();
  await aCall(desk);
  await desk.close();
  const findings = (await verifyDirectory(directory, { full: true, trusted })).flatMap((report) => report.findings);
  expect(exitCodeOf(findings), `${name}: ${JSON.stringify(findings)}`).toBe(0);
  const lines = linesOf(directory);
  for (const { seq = -1, leaf } of printed.filter((each) => each.leaf !== undefined))
    expect(leafHash(lines[seq] ?? ''), name).toBe(leaf);
  const intents = new Set(recordsOf(directory).flatMap((record) => (record.type === 'intent' ? [record.call] : [])));
  for (const { executed } of printed) if (executed !== undefined) expect(intents.has(executed), name).toBe(true);
}

test('every operation, three ways', { timeout: 600_000 }, async () => {
  const whole = await run(freshDirectory(), 0, 'before');
  const steps = whole.at(-1)?.steps ?? 0;
  expect(steps).toBeGreaterThanOrEqual(10);
  const points = Array.from({ length: steps }, (_, i) => i + 1).flatMap((at) =>
    ['before', 'middle', 'after'].map((when) => ({ at, when })),
  );
  expect(points.length).toBeGreaterThanOrEqual(30);
  const chosen = process.env['PGWARDEN_SOAK'] ? points : points.filter(({ at }, i) => i % 3 === at % 3);
  for (const { at, when } of chosen) {
    const directory = freshDirectory();
    await checkAfterwards(await run(directory, at, when), directory, `killed ${when} operation ${at}`);
  }
});
