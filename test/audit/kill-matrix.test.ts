import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { leafHash } from '../../src/audit/chain.ts';
import { exitCodeOf } from '../../src/audit/findings.ts';
import { readVerifierKey } from '../../src/audit/note.ts';
import { verifyDirectory } from '../../src/audit/verify.ts';
import { buildProgram, heardFrom, programOf } from '../support/child-program.ts';
import { aCall, testSigningKey, testVerifierKey } from './shapes.ts';
import { freshDirectory, linesOf, openDesk, recordsOf } from './support.ts';

const source = join(import.meta.dirname, 'child-steps.ts');
const program = programOf(source);
const trusted = [readVerifierKey(testVerifierKey)].filter((key) => key !== undefined);

beforeAll(async () => {
  await buildProgram(source);
});

interface Printed {
  readonly executed?: string;
  readonly origin?: string;
  readonly seq?: number;
  readonly leaf?: string;
  readonly steps?: number;
}

const run = (directory: string, at: number, when: string) => heardFrom<Printed>(program, [directory, String(at), when]);

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
