/** docs/tools.md is the tool table, no more and no less. `npm run docs` prints it anew. */

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { toolTable } from '../../src/tools/tool-table.ts';
import { printToolReference } from './tool-reference.ts';

const page = resolve(import.meta.dirname, '../../docs/tools.md');

test('docs/tools.md is what the tool table prints', async () => {
  await expect(printToolReference(toolTable)).toMatchFileSnapshot(page);
});

test('each tool of the table has one section, and each section a tool', () => {
  const sections = [...readFileSync(page, 'utf8').matchAll(/^## ([a-z_]+)$/gm)].map(([, name]) => name);
  expect(sections).toEqual(toolTable.map(({ name }) => name));
});
