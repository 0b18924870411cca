/** Configuration files written for one test into a directory of their own. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { ConfigError, type Finding } from '../../src/config/findings.ts';
import { loadConfig } from '../../src/config/load-config.ts';

/** Writes `files` (path → text) and answers the directory; it goes when the test is finished. */
export function directoryOf(files: Readonly<Record<string, string>>): string {
  const directory = mkdtempSync(join(tmpdir(), 'pgwarden-config-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  return directory;
}

export function configOf(text: string, others: Readonly<Record<string, string>> = {}): Config {
  return loadConfig(join(directoryOf({ 'config.yaml': text, ...others }), 'config.yaml'), {});
}

/** What is wrong with a configuration that must not load. */
export function findingsOf(load: () => unknown): readonly Finding[] {
  try {
    load();
  } catch (thrown) {
    if (thrown instanceof ConfigError) return thrown.findings;
    throw thrown;
  }
  throw new Error('the configuration loaded');
}

export const embedded = 'databases:\n  sample:\n    type: embedded\n';
