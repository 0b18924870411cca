/** The recipes of docs/policy-cookbook.md, taken together, are a policy that passes their cases. */

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { runCli } from '../cli/run-cli.ts';
import { codeBlocks } from './pages.ts';

const blocks = codeBlocks('docs/policy-cookbook.md');
const texts = (language: string) => blocks.filter((block) => block.language === language).map(({ text }) => text);

test('there are ten recipes, each with rows, something it permits and something it refuses', () => {
  const recipes = texts('yaml').map((text): { expect: string }[] => parse(text));
  expect([texts('csv').length, recipes.length]).toEqual([10, 10]);
  const permits = recipes.map((cases) => cases.some((each) => each.expect === 'permit'));
  const refuses = recipes.map((cases) => cases.some((each) => each.expect !== 'permit'));
  expect([...permits, ...refuses]).not.toContain(false);
});

test('every case of every recipe holds', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'pgwarden cookbook '));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const tests = join(directory, 'policies/tests');
  await mkdir(tests, { recursive: true });
  await writeFile(join(directory, 'policies/shop.csv'), texts('csv').join('\n'));
  await writeFile(join(tests, 'shop.sql'), texts('sql').join('\n'));
  const head = 'database: shop\ncatalog: shop.sql\nreadonly: false\ncases:\n';
  await writeFile(join(tests, 'shop.yaml'), head + texts('yaml').join('\n'));
  const { code, stdout, stderr } = await runCli(['policy', 'test', join(tests, 'shop.yaml')]);
  expect({ code, stdout, stderr }).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+ passed, 0 failed/) });
});
