/** The published JSON Schema and the example file say what the code says, both ways. */

import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { isMap, isScalar, parseDocument } from 'yaml';
import { printJsonSchema } from '../../src/config/json-schema.ts';
import { loadConfig } from '../../src/config/load-config.ts';

const root = resolve(import.meta.dirname, '../..');
const example = readFileSync(join(root, 'config.example.yaml'), 'utf8');

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly default?: unknown;
}

/** Every key of a schema as a dotted path, with its default; the id of a database is `*`. */
function keysOf(schema: Schema, path: readonly string[] = []): Map<string, unknown> {
  const found = new Map<string, unknown>();
  const add = (more: Map<string, unknown>) => {
    for (const [key, value] of more) found.set(key, found.get(key) ?? value);
  };
  for (const [key, inner] of Object.entries(schema.properties ?? {})) {
    found.set([...path, key].join('.'), inner.default);
    add(keysOf(inner, [...path, key]));
  }
  if (typeof schema.additionalProperties === 'object') add(keysOf(schema.additionalProperties, [...path, '*']));
  if (schema.items !== undefined) add(keysOf(schema.items, path));
  for (const branch of [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]) add(keysOf(branch, path));
  return found;
}

/** Maps whose keys are names people choose. */
const freeNames = new Set(['databases', 'server.auth.scopes']);

/** Every key of the example with its value; alternatives behind `#:` are read as if they were written plainly. */
function exampleKeys(text: string): Map<string, string> {
  const found = new Map<string, string>();
  const walk = (node: unknown, path: readonly string[]): void => {
    if (!isMap(node)) {
      for (const item of hasItems(node) ? node.items : []) walk(item, path);
      return;
    }
    for (const { key, value } of node.items) {
      const name = freeNames.has(path.join('.')) ? '*' : String(isScalar(key) ? key.value : key);
      found.set([...path, name].join('.'), String(value));
      walk(value, [...path, name]);
    }
  };
  walk(parseDocument(text, { uniqueKeys: false }).contents, []);
  return found;
}

const hasItems = (node: unknown): node is { items: unknown[] } =>
  typeof node === 'object' && node !== null && 'items' in node;

const schemaKeys = keysOf(JSON.parse(printJsonSchema()));
const shown = exampleKeys(example.replace(/^(\s*)#: /gm, '$1'));

test('config.schema.json is the printed schema (npm run schema writes it)', async () => {
  await expect(printJsonSchema()).toMatchFileSnapshot(join(root, 'config.schema.json'));
});

test('the example loads without a warning', () => {
  const config = loadConfig(join(root, 'config.example.yaml'), {});
  expect(config.warnings).toEqual([]);
});

test('every key of the schema stands in the example', () => {
  expect([...schemaKeys.keys()].filter((key) => !shown.has(key) && !freeNames.has(key.replace(/\.\*$/, '')))).toEqual(
    [],
  );
});

test('every key of the example stands in the schema', () => {
  expect([...shown.keys()].filter((key) => !schemaKeys.has(key) && !freeNames.has(key.replace(/\.\*$/, '')))).toEqual(
    [],
  );
});

test('what the example writes plainly is the default', () => {
  const plain = exampleKeys(example);
  const differing = [...schemaKeys]
    .filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value))
    .filter(([key, value]) => plain.get(key) !== String(value))
    .map(([key, value]) => `${key}: ${String(value)} in the schema, ${plain.get(key)} in the example`);
  expect(
    differing.filter((line) => !/principal_claim|principal_from|roles_claim|^audit\.ship\.|tracing.sample/.test(line)),
  ).toEqual([]);
});

test('the defaults a database takes from limits and pools are the ones the example writes for it', () => {
  const bare = loadConfig(join(root, 'test/config/original-design.yaml'), {}).databases[1];
  const orders = loadConfig(join(root, 'config.example.yaml'), {}).databases[0];
  const settings = ({
    enabled,
    readonly,
    requirePurpose,
    searchPath,
    dialect,
    pool,
    limits,
  }: NonNullable<typeof orders>) => ({
    ...{ enabled, readonly, requirePurpose, searchPath, dialect, pool, limits },
  });
  if (bare === undefined || orders === undefined) throw new Error('a database is missing');
  expect(settings(orders)).toEqual(settings(bare));
});
