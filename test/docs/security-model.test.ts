/** docs/security-model.md: every threat names tests that exist. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readPage, root } from './pages.ts';

const rows = readPage('docs/security-model.md')
  .split('\n')
  .filter((line) => line.startsWith('|') && line.includes('`test/'));
const files = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' }).map((name) => `test/${name}`);

/** Whether a file is meant by a path in which `*` stands for any part of a name. */
function exists(path: string): boolean {
  const pattern = new RegExp(`^${path.replace(/[.\\+?^$(){}|[\]]/g, '\\$&').replaceAll('*', '[^/]*')}$`);
  return files.some((file) => pattern.test(file));
}

test('every threat names what holds it, by tests that exist', () => {
  const section = /## Threats[^\n]*\n\n([\s\S]*?)\n\n/.exec(readPage('docs/security-model.md'))?.[1]?.split('\n') ?? [];
  expect(rows.length).toBeGreaterThan(20);
  expect(section.length - 2).toBe(rows.length); // without head and rule: no threat stands without a test
  const named = rows.flatMap((row) => [...row.matchAll(/`(test\/[^`]+)`/g)].map(([, path]) => path ?? ''));
  expect(named.filter((path) => !exists(path))).toEqual([]);
});
