/** The pages that are printed from the code say what the code says (npm run docs writes them). */

import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { commandHelps, printCommandReference } from '../docs/command-reference.ts';
import { printConfigurationReference } from '../docs/configuration-reference.ts';

const root = resolve(import.meta.dirname, '../..');
const read = (name: string) => readFileSync(join(root, name), 'utf8');

test('docs/configuration.md is printed from the schema', async () => {
  const page = printConfigurationReference(JSON.parse(read('config.schema.json')), read('config.example.yaml'));
  await expect(page).toMatchFileSnapshot(join(root, 'docs/configuration.md'));
});

test('every key has a meaning: a description in the schema, or a comment in the example', () => {
  const rows = read('docs/configuration.md')
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  expect(rows.length).toBeGreaterThan(100);
  expect(rows.filter((line) => line.endsWith('|  |'))).toEqual([]);
});

test('docs/commands.md is printed from the program', async () => {
  await expect(printCommandReference()).toMatchFileSnapshot(join(root, 'docs/commands.md'));
});

test('the help of every command shows an example and fits 80 columns', () => {
  const helps = commandHelps();
  expect(helps.length).toBeGreaterThan(25);
  expect(
    helps.filter(({ help, group }) => !group && !/Examples?:\n {2}\$ pgwarden/.test(help)).map(({ name }) => name),
  ).toEqual([]);
  const wide = helps.flatMap(({ name, help }) =>
    help
      .split('\n')
      .filter((line) => line.length > 80 && !line.startsWith('  $'))
      .map((line) => `${name}: ${line}`),
  );
  expect(wide).toEqual([]);
});
