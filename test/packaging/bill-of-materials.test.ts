/** What is shipped: exactly what package.json says is needed, all of it permissively licensed, all of it listed. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { billOfMaterials, root } from './installed.ts';

const json = (name: string) => JSON.parse(readFileSync(join(root, name), 'utf8'));
const product = json('package.json');

/** Licences that let anybody use, change and sell what contains them, and ask for no more than their text. */
const permissive = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0', 'CC0-1.0', 'ISC', 'MIT'];

test('what is installed beside the bundle is what cannot be bundled, and nothing else', () => {
  const needOwnFiles = {
    '@electric-sql/pglite': 'WebAssembly, data files and a worker',
    'fs-native-extensions': 'native code',
    'libpg-query': 'WebAssembly',
  };
  expect(Object.keys(product.dependencies).sort()).toEqual(Object.keys(needOwnFiles));
});

test('they are installed in the versions this build was made with and tested against', () => {
  expect(Object.values(product.dependencies).filter((range) => !/^\d+\.\d+\.\d+$/.test(String(range)))).toEqual([]);
});

test('every package shipped has a permissive licence and its text', async () => {
  const { components } = await billOfMaterials();
  const licences = components.map(({ name, licenses: [first] }) => ({
    name,
    licence: first?.license?.id ?? first?.expression ?? 'none',
  }));
  expect(licences.length).toBeGreaterThan(100);
  expect(licences.filter(({ licence }) => !permissive.includes(licence))).toEqual([]);
  const report = readFileSync(join(root, 'dist/third-party-licences.txt'), 'utf8');
  expect(components.filter(({ name, version }) => !report.includes(`\n${name} ${version} – `))).toEqual([]);
});

test('every direct dependency that is bundled or installed stands in the bill of materials with the version installed', async () => {
  const { components, metadata } = await billOfMaterials();
  expect(metadata.component).toMatchObject({ name: product.name, version: product.version });
  const imported = ['pg', 'casbin', 'libpg-query', 'pgsql-ast-parser', '@modelcontextprotocol/server', 'zod', 'yaml'];
  const versions = imported.map((name) => [name, json(`node_modules/${name}/package.json`).version]);
  const listed = imported.map((name) => [name, components.find((part) => part.name === name)?.version]);
  expect(listed).toEqual(versions);
});

test('server.json names the package, its version and its name in the registry', () => {
  const server = json('server.json');
  expect(server).toMatchObject({ name: product.mcpName, version: product.version });
  expect(server.packages).toMatchObject([{ identifier: product.name, version: product.version }]);
  expect(server.description.length).toBeLessThanOrEqual(100); // the registry's limit
});
