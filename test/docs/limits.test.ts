/** docs/limits.md: the numbers are those of the code. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { heldLimits } from '../../src/backends/held-results.ts';
import { waitingLimits } from '../../src/sql/reader/reader-thread.ts';
import { defaultSessionLimits } from '../../src/transport/sessions.ts';
import { readPage, root } from './pages.ts';

const rows = [...readPage('docs/limits.md').matchAll(/^\| ([^|]+) \| ([^|]+) \| (.+) \|$/gm)].map(
  ([, what, value, by]) => ({
    what: what ?? '',
    value: value ?? '',
    by: by ?? '',
  }),
);

test('what the configuration sets stands with its default', () => {
  const schema = z
    .record(z.string(), z.unknown())
    .parse(JSON.parse(readFileSync(join(root, 'config.schema.json'), 'utf8')));
  const defaultOf = (key: string): unknown =>
    key.split('.').reduce((at: unknown, name) => {
      const { properties } = z.looseObject({ properties: z.record(z.string(), z.unknown()) }).parse(at);
      return properties[name];
    }, schema);
  const configured = rows.flatMap(({ value, by }) => {
    const key = /^`([a-z_.]+)`$/.exec(by)?.[1];
    return key === undefined
      ? []
      : [{ key, value, code: z.looseObject({ default: z.unknown() }).parse(defaultOf(key)).default }];
  });
  expect(configured.length).toBeGreaterThanOrEqual(10);
  expect(configured.filter(({ value, code }) => value !== String(code))).toEqual([]);
});

test('what is fixed stands with the number of the code', () => {
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  const text = sources.map((name) => readFileSync(join(root, 'src', name), 'utf8')).join('\n');
  const fixed = rows.flatMap(({ value, by }) => {
    const name = /^fixed \(`(max\w+)`\)$/.exec(by)?.[1];
    if (name === undefined) return [];
    const written = new RegExp(`export const ${name} = ([\\d_* ]+);`).exec(text)?.[1] ?? 'not found';
    const number = written.split('*').reduce((product, factor) => product * Number(factor.replaceAll('_', '')), 1);
    return [{ name, value, code: String(number) }];
  });
  expect(fixed.length).toBeGreaterThanOrEqual(8);
  expect(fixed.filter(({ value, code }) => value !== code)).toEqual([]);
  const sessions = rows.find(({ by }) => by.includes('defaultSessionLimits'));
  expect(sessions?.value).toBe(`${defaultSessionLimits.total}, ${defaultSessionLimits.perPrincipal}`);
  const waiting = rows.find(({ by }) => by.includes('waitingLimits'));
  expect(waiting?.value).toBe(`${waitingLimits.total}, ${waitingLimits.perPrincipal}`);
  const held = rows.filter(({ by }) => by.includes('heldLimits'));
  const { total, perPrincipal, perDatabase, idle, age } = heldLimits;
  expect(held.map(({ value }) => value)).toEqual([
    `${total}, ${perPrincipal}, ${perDatabase}`,
    `${idle / 1000}, ${age / 1000}`,
  ]);
});
