/** The results page says what the stored figures say. */

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { pageOf } from './page.ts';

const baseline = JSON.parse(await readFile(resolve(import.meta.dirname, 'baseline.json'), 'utf8'));

test.each([...pageOf(baseline)])(
  'docs/%s is made of the stored figures (npm run bench -- --page)',
  async (name, text) => {
    expect(await readFile(resolve(import.meta.dirname, '../../docs', name), 'utf8')).toBe(text);
  },
);
