/** `audit retention` and `check` say which audit files go, and when, before any server removes them. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { aCall } from '../audit/shapes.ts';
import { freshDirectory, openDesk } from '../audit/support.ts';
import { runCli } from './run-cli.ts';

/** A configuration whose log has files from two years ago. */
async function oldLog(expired: string, ...more: readonly string[]): Promise<string> {
  const directory = freshDirectory();
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 730 * 86_400_000 });
  const desk = await openDesk(join(directory, 'log'), { rotateBytes: 2_500 });
  for (let i = 0; i < 6; i += 1) await aCall(desk);
  await desk.close();
  vi.useRealTimers();
  const config = join(directory, 'config.yaml');
  const audit = ['audit:', '  directory: log', `  expired: ${expired}`, ...more.map((line) => `  ${line}`)];
  writeFileSync(config, `${[...audit, 'databases:', '  orders: { type: embedded }'].join('\n')}\n`);
  return config;
}

test('where files are removed, both name them first', async () => {
  const config = await oldLog('remove');
  const listed = await runCli(['audit', 'retention', '--config', config]);
  expect(listed.stdout).toMatch(/^Kept: 365 days\. Files past that are removed:\n/);
  expect(listed.stdout).toMatch(/orders\/i1\/000000000000\.jsonl\.gz {2}due since .*removes it a day later/);
  expect(listed.code).toBe(0);
  const { stderr } = await runCli(['check', '--config', config]);
  expect(stderr).toMatch(/audit\.expired: \d files of the audit log are past 365 days and will be removed/);
});

test('where a copy is kept elsewhere, files wait for it, and leave after hot_days', async () => {
  const config = await oldLog('remove', 'ship: { to: s3, bucket: evidence, region: eu-central-1, keep_days: 700 }');
  const { stdout } = await runCli(['audit', 'retention', '--config', config]);
  expect(stdout).toMatch(/^Kept: 90 days here \(hot_days\), and 700 days as the copy that was shipped\./);
  expect(stdout).toMatch(/000000000000\.jsonl\.gz {2}due since .*, and not shipped yet/);
});

test('where nothing is removed, it says so, and check is silent', async () => {
  const config = await oldLog('keep');
  const listed = await runCli(['audit', 'retention', '--json', '--config', config]);
  expect(JSON.parse(listed.stdout)).toMatchObject({
    expired: 'keep',
    hotDays: 90,
    keepDays: 365,
    files: expect.arrayContaining([expect.objectContaining({ log: 'orders/i1', first: 0, state: 'due' })]),
  });
  expect((await runCli(['check', '--config', config])).stderr).not.toMatch(/removed/);
});
