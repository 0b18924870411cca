/** Whether stdio is meant, as far as it can be told without reading the configuration. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { isSurelyStdio } from '../../src/config/peek.ts';

async function file(text: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'pgwarden peek '));
  onTestFinished(() => rm(directory, { recursive: true }));
  const path = join(directory, 'config.yaml');
  await writeFile(path, text);
  return path;
}

test.each([
  { text: 'databases: {}', flags: {}, environment: {}, sure: true },
  { text: 'databases: {}', flags: { transport: 'streamable-http' }, environment: {}, sure: false },
  { text: 'server: { transport: sse }', flags: { transport: 'stdio' }, environment: {}, sure: true },
  { text: 'server: { transport: streamable-http }', flags: {}, environment: {}, sure: false },
  { text: 'server: { transport: stdio }', flags: {}, environment: {}, sure: false },
  { text: 'server: { "\\x74ransport": sse }', flags: {}, environment: {}, sure: false },
  { text: 'databases: {}', flags: { hostname: 'db' }, environment: {}, sure: false },
  { text: 'databases: {}', flags: {}, environment: { POSTGRES_HOSTNAME: 'db' }, sure: false },
])('$text with $flags and $environment: $sure', async ({ text, flags, environment, sure }) => {
  expect(isSurelyStdio(await file(text), flags, environment)).toBe(sure);
});

test('a file that is not there tells nothing', () => {
  expect(isSurelyStdio('/nowhere/config.yaml', {}, {})).toBe(false);
});
